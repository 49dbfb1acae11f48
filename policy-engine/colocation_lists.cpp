// Which colocations concern a resource: its own, and those of the group, clone or bundle around it.
#include <algorithm>

#include "policy-engine/constraints.h"

namespace muster::policy {
namespace {

void own(const std::vector<std::vector<int>>& lists, RscIx r, std::vector<int>& out) {
    if (static_cast<std::size_t>(r) < lists.size())
        out.insert(out.end(), lists[static_cast<std::size_t>(r)].begin(), lists[static_cast<std::size_t>(r)].end());
}

// A group's colocations are its first member's (as the dependent); binding ones are every member's.
void collect(Model& m, const std::vector<std::vector<int>>& lists, RscIx r, bool as_primary, std::vector<int>& out) {
    own(lists, r, out);
    RscIx child = r;
    bool first = true, last = true;
    for (RscIx p = m.rsc(r).parent; p != kNone; child = p, p = m.rsc(p).parent) {
        const Resource& parent = m.rsc(p);
        if (parent.kind == RscKind::group) {
            first = first && parent.children.front() == child;
            last = last && parent.children.back() == child;
        }
        if (parent.kind == RscKind::bundle) {
            // Only the containers carry the bundle's colocations.
            bool container = false;
            for (const auto& rep : parent.bundle->list) container = container || rep.container == r;
            if (!container) continue;
        }
        std::vector<int> more;
        own(lists, p, more);
        bool all = as_primary ? last : first;
        for (int ix : more) {
            std::int32_t s = m.colocations[static_cast<std::size_t>(ix)].score;
            if (all || (!as_primary && (s >= kInf || s <= -kInf))) out.push_back(ix);
        }
    }
}

int rank(const Resource& r) {
    switch (r.kind) {
        case RscKind::bundle: return 3;
        case RscKind::clone: return 2;
        case RscKind::group: return 1;
        case RscKind::primitive: return 0;
    }
    return 0;
}

void sort_by(Model& m, std::vector<int>& list, bool by_dependent) {
    std::stable_sort(list.begin(), list.end(), [&](int a, int b) {
        const Colocation &x = m.colocations[static_cast<std::size_t>(a)], &y = m.colocations[static_cast<std::size_t>(b)];
        const Resource& rx = m.rsc(by_dependent ? x.dependent : x.primary);
        const Resource& ry = m.rsc(by_dependent ? y.dependent : y.primary);
        if (rx.priority != ry.priority) return rx.priority > ry.priority;
        if (rank(rx) != rank(ry)) return rank(rx) > rank(ry);
        if (rx.promotable != ry.promotable) return rx.promotable;
        return x.id < y.id;
    });
}

}  // namespace

std::vector<int> dependents_of(Model& m, RscIx primary) {
    std::vector<int> out;
    collect(m, m.with_this, primary, true, out);
    if (out.size() > 1) sort_by(m, out, true);
    return out;
}

std::vector<int> primaries_of(Model& m, RscIx dependent) {
    std::vector<int> out;
    collect(m, m.this_with, dependent, false, out);
    if (out.size() > 1) sort_by(m, out, false);
    return out;
}

}  // namespace muster::policy
