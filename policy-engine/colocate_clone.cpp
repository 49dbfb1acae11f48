// What a colocation with a clone or bundle makes of its dependent's scores: which of the instances count, and where each
// is (Pacemaker Explained, "Clone Constraints").
#include <algorithm>
#include <set>

#include "policy-engine/place.h"

namespace muster::policy {
namespace {

// A group's constraint weighs for its first member; those after it follow.
bool follows_in_group(const Model& m, RscIx r, const Colocation& c) {
    const RscIx group = m.rsc(r).parent;
    if (group == kNone || m.rsc(group).kind != RscKind::group || m.rsc(group).children.front() == r) return false;
    if (static_cast<std::size_t>(r) >= m.this_with.size()) return true;
    const auto& own = m.this_with[static_cast<std::size_t>(r)];
    return std::none_of(own.begin(), own.end(), [&](int ix) {
        const Colocation& other = m.colocations[static_cast<std::size_t>(ix)];
        return other.id == c.id && other.primary == c.primary;
    });
}

std::vector<RscIx> instances_of(const Resource& clone) {
    if (clone.kind != RscKind::bundle) return clone.children;
    std::vector<RscIx> out;
    for (const auto& r : clone.bundle->list) out.push_back(r.container);
    return out;
}

// Whose role counts: a bundle's container has none, what is inside it has.
RscIx with_role(const Resource& clone, RscIx instance) {
    if (clone.kind != RscKind::bundle) return instance;
    RscIx who = instance;
    for (const auto& r : clone.bundle->list)
        if (r.container == instance && r.child != kNone) who = r.child;
    return who;
}

std::set<NodeIx> places_of_instances(const Model& m, const Resource& clone, Role role) {
    std::set<NodeIx> where;
    for (const RscIx i : instances_of(clone)) {
        if (!role_matches(m, with_role(clone, i), role, true)) continue;
        const NodeIx n = location_next(m, i);
        if (n != kNone && !m.rsc(i).blocked) where.insert(n);
    }
    return where;
}

// The two nodes have the same value of the attribute that the colocation goes by.
bool alike(const Model& m, const Colocation& c, NodeIx a, NodeIx b) {
    const std::string_view attribute = c.node_attribute.empty() ? std::string_view{"#uname"} : std::string_view{c.node_attribute};
    const auto x = m.node(a).attrs.find(attribute), y = m.node(b).attrs.find(attribute);
    return x != m.node(a).attrs.end() && y != m.node(b).attrs.end() && x->second == y->second;
}

// Who is bound to the promoted instances goes with any of them, interleaved or not, and rather with the better one.
bool bound_to_promoted(const Resource& clone, const Colocation& c) {
    return clone.promotable && c.primary_role == Role::promoted && c.score >= kInf;
}

}  // namespace

// The nodes that the dependent may use, the likeliest first; `whole` is its instance, a group's earlier members included.
std::vector<NodeIx> Placer::likely_nodes(RscIx dependent, RscIx whole) const {
    std::vector<NodeIx> order;
    for (NodeIx n = 0; n < m_.node_count(); ++n)
        if (m_.score(dependent, n) != kAbsent && usable(n, m_.score(dependent, n))) order.push_back(n);
    const NodeIx settled = location_next(m_, whole);  // where a group's earlier members are
    std::stable_sort(order.begin(), order.end(), [&](NodeIx a, NodeIx b) {
        if ((a == settled) != (b == settled)) return a == settled;
        if (m_.score(dependent, a) != m_.score(dependent, b)) return m_.score(dependent, a) > m_.score(dependent, b);
        if (m_.node(a).assigned != m_.node(b).assigned) return m_.node(a).assigned < m_.node(b).assigned;
        return runs_on(m_.rsc(whole), a) && !runs_on(m_.rsc(whole), b);
    });
    return order;
}

// Each instance goes with the primary's instance on the same node.
void Placer::colocate_interleaved(RscIx dependent, RscIx clone, const Colocation& c) {
    const RscIx own_clone = m_.clone_of(dependent);
    RscIx whole = dependent;
    while (m_.rsc(whole).parent != own_clone) whole = m_.rsc(whole).parent;
    RscIx best = kNone;
    for (const NodeIx n : likely_nodes(dependent, whole)) {
        for (const RscIx i : m_.rsc(clone).children)
            if (location_next(m_, i) == n && role_matches(m_, i, c.primary_role, true)) best = i;
        if (best != kNone) break;
    }
    if (best != kNone) {
        colocate(dependent, best, c);
    } else if (c.score >= kInf) {
        for (NodeIx n = 0; n < m_.node_count(); ++n)
            if (m_.score(dependent, n) != kAbsent) m_.add_score(dependent, n, -kInf, c.id);
    }
}

void Placer::bind_to_instances(RscIx dependent, const Resource& clone, const std::set<NodeIx>& where, const Colocation& c) {
    for (NodeIx n = 0; n < m_.node_count(); ++n) {
        if (m_.score(dependent, n) == kAbsent) continue;
        const bool there = std::any_of(where.begin(), where.end(), [&](NodeIx w) { return alike(m_, c, n, w); });
        if (!there) m_.add_score(dependent, n, -kInf, c.id, "no instance of " + clone.id + " there");
    }
    if (!bound_to_promoted(clone, c) || follows_in_group(m_, dependent, c)) return;
    for (const RscIx i : instances_of(clone)) {
        const NodeIx w = location_next(m_, i);
        if (where.count(w) == 0 || !role_matches(m_, i, c.primary_role, true)) continue;
        const std::int32_t s = m_.score(m_.rsc(i).children.empty() ? i : m_.rsc(i).children.front(), w);
        for (NodeIx n = 0; n < m_.node_count(); ++n)
            if (m_.score(dependent, n) != kAbsent && alike(m_, c, n, w)) m_.add_score(dependent, n, s, c.id, "promoted there");
    }
}

void Placer::weigh_instances(RscIx dependent, const std::set<NodeIx>& where, const Colocation& c) {
    if (where.empty() && c.score > 0) miss(dependent, c);
    for (const NodeIx w : where) {
        const Row before = row_of(dependent);
        for (NodeIx n = 0; n < m_.node_count(); ++n)
            if (m_.score(dependent, n) != kAbsent && alike(m_, c, n, w)) m_.add_score(dependent, n, c.score, c.id);
        if (c.score > -kInf && !any_usable(m_.row(dependent))) set_row(dependent, before);
    }
}

void Placer::colocate_clone(RscIx dependent, RscIx clone, const Colocation& c) {
    const Resource& p = m_.rsc(clone);
    if (p.provisional) return;
    const RscIx own_clone = m_.clone_of(dependent);
    // Who must keep away keeps away from all instances: chosen by its own place, it would flee from there and back for ever.
    const bool interleave = own_clone != kNone && m_.rsc(own_clone).interleave && p.kind == RscKind::clone &&
                            c.score > -kInf && !bound_to_promoted(p, c);
    if (interleave && c.dependent_role < Role::unpromoted) return colocate_interleaved(dependent, clone, c);
    if (c.dependent_role >= Role::unpromoted && own_clone != kNone && m_.rsc(own_clone).promotable) return;
    if (c.dependent_role != Role::unknown && c.dependent_role != m_.rsc(dependent).next_role) return;
    const std::set<NodeIx> where = places_of_instances(m_, p, c.primary_role);
    if (c.score >= kInf) bind_to_instances(dependent, p, where, c);
    else weigh_instances(dependent, where, c);
}

}  // namespace muster::policy
