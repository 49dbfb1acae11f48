#include "cib/rules/id_index.h"

#include <cctype>

namespace muster::cib {

IdIndex::IdIndex(const xml::Element& configuration) { add(configuration); }

void IdIndex::add(const xml::Element& element) {
    // Nodes and references have ids of another space: a node may be named like a resource.
    const std::string& name = element.name();
    const bool other_space = name == "node" || name == "obj_ref" || name == "acl_target" || name == "resource_ref";
    if (!other_space) {
        if (const std::string* id = element.find("id")) by_id_.try_emplace(*id, &element);
    }
    for (const auto& child : element.children()) {
        if (!child.is_comment()) add(child);
    }
}

const xml::Element* IdIndex::find(std::string_view id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

const xml::Element* IdIndex::resolve(const xml::Element& element) const {
    const xml::Element* e = &element;
    // A reference to a reference is followed, a circle is not.
    for (int steps = 0; steps < 8; ++steps) {
        const std::string* ref = e->find("id-ref");
        if (ref == nullptr) return e;
        const xml::Element* target = find(*ref);
        if (target == nullptr || target->name() != e->name()) return nullptr;
        e = target;
    }
    return nullptr;
}

}  // namespace muster::cib
