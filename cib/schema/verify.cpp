// Semantic checks of a valid document: the cluster's properties, fencing, topology.
#include <fmt/format.h>

#include <map>
#include <set>

#include "base/text.h"
#include "cib/change/operation.h"
#include "cib/schema/properties.h"
#include "cib/schema/schema.h"
#include "cib/schema/verify.h"

namespace muster::cib {
namespace {

using xml::Element;

void check_property(const Element& pair, std::vector<Finding>& findings) {
    const std::string& name = pair.get("name");
    const Property* known = find_property(name);
    if (!known) {
        for (const Property& p : properties()) {
            if (edit_distance(name, p.name) > 2) continue;
            warn(findings, fmt::format("property {}: not a property of the cluster; did you mean {}?", name, p.name));
            return;
        }
        return;  // agents and other tools keep values of their own there
    }
    if (const auto wanted = expected_of(*known, pair.get("value")); !wanted.empty()) {
        error(findings, fmt::format("property {}: \"{}\" is not valid, expected {}", name, pair.get("value"), wanted));
    }
}

void check_properties(const Element& cib, std::vector<Finding>& findings) {
    const Element* crm_config = find_section(cib, "crm_config");
    if (!crm_config) return;
    for (const Element* set : crm_config->children_named("cluster_property_set")) {
        for (const Element* pair : set->children_named("nvpair")) check_property(*pair, findings);
    }
}

void primitives_below(const Element& e, std::vector<const Element*>& found) {
    for (const Element& c : e.children()) {
        if (c.name() == "primitive") found.push_back(&c);
        if (c.name() != "primitive" && !c.is_comment()) primitives_below(c, found);
    }
}

void check_fencing(const Element& cib, std::vector<Finding>& findings) {
    const Element* resources = find_section(cib, "resources");
    if (!resources) return;
    std::vector<const Element*> primitives;
    primitives_below(*resources, primitives);
    bool device = false;
    bool other = false;
    std::set<std::string> ids;
    for (const Element* p : primitives) {
        const Element* origin = p->has("template") ? resources->find_by_id(p->get("template")) : p;
        const bool stonith = origin && origin->get("class") == "stonith";
        (stonith ? device : other) = true;
        if (stonith) ids.insert(p->id());
    }
    const bool enabled = parse_bool(property_value(cib, "stonith-enabled")).value_or(true);
    const std::string watchdog = property_value(cib, "stonith-watchdog-timeout");
    if (enabled && other && !device && (watchdog.empty() || watchdog == "0")) {
        error(findings,
              "fencing is on (stonith-enabled) but no fencing device is configured: resources cannot be started; "
              "add a device, or set stonith-enabled=false for a cluster whose data is not shared");
    }
    const Element* topology = find_section(cib, "fencing-topology");
    if (!topology) return;
    for (const Element* level : topology->children_named("fencing-level")) {
        const auto index = parse_int(level->get("index"));
        if (!index || *index < 1 || *index > 9) {
            warn(findings, fmt::format("fencing-level {}: index {} is ignored, expected 1 to 9", level->id(),
                                       level->get("index")));
        }
        for (const auto name : split(level->get("devices"), ',')) {
            const std::string device_id{trim(name)};
            if (ids.count(device_id) != 0) continue;
            warn(findings, fmt::format("fencing-level {}: \"{}\" is no fencing device", level->id(), device_id));
        }
    }
}

void check_nodes(const Element& cib, std::vector<Finding>& findings) {
    const Element* nodes = find_section(cib, "nodes");
    if (!nodes) return;
    std::map<std::string, std::string> names;
    for (const Element* n : nodes->children_named("node")) {
        const auto [at, added] = names.emplace(n->get("uname"), n->id());
        if (!added) {
            error(findings, fmt::format("nodes {} and {} have the same name \"{}\"", at->second, n->id(), at->first));
        }
    }
}

}  // namespace

void error(std::vector<Finding>& findings, std::string text) {
    findings.push_back({Finding::Level::error, std::move(text)});
}
void warn(std::vector<Finding>& findings, std::string text) {
    findings.push_back({Finding::Level::warning, std::move(text)});
}

std::vector<Finding> verify(const Element& cib) {
    std::vector<Finding> findings;
    if (cib.get("validate-with") == "none") {
        warn(findings, "validate-with=\"none\": the document is not checked against the schema");
    }
    check_properties(cib, findings);
    check_nodes(cib, findings);
    check_fencing(cib, findings);
    verify_resources(cib, findings);
    verify_constraints(cib, findings);
    return findings;
}

}  // namespace muster::cib
