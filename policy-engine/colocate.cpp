// What a colocation makes of its dependent's scores once the primary is placed (Pacemaker Explained, "Placing Resources
// Relative to other Resources").
#include <algorithm>

#include "policy-engine/constraints.h"
#include "policy-engine/place.h"

namespace muster::policy {

void Placer::colocate(RscIx dependent, RscIx primary, const Colocation& c) {
    const Resource& p = m_.rsc(primary);
    const Resource& d = m_.rsc(dependent);
    if (d.kind == RscKind::group) {
        if (!d.children.empty()) colocate(d.children.front(), primary, c);
        return;
    }
    switch (p.kind) {
        case RscKind::primitive: colocate_primitive(dependent, primary, c); return;
        case RscKind::group:
            if (p.children.empty() || p.provisional) return;
            // A wish to be with it is met by its first member; being bound to it takes the last one.
            colocate_primitive(dependent, c.score >= kInf ? p.children.back() : p.children.front(), c);
            return;
        case RscKind::clone: colocate_clone(dependent, primary, c); return;
        case RscKind::bundle:
            colocate_clone(dependent, primary, c);
            return;
    }
}

// The primary is nowhere: each node lacks what the wish is worth, unless that leaves no node.
void Placer::miss(RscIx dependent, const Colocation& c) {
    const Row before = row_of(dependent);
    for (NodeIx n = 0; n < m_.node_count(); ++n)
        if (m_.score(dependent, n) != kAbsent)
            m_.add_score(dependent, n, -c.score, c.id, m_.rsc(c.primary).id + " runs nowhere");
    if (!any_usable(m_.row(dependent))) set_row(dependent, before);
}

void Placer::colocate_primitive(RscIx dependent, RscIx primary, const Colocation& c) {
    Resource& d = m_.rsc(dependent);
    const Resource& p = m_.rsc(primary);
    if (p.provisional) return;
    RscIx promotable = m_.clone_of(dependent);
    bool role_only = c.dependent_role >= Role::unpromoted && promotable != kNone && m_.rsc(promotable).promotable;
    if (role_only) return;  // looked at when instances are promoted
    if (c.dependent_role != Role::unknown && c.dependent_role != d.next_role &&
        !(c.dependent_role == Role::started))
        return;
    if (c.primary_role != Role::unknown && c.primary_role != p.next_role) {
        if (c.primary_role == Role::promoted || c.primary_role == Role::unpromoted || c.primary_role == Role::stopped) return;
    }
    NodeIx where = p.assigned;
    std::int32_t* row = m_.row(dependent);
    if (where == kNone) {
        if (c.score > 0 && c.score < kInf) miss(dependent, c);
        if (c.score < kInf) return;
        for (NodeIx n = 0; n < m_.node_count(); ++n)
            if (row[n] != kAbsent) m_.add_score(dependent, n, -kInf, c.id, "it goes with " + p.id + ", which runs nowhere");
        return;
    }
    const std::string attribute = c.node_attribute.empty() ? "#uname" : c.node_attribute;
    auto value = m_.node(where).attrs.find(attribute);
    Row before = row_of(dependent);
    for (NodeIx n = 0; n < m_.node_count(); ++n) {
        if (row[n] == kAbsent) continue;
        auto mine = m_.node(n).attrs.find(attribute);
        bool match = value != m_.node(where).attrs.end() && mine != m_.node(n).attrs.end() && mine->second == value->second;
        if (match) {
            if (c.score < kInf) m_.add_score(dependent, n, c.score, c.id);
        } else if (c.score >= kInf) {
            m_.add_score(dependent, n, -kInf, c.id);
        }
    }
    if (c.score > -kInf && c.score < kInf && !any_usable(row)) set_row(dependent, before);
}

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

}  // namespace

