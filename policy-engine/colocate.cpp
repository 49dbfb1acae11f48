// What a colocation makes of its dependent's scores once the primary is placed (Pacemaker Explained, "Placing Resources
// Relative to other Resources"); a primary of many instances is colocate_clone.cpp.
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

}  // namespace muster::policy
