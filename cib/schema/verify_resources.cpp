// Semantic checks of resources and constraints.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "base/time.h"
#include "cib/change/operation.h"
#include "cib/schema/properties.h"
#include "cib/schema/verify.h"

namespace muster::cib {
namespace {

using xml::Element;

void check_time(const std::string& where, std::string_view name, const std::string& value,
                std::vector<Finding>& findings) {
    if (value.empty() || parse_interval(value)) return;
    error(findings, fmt::format("{}: {} \"{}\" is not valid, expected a time such as 10s or 2min", where, name, value));
}

void check_operations(const Element& resource, std::vector<Finding>& findings) {
    std::map<std::pair<std::string, std::int64_t>, std::string> seen;
    for (const Element* operations : resource.children_named("operations")) {
        for (const Element* op : operations->children_named("op")) {
            const std::string where = fmt::format("{} {}, op {}", resource.name(), resource.id(), op->get("name"));
            check_time(where, "interval", op->get("interval"), findings);
            check_time(where, "timeout", op->get("timeout"), findings);
            check_time(where, "start-delay", op->get("start-delay"), findings);
            const auto interval = parse_interval(op->get("interval", "0"));
            if (!interval) continue;
            const auto [at, added] =
                seen.emplace(std::pair{op->get("name"), static_cast<std::int64_t>(interval->count())}, op->id());
            if (!added) {
                error(findings, fmt::format("{}: {} has the same interval as {}, expected each operation to differ "
                                            "in name or interval",
                                            where, op->id(), at->second));
            }
            if (op->get("on-fail") == "demote" && op->get("name") != "promote" && op->get("name") != "monitor") {
                warn(findings, fmt::format("{}: on-fail=demote has a meaning for promote and monitors of the promoted "
                                           "role only",
                                           where));
            }
        }
    }
}

void check_resource(const Element& e, std::vector<Finding>& findings) {
    if (e.is_comment()) return;
    if (e.name() == "primitive" || e.name() == "template") check_operations(e, findings);
    for (const Element& c : e.children()) {
        if (c.name() == "primitive" || c.name() == "group") check_resource(c, findings);
    }
}

class Constraints {
  public:
    Constraints(const Element& cib, std::vector<Finding>& findings) : findings_{findings} {
        if (const Element* resources = find_section(cib, "resources")) names(*resources);
        if (const Element* tags = find_section(cib, "tags")) {
            for (const Element* tag : tags->children_named("tag")) known_.insert(tag->id());
        }
        // A node that a resource provides, or a member.
        if (const Element* nodes = find_section(cib, "nodes")) {
            for (const Element* n : nodes->children_named("node")) nodes_.insert(n->get("uname"));
        }
    }

    void check(const Element& constraint) {
        constexpr std::array<std::string_view, 4> kNaming = {"rsc", "with-rsc", "first", "then"};
        for (const auto attribute : kNaming) {
            if (constraint.has(attribute)) resource(constraint, std::string{attribute}, constraint.get(attribute));
        }
        for (const Element* set : constraint.children_named("resource_set")) {
            for (const Element* r : set->children_named("resource_ref")) resource(constraint, "resource_ref", r->id());
        }
        if (constraint.name() == "rsc_location") location(constraint);
        if (constraint.name() == "rsc_colocation") colocation(constraint);
    }

  private:
    void names(const Element& e) {
        for (const Element& c : e.children()) {
            constexpr std::array<std::string_view, 6> kKinds = {"primitive", "group", "clone",
                                                                "master",    "bundle", "template"};
            if (std::find(kKinds.begin(), kKinds.end(), c.name()) == kKinds.end()) continue;
            known_.insert(c.id());
            names(c);
        }
    }

    void resource(const Element& constraint, const std::string& attribute, const std::string& id) {
        if (known_.count(id) != 0) return;
        // An instance, "web:0", stands for its clone's resource.
        if (const auto colon = id.rfind(':'); colon != std::string::npos && known_.count(id.substr(0, colon)) != 0) return;
        error(findings_, fmt::format("{} {}: {} \"{}\" is no resource; the constraint has no effect", constraint.name(),
                                     constraint.id(), attribute, id));
    }

    void location(const Element& c) {
        const bool target = c.has("rsc") || c.has("rsc-pattern") || c.child("resource_set");
        if (!target) {
            error(findings_, fmt::format("rsc_location {}: no resource is named, expected rsc, rsc-pattern or a set",
                                         c.id()));
        }
        if (!c.has("node") && !c.child("rule")) {
            error(findings_, fmt::format("rsc_location {}: neither a node nor a rule is given", c.id()));
        }
        if (c.has("node") && !nodes_.empty() && nodes_.count(c.get("node")) == 0 && known_.count(c.get("node")) == 0) {
            warn(findings_, fmt::format("rsc_location {}: there is no node \"{}\" yet", c.id(), c.get("node")));
        }
    }

    void colocation(const Element& c) {
        if (c.has("influence") && !parse_bool(c.get("influence"))) {
            error(findings_, fmt::format("rsc_colocation {}: influence \"{}\" is not valid, expected true or false",
                                         c.id(), c.get("influence")));
        }
        if (c.has("rsc") && c.get("rsc") == c.get("with-rsc")) {
            warn(findings_, fmt::format("rsc_colocation {}: \"{}\" is placed with itself", c.id(), c.get("rsc")));
        }
    }

    std::vector<Finding>& findings_;
    std::set<std::string> known_;
    std::set<std::string> nodes_;
};

}  // namespace

void verify_resources(const Element& cib, std::vector<Finding>& findings) {
    const Element* resources = find_section(cib, "resources");
    if (!resources) return;
    for (const Element& e : resources->children()) check_resource(e, findings);
}

void verify_constraints(const Element& cib, std::vector<Finding>& findings) {
    const Element* constraints = find_section(cib, "constraints");
    if (!constraints) return;
    Constraints checker{cib, findings};
    for (const Element& c : constraints->children()) {
        if (!c.is_comment()) checker.check(c);
    }
}

}  // namespace muster::cib
