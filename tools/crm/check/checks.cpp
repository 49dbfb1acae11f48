#include "tools/crm/check/checks.h"

#include <map>

#include "base/text.h"
#include "tools/crm/check/primitive.h"
#include "tools/crm/lang/objects.h"
#include "tools/crm/lang/unknown.h"

namespace muster::crm {

using xml::Element;

namespace {

struct World {
    const Element& configuration;
    std::map<std::string, Object, std::less<>> by_id;
    std::set<std::string, std::less<>> nodes;
    std::vector<Finding>& out;

    void error(const std::string& text) const { out.push_back({true, text}); }
    void warning(const std::string& text) const { out.push_back({false, text}); }
    bool resource(const std::string& id) const {  // or template, or tag: what a constraint may name
        const auto it = by_id.find(id);
        if (it == by_id.end()) return false;
        const auto& name = it->second.element->name();
        return is_resource_name(name) || name == "template" || name == "tag";
    }
};

void collect_nodes(World& w) {
    for (const auto& [id, o] : w.by_id) {
        if (o.keyword != "primitive") continue;
        if (o.element->get("type") == "remote" && o.element->get("provider") == "pacemaker") w.nodes.insert(id);
        for (const auto* set : o.element->children_named("meta_attributes")) {
            for (const auto& nv : set->children()) {
                if (nv.get("name") == "remote-node") w.nodes.insert(nv.get("value"));
            }
        }
    }
    if (const auto* nodes = w.configuration.child("nodes")) {
        for (const auto& n : nodes->children()) w.nodes.insert(n.get("uname"));
    }
}

void check_constraint(const World& w, const Object& o) {
    const auto need = [&](const std::string& id) {
        if (!w.resource(id)) w.error(o.keyword + " " + o.id + ": " + no_resource(w.configuration, id));
    };
    for (const char* name : {"rsc", "with-rsc", "first", "then"}) {
        if (const auto* id = o.element->find(name)) need(*id);
    }
    for (const auto* set : o.element->children_named("resource_set")) {
        for (const auto& r : set->children()) {
            if (r.name() == "resource_ref") need(r.id());
        }
    }
    if (const auto* node = o.element->find("node"); node != nullptr && w.nodes.count(*node) == 0) {
        w.warning("location " + o.id + ": " + no_node(w.configuration, *node));
    }
    for (const char* name : {"score", "kind"}) {
        const auto* value = o.element->find(name);
        const OptionRule rule{name, *name == 's' ? "score" : "enum", "Mandatory|Optional|Serialize", "", ""};
        if (value == nullptr) continue;
        if (const auto why = misfit(rule, *value); !why.empty()) {
            w.error(o.keyword + " " + o.id + ": " + name + " '" + *value + "': " + why);
        }
    }
}

void check_container(const World& w, const Object& o) {
    std::size_t members = 0;
    for (const auto& child : o.element->children()) members += is_resource_name(child.name()) ? 1 : 0;
    if (members == 0 && o.keyword != "bundle") w.error(o.keyword + " " + o.id + ": it has no resource");
    if (members > 1 && o.keyword != "group") w.error(o.keyword + " " + o.id + ": it has more than one resource");
}

void check_topology(const World& w, const Element& topology) {
    for (const auto& level : topology.children()) {
        for (auto device : split(level.get("devices"), ',')) {
            const auto it = w.by_id.find(std::string{trim(device)});
            if (it == w.by_id.end()) {
                w.error("fencing_topology: there is no fence device '" + std::string{device} + "'");
            } else if (it->second.element->get("class") != "stonith" && !it->second.element->has("template")) {
                w.error("fencing_topology: '" + std::string{device} + "' is no fence device");
            }
        }
        const auto* target = level.find("target");
        if (target != nullptr && w.nodes.count(*target) == 0) {
            w.warning("fencing_topology: " + no_node(w.configuration, *target));
        }
    }
}

void check_references(const World& w, const Object& o) {
    for (const auto& r : o.element->children()) {
        if (r.name() == "obj_ref" && w.by_id.count(r.id()) == 0 && w.nodes.count(r.id()) == 0) {
            w.error("tag " + o.id + ": there is no object '" + r.id() + "'");
        }
        if (r.name() == "role") {
            const auto it = w.by_id.find(r.id());
            if (it == w.by_id.end() || it->second.keyword != "role") {
                w.error(o.keyword + " " + o.id + ": there is no role '" + r.id() + "'");
            }
        }
        if (const auto* reference = r.find("reference"); reference != nullptr && w.configuration.find_by_id(*reference) == nullptr) {
            w.warning("role " + o.id + ": there is no element '" + *reference + "'");
        }
    }
}

void check_options(const World& w, const Object& o) {
    const bool property = o.keyword == "property";
    for (const auto& nv : o.element->children()) {
        if (nv.name() != "nvpair" || !nv.has("value")) continue;
        const auto* rule = find_rule(property ? property_rules() : meta_rules(), nv.get("name"));
        if (rule != nullptr) {
            if (const auto why = misfit(*rule, nv.get("value")); !why.empty()) {
                w.error(o.keyword + ": " + nv.get("name") + "='" + nv.get("value") + "': " + why);
            }
        } else if (property && o.id == "cib-bootstrap-options") {
            std::string text = "property: '" + nv.get("name") + "' is no option of the cluster";
            for (const auto& r : property_rules()) {
                if (edit_distance(r.name, nv.get("name")) <= 2) {
                    text += std::string{"; did you mean '"} + r.name + "'?";
                    break;
                }
            }
            w.warning(text);
        }
    }
}

void check_one(const World& w, const Object& o, const CheckOptions& options) {
    if (o.keyword == "primitive" || o.keyword == "rsc_template") {
        const auto* name = o.element->find("template");
        const auto it = name == nullptr ? w.by_id.end() : w.by_id.find(*name);
        if (name != nullptr && (it == w.by_id.end() || it->second.keyword != "rsc_template")) {
            w.error("primitive " + o.id + ": there is no template '" + *name + "'");
            return;
        }
        check_primitive(o, name == nullptr ? nullptr : it->second.element, options.agents, w.out);
    } else if (o.keyword == "group" || o.keyword == "clone" || o.keyword == "ms") {
        check_container(w, o);
        check_meta(o, w.out);
    } else if (o.keyword == "location" || o.keyword == "colocation" || o.keyword == "order" || o.keyword == "rsc_ticket") {
        check_constraint(w, o);
    } else if (o.keyword == "fencing_topology") {
        check_topology(w, *o.element);
    } else if (o.keyword == "tag" || o.keyword == "acl_target" || o.keyword == "acl_group" || o.keyword == "role") {
        check_references(w, o);
    } else if (o.keyword == "property" || o.keyword == "rsc_defaults" || o.keyword == "op_defaults") {
        check_options(w, o);
    }
}

}  // namespace

std::vector<Finding> check(const Element& configuration, const std::set<std::string>& touched,
                           const CheckOptions& options) {
    std::vector<Finding> out;
    World world{configuration, {}, {}, out};
    const auto all = objects(configuration);
    for (const auto& o : all) {
        if (o.keyword != "node") world.by_id.emplace(o.id, o);
    }
    collect_nodes(world);
    for (const auto& o : all) {
        if (touched.empty() || touched.count(o.id) > 0) check_one(world, o, options);
    }
    return out;
}

}  // namespace muster::crm