void Placer::colocate_clone(RscIx dependent, RscIx clone, const Colocation& c) {
    Resource& p = m_.rsc(clone);
    if (p.provisional) return;
    std::vector<RscIx> instances = p.children;
    if (p.kind == RscKind::bundle) {
        instances.clear();
        for (const auto& r : p.bundle->list) instances.push_back(r.container);
    }
    RscIx dclone = m_.clone_of(dependent);
    // Who is bound to the promoted instances goes with any of them, interleaved or not, and rather with the better one.
    const bool bound_to_promoted = p.promotable && c.primary_role == Role::promoted && c.score >= kInf;
    // Who must keep away keeps away from all instances: chosen by its own place, it would flee from there and back for ever.
    bool interleave = dclone != kNone && m_.rsc(dclone).interleave && p.kind == RscKind::clone && c.score > -kInf && !bound_to_promoted;
    if (interleave && c.dependent_role < Role::unpromoted) {
        // Each instance goes with the primary's instance on the same node.
        RscIx best = kNone;
        RscIx dtop = dependent;
        while (m_.rsc(dtop).parent != dclone) dtop = m_.rsc(dtop).parent;
        std::vector<NodeIx> order;
        for (NodeIx n = 0; n < m_.node_count(); ++n)
            if (m_.score(dependent, n) != kAbsent && usable(n, m_.score(dependent, n))) order.push_back(n);
        const NodeIx settled = location_next(m_, dtop);  // where a group's earlier members are
        std::stable_sort(order.begin(), order.end(), [&](NodeIx a, NodeIx b) {
            if ((a == settled) != (b == settled)) return a == settled;
            if (m_.score(dependent, a) != m_.score(dependent, b)) return m_.score(dependent, a) > m_.score(dependent, b);
            if (m_.node(a).assigned != m_.node(b).assigned) return m_.node(a).assigned < m_.node(b).assigned;
            return runs_on(m_.rsc(dtop), a) && !runs_on(m_.rsc(dtop), b);
        });
        for (NodeIx n : order) {
            for (RscIx i : instances)
                if (location_next(m_, i) == n && role_matches(m_, i, c.primary_role, true)) best = i;
            if (best != kNone) break;
        }
        if (best != kNone) {
            colocate(dependent, best, c);
        } else if (c.score >= kInf) {
            for (NodeIx n = 0; n < m_.node_count(); ++n)
                if (m_.score(dependent, n) != kAbsent) m_.add_score(dependent, n, -kInf, c.id);
        }
        return;
    }
    RscIx promotable = m_.clone_of(dependent);
    if (c.dependent_role >= Role::unpromoted && promotable != kNone && m_.rsc(promotable).promotable) return;
    if (c.dependent_role != Role::unknown && c.dependent_role != m_.rsc(dependent).next_role) return;
    std::set<NodeIx> where;
    for (RscIx i : instances) {
        RscIx who = i;
        if (p.kind == RscKind::bundle) {
            for (const auto& r : p.bundle->list)
                if (r.container == i && r.child != kNone) who = r.child;
        }
        if (!role_matches(m_, who, c.primary_role, true)) continue;
        NodeIx n = location_next(m_, i);
        if (n != kNone && !m_.rsc(i).blocked) where.insert(n);
    }
    const std::string attribute = c.node_attribute.empty() ? "#uname" : c.node_attribute;
    auto matches = [&](NodeIx a, NodeIx b) {
        auto x = m_.node(a).attrs.find(attribute), y = m_.node(b).attrs.find(attribute);
        return x != m_.node(a).attrs.end() && y != m_.node(b).attrs.end() && x->second == y->second;
    };
    if (c.score >= kInf) {
        for (NodeIx n = 0; n < m_.node_count(); ++n) {
            if (m_.score(dependent, n) == kAbsent) continue;
            bool there = std::any_of(where.begin(), where.end(), [&](NodeIx w) { return matches(n, w); });
            if (!there) m_.add_score(dependent, n, -kInf, c.id, "no instance of " + p.id + " there");
        }
        if (bound_to_promoted && !follows_in_group(m_, dependent, c))
            for (RscIx i : instances) {
                const NodeIx w = location_next(m_, i);
                if (where.count(w) == 0 || !role_matches(m_, i, c.primary_role, true)) continue;
                const std::int32_t s = m_.score(m_.rsc(i).children.empty() ? i : m_.rsc(i).children.front(), w);
                for (NodeIx n = 0; n < m_.node_count(); ++n)
                    if (m_.score(dependent, n) != kAbsent && matches(n, w)) m_.add_score(dependent, n, s, c.id, "promoted there");
            }
        return;
    }
    if (where.empty() && c.score > 0) miss(dependent, c);
    for (NodeIx w : where) {
        Row before = row_of(dependent);
        for (NodeIx n = 0; n < m_.node_count(); ++n)
            if (m_.score(dependent, n) != kAbsent && matches(n, w)) m_.add_score(dependent, n, c.score, c.id);
        if (c.score > -kInf && !any_usable(m_.row(dependent))) set_row(dependent, before);
    }
}

}  // namespace muster::policy
