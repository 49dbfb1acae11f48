#include "tools/crm/lang/ids.h"

#include <algorithm>

#include "base/text.h"

namespace muster::crm {

using xml::Element;

namespace {

bool is_reference(const std::string& name) {
    return name == "resource_ref" || name == "obj_ref" || name == "role" || name == "role_ref";
}

bool shares_id_space(const Element& e) {
    return !e.is_comment() && !is_reference(e.name()) && e.name() != "node" && e.name() != "acl_target" &&
           e.name() != "acl_group";
}

template <typename Do>
void each_id(const Element& element, Do&& act) {
    if (shares_id_space(element)) {
        if (const auto* id = element.find("id")) act(*id);
    }
    for (const auto& child : element.children()) each_id(child, act);
}

// An id may hold letters, digits and - . _ only.
std::string sanitized(std::string id) {
    for (char& c : id) {
        const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                          c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
        if (!fine) c = '_';
    }
    if (!id.empty() && (id[0] == '-' || id[0] == '.' || (id[0] >= '0' && id[0] <= '9'))) id.insert(0, "_");
    return id;
}

// What a child's id begins with; empty: it has none.
std::string base_of(const Element& child, const std::string& owner) {
    const std::string& name = child.name();
    if (child.has("id-ref")) return "";
    if (name == "nvpair") return owner + "-" + child.get("name");
    if (name == "op") return owner + "-" + child.get("name") + "-" + child.get("interval");
    if (name == "instance_attributes" || name == "meta_attributes" || name == "utilization" || name == "rule" ||
        name == "date_spec" || name == "duration" || name == "port-mapping" || name == "storage-mapping") {
        return owner + "-" + name;
    }
    if (ends_with(name, "expression")) return owner + "-expression";
    if (name == "resource_set" || name == "acl_permission" || name == "attribute") return owner;
    if (name == "fencing-level") return "fencing";
    return "";
}

void walk(Element& element, const std::string& owner, Ids& taken) {
    int recipients = 0;
    for (auto& child : element.edit_children()) {
        if (child.is_comment() || is_reference(child.name())) continue;
        if (child.name() == "recipient") ++recipients;
        std::string below = owner;
        if (child.has("id")) {
            below = child.id();
        } else if (child.name() == "recipient") {
            below = new_id(owner + "-recipient-" + std::to_string(recipients), taken);
            child.set("id", below);
        } else if (const auto base = base_of(child, owner); !base.empty()) {
            below = new_id(base, taken);
            child.set("id", below);
        }
        if (!child.children().empty()) walk(child, below, taken);
    }
}

}  // namespace

void collect_ids(const Element& element, Ids& out) {
    each_id(element, [&](const std::string& id) { out.insert(id); });
}

void drop_ids(const Element& element, Ids& ids) {
    each_id(element, [&](const std::string& id) { ids.erase(id); });
}

std::string new_id(std::string base, Ids& taken) {
    base = sanitized(std::move(base));
    std::string id = base;
    for (int n = 0; taken.count(id) > 0; ++n) id = base + "-" + std::to_string(n);
    taken.insert(id);
    return id;
}

std::string id_stem(const Element& object) {
    if (object.name() != "node") return object.id();
    const auto& id = object.id();
    return id.empty() || id == object.get("uname") ? object.get("uname") : "nodes-" + id;
}

void give_ids(Element& object, Ids& taken) {
    collect_ids(object, taken);
    walk(object, id_stem(object), taken);
}

bool generated_from(std::string_view id, std::string_view base) {
    const std::string stem = sanitized(std::string{base});
    if (id == stem) return true;
    if (!starts_with(id, stem + "-")) return false;
    const auto rest = id.substr(stem.size() + 1);
    return !rest.empty() && std::all_of(rest.begin(), rest.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace muster::crm
