#include "tools/crm/lang/objects.h"

#include <algorithm>
#include <map>

#include "base/text.h"

namespace muster::crm {

using xml::Element;

bool is_resource_name(const std::string& n) {
    return n == "primitive" || n == "group" || n == "clone" || n == "master" || n == "bundle";
}

std::string keyword_of_element(const Element& e, std::string_view section) {
    static const std::map<std::string, std::string, std::less<>> names{
        {"node", "node"},           {"primitive", "primitive"},     {"template", "rsc_template"},
        {"group", "group"},         {"clone", "clone"},             {"master", "ms"},
        {"bundle", "bundle"},       {"rsc_location", "location"},   {"rsc_colocation", "colocation"},
        {"rsc_order", "order"},     {"rsc_ticket", "rsc_ticket"},   {"tag", "tag"},
        {"acl_role", "role"},       {"acl_target", "acl_target"},   {"acl_group", "acl_group"},
        {"alert", "alert"},         {"cluster_property_set", "property"}};
    if (section == "rsc_defaults" || section == "op_defaults") return std::string{section};
    const auto it = names.find(e.name());
    return it == names.end() ? "" : it->second;
}

namespace {

void add_resource(const Element& e, const Element* parent, std::vector<Object>& out) {
    out.push_back({keyword_of_element(e, "resources"), e.id(), &e, parent});
    for (const auto& child : e.children()) {
        if (is_resource_name(child.name())) add_resource(child, &e, out);
    }
}

int rank(const std::string& keyword) {
    static const std::vector<std::string> order{
        "node", "rsc_template", "primitive", "bundle",     "group",            "ms",       "clone",
        "tag",  "location",     "",          "fencing_topology",
        "property", "rsc_defaults", "op_defaults", "role", "acl_target",       "acl_group", "alert"};
    // Constraints stand together, by id.
    const bool constraint = keyword == "colocation" || keyword == "order" || keyword == "rsc_ticket";
    const auto at = std::find(order.begin(), order.end(), constraint ? "location" : keyword);
    return static_cast<int>(at - order.begin());
}

bool is_default(const Object& o) { return o.keyword == "rsc_defaults" || o.keyword == "op_defaults"; }

}  // namespace

std::vector<Object> objects(const Element& configuration) {
    std::vector<Object> out;
    for (const auto& section : configuration.children()) {
        if (section.name() == "fencing-topology") {
            out.push_back({"fencing_topology", "fencing_topology", &section, nullptr});
            continue;
        }
        for (const auto& e : section.children()) {
            if (e.is_comment()) continue;
            if (section.name() == "resources") {
                add_resource(e, nullptr, out);
            } else {
                out.push_back({keyword_of_element(e, section.name()), e.name() == "node" ? e.get("uname") : e.id(), &e,
                               nullptr});
            }
        }
    }
    return out;
}

std::vector<Object> listed(const Element& configuration, bool keep_defaults_order) {
    auto out = objects(configuration);
    std::stable_sort(out.begin(), out.end(), [&](const Object& a, const Object& b) {
        const int ra = rank(a.keyword);
        const int rb = rank(b.keyword);
        if (ra != rb) return ra < rb;
        if (keep_defaults_order && is_default(a)) return false;
        const auto& ia = a.keyword == "node" ? a.element->id() : a.id;
        const auto& ib = b.keyword == "node" ? b.element->id() : b.id;
        return ia < ib;
    });
    return out;
}

Object find_object(const Element& configuration, std::string_view id) {
    Object node;
    for (auto& o : objects(configuration)) {
        if (o.id != id) continue;
        if (o.keyword != "node") return o;
        node = o;
    }
    return node;
}

}  // namespace muster::crm
