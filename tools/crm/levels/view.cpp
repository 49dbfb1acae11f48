#include "tools/crm/levels/view.h"

#include <algorithm>

namespace muster::crm {

const policy::ResourceView* find_view(const policy::ClusterView& view, const std::string& id) {
    std::vector<const policy::ResourceView*> open;
    for (const auto& r : view.resources) open.push_back(&r);
    while (!open.empty()) {
        const auto* r = open.back();
        open.pop_back();
        if (r->id == id) return r;
        for (const auto& child : r->children) open.push_back(&child);
    }
    return nullptr;
}

std::vector<std::string> nodes_of(const policy::ResourceView& view) {
    std::vector<std::string> out = view.nodes;
    for (const auto& child : view.children) {
        for (const auto& n : nodes_of(child)) out.push_back(n);
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

std::vector<std::string> active_nodes(const cib::Cib& cib, const std::string& id, WallTime now) {
    const auto view = policy::cluster_view(cib, now);
    const auto* resource = find_view(view, id);
    return resource == nullptr ? std::vector<std::string>{} : nodes_of(*resource);
}

bool mentions(const xml::Element& constraint, const std::string& id) {
    for (const char* name : {"rsc", "with-rsc", "first", "then"}) {
        if (constraint.get(name) == id) return true;
    }
    for (const auto* set : constraint.children_named("resource_set")) {
        for (const auto& r : set->children()) {
            if (r.id() == id) return true;
        }
    }
    return false;
}

Result<cib::Cib> stored(Context& context) {
    auto store = context.store();
    if (!store) return tl::make_unexpected(store.error());
    return (*store)->load();
}

}  // namespace muster::crm
