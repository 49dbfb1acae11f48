// Which instances of a promotable clone are promoted (Pacemaker Explained, "Promotable Clones").
#include <algorithm>

#include "base/text.h"
#include "policy-engine/place.h"

namespace muster::policy {

namespace {

// Inside a container, places are those of the container's host.
NodeIx host_of(const Model& m, NodeIx n) {
    if (n == kNone || m.node(n).kind != NodeKind::guest || m.node(n).remote_rsc == kNone) return n;
    RscIx container = m.rsc(m.node(n).remote_rsc).container;
    if (container == kNone) return n;
    const Resource& c = m.rsc(container);
    return c.assigned != kNone ? c.assigned : c.current() != kNone ? c.current() : n;
}

bool container_leaves(const Model& m, NodeIx n) {
    if (m.node(n).kind != NodeKind::guest || m.node(n).remote_rsc == kNone) return false;
    RscIx container = m.rsc(m.node(n).remote_rsc).container;
    return container != kNone && m.rsc(container).assigned == kNone;
}

}  // namespace

// Whether the attribute that a node has says something about this instance, which does not run there: always, as long as
// nothing is known about it anywhere; else where it is known, and no other instance runs.
bool CloneAssigner::score_applies(RscIx instance, NodeIx n) const {
    const Resource& i = m_.rsc(instance);
    bool known_here = i.known_on.count(n) != 0;
    const bool known = !i.known_on.empty() || !i.running_on.empty();
    if (!known || m_.rsc(clone_).unique) return known_here || !known;
    std::vector<RscIx> alike;
    for (RscIx c : m_.rsc(clone_).children) {
        if (m_.rsc(c).children.empty()) alike.push_back(c);
        for (RscIx g : m_.rsc(c).children)
            if (m_.rsc(g).base == i.base) alike.push_back(g);
    }
    for (RscIx other : alike) {
        if (other != instance && runs_on(m_.rsc(other), n)) return false;
        known_here = known_here || m_.rsc(other).known_on.count(n) != 0;
    }
    return known_here;
}

// The agent's wish: node attribute master-RESOURCE, believed only where the instance is known.
int CloneAssigner::promotion_score(RscIx instance, NodeIx n, bool& has) const {
    has = false;
    const Resource& i = m_.rsc(instance);
    if (i.is_collective()) {
        int sum = 0;
        for (RscIx c : i.children) {
            bool one = false;
            int s = promotion_score(c, n, one);
            if (one) sum = has ? add_scores(sum, s) : s, has = true;
        }
        return sum;
    }
    if (!runs_on(i, n) && !score_applies(instance, n)) return 0;
    if (m_.score(instance, n) == kAbsent || m_.score(instance, n) < 0) return 0;
    auto target = i.meta.find("container-attribute-target");
    NodeIx where = target != i.meta.end() && iequals(target->second, "host") ? host_of(m_, n) : n;
    const auto& attrs = m_.node(where).attrs;
    for (const std::string& name : {m_.rsc(clone_).unique ? i.id : i.base, i.history, i.id}) {
        auto it = attrs.find("master-" + name);
        if (it != attrs.end()) {
            has = true;
            return score_of(it->second);
        }
        if (m_.rsc(clone_).unique) break;
    }
    return 0;
}

void CloneAssigner::add_promotion_scores() {
    if (m_.rsc(clone_).promote_scores_added) return;
    m_.rsc(clone_).promote_scores_added = true;
    for (RscIx i : m_.rsc(clone_).children)
        for (NodeIx n = 0; n < m_.node_count(); ++n) {
            std::int32_t& cell = m_.score(i, n);
            if (cell == kAbsent || cell < 0 || !m_.node(n).available()) continue;
            bool has = false;
            int s = promotion_score(i, n, has);
            if (!has || s <= 0) continue;
            m_.add_score(i, n, s, "promotion-score", "node attribute master-" + m_.rsc(i).base);
            m_.rsc(i).priority = std::max(m_.rsc(i).priority, s);
        }
}

void CloneAssigner::promotion_priorities() {
    const Resource& clone = m_.rsc(clone_);
    for (RscIx ix : clone.children) {
        Resource& i = m_.rsc(ix);
        NodeIx n = location_next(m_, ix);
        i.promotion_score = -kInf;
        if (n == kNone || container_leaves(m_, n)) continue;
        Role next = i.next_role;
        for (RscIx c : i.children) next = std::max(next, m_.rsc(c).next_role);
        if (effective_target_role(m_, i) == Role::unpromoted || effective_target_role(m_, i) == Role::stopped) continue;
        if (next == Role::stopped) continue;
        bool has = false;
        int s = promotion_score(ix, n, has);
        i.promotion_score = has ? s : -1;
        for (const auto& loc : m_.locations) {
            if (loc.role != Role::promoted) continue;
            bool mine = loc.resource == ix || loc.resource == clone_ || m_.rsc(clone_).parent == loc.resource;
            for (RscIx c : i.children) mine = mine || loc.resource == c;
            if (!mine || m_.rsc(clone_).parent == kNone ? !mine : !mine) continue;
            for (const auto& e : loc.scores)
                if (e.node == n || (loc.resource == m_.rsc(clone_).parent && e.node == host_of(m_, n))) i.promotion_score = add_scores(i.promotion_score, e.score);
        }
        promoted_colocations(ix);
    }
}

// Promotion goes where the primaries are, and to please dependents.
void CloneAssigner::promoted_colocations(RscIx ix) {
    Resource& i = m_.rsc(ix);
    NodeIx n = location_next(m_, ix);
    std::vector<int> lists = primaries_of(m_, i.is_collective() && !i.children.empty() ? i.children.front() : ix);
    RscIx bundle = m_.rsc(clone_).parent;
    if (bundle != kNone)
        for (int cix : m_.this_with[static_cast<std::size_t>(bundle)]) lists.push_back(cix);
    for (int cix : lists) {
        const Colocation c = m_.colocations[static_cast<std::size_t>(cix)];
        if (c.dependent_role != Role::promoted && c.dependent_role != Role::unpromoted) continue;
        if (m_.clone_of(c.primary) == clone_ || c.primary == clone_) continue;
        p_.assign(c.primary);
        const Resource& primary = m_.rsc(c.primary);
        std::vector<RscIx> who{c.primary};
        if (primary.kind == RscKind::clone) who = primary.children;
        if (primary.kind == RscKind::bundle) {
            who.clear();
            for (const auto& r : primary.bundle->list) who.push_back(r.child == kNone ? r.container : r.child);
        }
        bool same = false;
        const std::string attribute = c.node_attribute.empty() ? "#uname" : c.node_attribute;
        for (RscIx w : who) {
            NodeIx at = location_next(m_, w);
            if (at == kNone || !role_matches(m_, w, c.primary_role, true)) continue;
            if (primary.kind == RscKind::bundle)
                for (const auto& r : primary.bundle->list)
                    if (r.child == w) at = m_.rsc(r.container).assigned;
            if (at == kNone) continue;
            NodeIx here = bundle != kNone ? host_of(m_, n) : n;
            auto x = m_.node(at).attrs.find(attribute), y = m_.node(here).attrs.find(attribute);
            if (x != m_.node(at).attrs.end() && y != m_.node(here).attrs.end() && x->second == y->second) same = true;
        }
        std::int32_t s = c.dependent_role == Role::promoted ? c.score : -c.score;
        if (same) {
            const bool bound = c.score >= kInf && primary.is_collective();  // bound to a clone: met, no more
            if (!bound) i.promotion_score = add_scores(i.promotion_score, s);
        } else if (c.score >= kInf && c.dependent_role == Role::promoted) {
            i.promotion_score = -kInf;
        }
    }
}

// In which order instances are promoted: by what speaks for their nodes, all in all.
void CloneAssigner::weigh_nodes() {
    Row row = p_.row_of(clone_);
    const std::vector<RscIx> instances = m_.rsc(clone_).children;
    for (RscIx ix : instances) {
        const NodeIx n = location_next(m_, ix);
        if (n == kNone || m_.rsc(ix).promotion_score < 0) continue;
        auto& cell = row[static_cast<std::size_t>(n)];
        if (cell != kAbsent) cell = add_scores(cell, m_.rsc(ix).promotion_score);
    }
    for (int cix : dependents_of(m_, clone_)) {
        const Colocation& c = m_.colocations[static_cast<std::size_t>(cix)];
        if (c.primary_role == Role::promoted && c.influence) p_.add_dependents(clone_, c, row, true);
    }
    for (RscIx ix : instances) {
        const Resource& i = m_.rsc(ix);
        const NodeIx n = location_next(m_, ix);
        const bool counts = n != kNone && i.promotion_score >= 0 && row[static_cast<std::size_t>(n)] != kAbsent;
        weight_[ix] = counts ? row[static_cast<std::size_t>(n)] : i.promotion_score;
        if (!i.managed && i.role == Role::promoted) weight_[ix] = kInf;
    }
}

bool CloneAssigner::can_promote(RscIx ix) {
    const Resource& i = m_.rsc(ix);
    for (RscIx c : i.children)
        if (!can_promote(c)) return false;
    if (i.children.size() > 0) return true;
    NodeIx n = i.assigned;
    if (n == kNone || !m_.node(n).available()) {
        if (n == kNone || i.managed) return false;
    }
    if (!i.managed) return i.role == Role::promoted;
    return true;
}

void CloneAssigner::promote() {
    promotion_priorities();
    weigh_nodes();
    promoted_.assign(m_.nodes.size(), 0);
    std::vector<RscIx> order = m_.rsc(clone_).children;
    auto role_of = [&](RscIx r) {
        Role best = m_.rsc(r).role;
        for (RscIx c : m_.rsc(r).children) best = std::max(best, m_.rsc(c).role);
        return best;
    };
    std::stable_sort(order.begin(), order.end(), [&](RscIx a, RscIx b) {
        if (weight_[a] != weight_[b]) return weight_[a] > weight_[b];
        Role rx = role_of(a), ry = role_of(b);
        if (rx != ry) return rx > ry;
        return better(a, b);
    });
    int promoted = 0;
    for (RscIx ix : order) {
        Resource& i = m_.rsc(ix);
        NodeIx n = location_next(m_, ix);
        bool may = promoted < m_.rsc(clone_).promoted_max && n != kNone && can_promote(ix);
        bool unmanaged_promoted = may && !i.managed && i.role == Role::promoted && i.children.empty();
        if (may && i.promotion_score < 0 && !unmanaged_promoted) may = false;
        if (may && promoted_[static_cast<std::size_t>(n)] >= m_.rsc(clone_).promoted_node_max) may = false;
        bool quorum_stops = !m_.config.have_quorum &&
            (m_.config.no_quorum == QuorumPolicy::demote || (m_.config.no_quorum == QuorumPolicy::freeze && role_of(ix) != Role::promoted));
        if (quorum_stops) may = false;
        if (may) {
            ++promoted_[static_cast<std::size_t>(n)];
            ++promoted;
        }
        auto give = [&](Resource& r) {
            if (may) { set_next_role(r, Role::promoted, "promoted"); return; }
            if (r.next_role == Role::promoted || r.next_role == Role::started || r.next_role == Role::unknown)
                if (r.assigned != kNone) set_next_role(r, Role::unpromoted, "not promoted");
        };
        if (i.children.empty()) give(i);
        for (RscIx c : m_.rsc(ix).children) give(m_.rsc(c));
        if (!m_.rsc(ix).children.empty()) m_.rsc(ix).next_role = m_.rsc(m_.rsc(ix).children.front()).next_role;
    }
}

}  // namespace muster::policy
