// One primitive: colocations applied, node chosen (Pacemaker Explained, "Deciding Which Nodes a Resource Can Run On").
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "policy-engine/actions.h"
#include "policy-engine/place.h"

namespace muster::policy {

// The primary is placed first; a wish that leaves no node is dropped again.
void Placer::apply_primary(RscIx dependent, const Colocation& c) {
    Row before = row_of(dependent);
    assign(c.primary);
    if (!m_.rsc(dependent).provisional) return;
    colocate(dependent, c.primary, c);
    if (c.score <= -kInf || c.score >= kInf) return;
    Row now = row_of(dependent);
    RscIx group = m_.rsc(dependent).parent;
    if (group != kNone && m_.rsc(group).kind == RscKind::group)  // a node that bans one member is no node for the group
        for (RscIx member : m_.rsc(group).children)
            for (NodeIx n = 0; n < m_.node_count(); ++n)
                if (m_.score(member, n) == -kInf) now[static_cast<std::size_t>(n)] = -kInf;
    if (!any_usable(now.data())) set_row(dependent, before);
}

// What bans one member of a group bans them all, seen from outside.
bool Placer::banned_with_group(RscIx r, NodeIx n) const {
    auto banned = [&](RscIx x) { return m_.score(x, n) == kAbsent || m_.score(x, n) == -kInf; };
    const RscIx parent = m_.rsc(r).parent;
    if (banned(r)) return true;
    if (parent == kNone || m_.rsc(parent).kind != RscKind::group || m_.rsc(parent).assigning) return false;
    const auto& members = m_.rsc(parent).children;
    return std::any_of(members.begin(), members.end(), banned);
}

// The dependents' own scores, scaled by how strongly they are bound to this one.
// Whether any node is left.
bool Placer::add_matching(RscIx source, const std::string& attribute, double factor, Row& row, bool only_positive) {
    auto best = [&](NodeIx n) -> std::int32_t {
        if (attribute.empty() || attribute == "#uname") {
            if (factor > 0 && banned_with_group(source, n)) return -kInf;
            return m_.score(source, n) == kAbsent || !m_.node(n).available() ? -kInf : m_.score(source, n);
        }
        auto value = m_.node(n).attrs.find(attribute);
        std::int32_t top = -kInf;
        for (NodeIx o = 0; o < m_.node_count(); ++o) {
            auto other = m_.node(o).attrs.find(attribute);
            if (m_.score(source, o) == kAbsent || other == m_.node(o).attrs.end() || value == m_.node(n).attrs.end()) continue;
            if (other->second == value->second && m_.node(o).available()) top = std::max(top, m_.score(source, o));
        }
        return top;
    };
    int left = 0;
    for (NodeIx n = 0; n < m_.node_count(); ++n) left += usable(n, m_.score(source, n)) ? 1 : 0;
    const bool one_node_left = left == 1;
    bool any_left = false;
    for (NodeIx n = 0; n < m_.node_count(); ++n) {
        std::int32_t& cell = row[static_cast<std::size_t>(n)];
        if (cell == kAbsent) continue;
        std::int32_t s = best(n);
        // What a dependent cannot use says nothing for this one, unless it has but one node left to go to.
        if (factor < 0 && s < 0 && (s > -kInf || cell < 0 || !one_node_left)) {
            any_left = any_left || usable(n, cell);
            continue;
        }
        double delta = factor * s;
        std::int64_t d = static_cast<std::int64_t>(delta < 0 ? delta - 0.5 : delta + 0.5);
        if (d == 0 && s != 0) d = (factor > 0) == (s > 0) ? 1 : -1;
        if (factor == 0) d = 0;
        std::int32_t sum = add_scores(cell, Score{d}.value());
        any_left = any_left || usable(n, sum);
        if (only_positive && sum < 0 && cell > 0) cell = 1;
        else if (only_positive && sum < 0 && cell == 0) continue;
        else cell = sum;
    }
    return any_left;
}

void Placer::merge(RscIx source, RscIx target, const Colocation* c, double factor, Row& row, bool only_positive, int depth) {
    if (depth > 60 || m_.rsc(source).merging) return;
    const Resource& s = m_.rsc(source);
    if (s.kind == RscKind::group) {
        if (!s.children.empty()) {
            bool self = m_.rsc(source).merging;
            m_.rsc(source).merging = true;
            merge(s.children.front(), target, c, factor, row, only_positive, depth + 1);
            m_.rsc(source).merging = self;
        }
        return;
    }
    m_.rsc(source).merging = true;
    Row work = row;
    if (add_matching(source, c == nullptr ? std::string{} : c->node_attribute, factor, work, only_positive)) {
        row = work;
        for (int ix : dependents_of(m_, source)) {
            const Colocation& next = m_.colocations[static_cast<std::size_t>(ix)];
            RscIx other = next.dependent;
            if (other == target || !(next.influence || m_.rsc(next.primary).running_on.empty())) continue;
            double f = factor * next.score / static_cast<double>(kInf);
            merge(other, target, &next, f, row, only_positive, depth + 1);
        }
    }
    m_.rsc(source).merging = false;
}

void Placer::add_dependents(RscIx primary, const Colocation& c, Row& row, bool only_positive) {
    if (!c.influence && !m_.rsc(primary).running_on.empty()) return;
    double factor = c.score / static_cast<double>(kInf);
    merge(c.dependent, primary, &c, factor, row, only_positive, 0);
}

// A group's first member goes where the members after it can follow: whom they must be with counts for it, too.
void Placer::bind_with_members(RscIx r) {
    const RscIx group = m_.rsc(r).parent;
    if (group == kNone || m_.rsc(group).kind != RscKind::group || m_.rsc(group).children.front() != r) return;
    if (!group_is(m_.rsc(group), "collocated")) return;
    const Row before = row_of(r);
    for (RscIx member : std::vector<RscIx>{m_.rsc(group).children}) {
        if (member == r) continue;
        if (!m_.rsc(member).critical || static_cast<std::size_t>(member) >= m_.this_with.size()) break;
        for (int ix : std::vector<int>{m_.this_with[static_cast<std::size_t>(member)]}) {
            const Colocation c = m_.colocations[static_cast<std::size_t>(ix)];
            const bool bound = !c.internal_group && (c.score >= kInf || c.score <= -kInf);
            if (!bound || m_.rsc(c.primary).parent == group || c.dependent_role != Role::unknown) continue;
            assign(c.primary);
            if (!m_.rsc(r).provisional) return;
            colocate(r, c.primary, c);
        }
    }
    if (!any_usable(m_.row(r))) set_row(r, before);
}

void Placer::assign_primitive(RscIx r, NodeIx prefer) {
    for (int ix : primaries_of(m_, r)) {
        Colocation c = m_.colocations[static_cast<std::size_t>(ix)];
        if (c.primary == r) continue;
        c.dependent = r;
        apply_primary(r, c);
    }
    bind_with_members(r);
    m_.rsc(r).merging = true;
    {
        Row row = row_of(r);
        for (int ix : dependents_of(m_, r)) {
            const Colocation& c = m_.colocations[static_cast<std::size_t>(ix)];
            add_dependents(r, c, row);
        }
        set_row(r, row);
    }
    m_.rsc(r).merging = false;
    Resource& res = m_.rsc(r);
    if (!res.provisional) return;
    if (res.next_role == Role::stopped)
        for (NodeIx n = 0; n < m_.node_count(); ++n)
            if (m_.score(r, n) != kAbsent) m_.add_score(r, n, -kInf, "target-role", res.next_role_reason);
    log_scores(r);
    if (!res.managed) {
        // Stays as it is.
        NodeIx here = res.current();
        if (here != kNone) set_next_role(res, res.role, "unmanaged");
        else set_next_role(res, Role::stopped, "unmanaged");
        finish(r, here);
        return;
    }
    if (m_.config.stop_all) {
        finish(r, kNone);
        return;
    }
    if (m_.config.placement != "default") {
        if (NodeIx roomiest = drop_full_nodes(r); prefer == kNone) prefer = roomiest;
        if (!res.utilization.empty()) log_scores(r);
    }
    finish(r, choose(r, prefer));
}

NodeIx Placer::choose(RscIx r, NodeIx prefer) {
    const Resource& res = m_.rsc(r);
    const std::int32_t* row = m_.row(r);
    if (prefer != kNone && row[prefer] != kAbsent) {
        std::int32_t best = -kInf;
        for (NodeIx n = 0; n < m_.node_count(); ++n)
            if (row[n] != kAbsent && m_.node(n).available()) best = std::max(best, row[n]);
        if (usable(prefer, row[prefer]) && row[prefer] >= best) return prefer;
    }
    NodeIx now = res.running_on.size() == 1 ? res.running_on.front() : res.current();
    NodeIx best = kNone;
    auto better = [&](NodeIx a, NodeIx b) {
        if (row[a] != row[b]) return row[a] > row[b];
        const std::string& strategy = m_.config.placement;
        const Node &x = m_.node(a), &y = m_.node(b);
        if (strategy == "minimal") return a == now && b != now ? true : b == now && a != now ? false : a < b;
        if (strategy == "balanced") {
            int c = compare_capacity(x, y);
            if (c != 0) return c > 0;
        }
        if (x.assigned != y.assigned) return x.assigned < y.assigned;
        if (a == now || b == now) return a == now && b != now;
        return x.name < y.name;
    };
    for (NodeIx n = 0; n < m_.node_count(); ++n) {
        if (!usable(n, row[n])) continue;
        if (best == kNone || better(n, best)) best = n;
    }
    if (best == kNone) return kNone;
    // Of equally good nodes, the one where it is: no pointless move.  Unique instances are spread instead.
    const RscIx clone = m_.clone_of(r);
    if (clone != kNone && m_.rsc(clone).unique) return best;
    if (row[best] > 0 && now != kNone && now != best && usable(now, row[now]) && row[now] == row[best])
        best = now;
    return best;
}

void Placer::unassign(RscIx r) {
    Resource& res = m_.rsc(r);
    if (res.is_remote_connection && res.remote_node != kNone) m_.node(res.remote_node).shutdown = false;
    for (RscIx c : res.children) unassign(c);
    if (!res.is_collective() && res.assigned != kNone) {
        Node& n = m_.node(res.assigned);
        --n.assigned;
        for (const auto& [name, need] : res.utilization) n.capacity[name] += need;
    }
    res.assigned = kNone;
    res.provisional = true;
    if (res.next_role == Role::started && effective_target_role(m_, res) != Role::started) res.next_role = effective_target_role(m_, res);
    if (res.next_role == Role::stopped && effective_target_role(m_, res) != Role::stopped) res.next_role = effective_target_role(m_, res);
}

// What becomes of a remote node by the place of its connection.
void Placer::settle_remote(const Resource& connection) {
    if (!connection.is_remote_connection || connection.remote_node == kNone) return;
    Node& node = m_.node(connection.remote_node);
    if (connection.assigned == kNone || connection.next_role == Role::stopped) {
        if (connection.parent == kNone) node.shutdown = true;  // a bundle's instance has no other place to go
        return;
    }
    node.coming = !node.online;
    if (node.unseen) node.unclean = false;  // once it is connected again, what runs there is known
}

void Placer::finish(RscIx r, NodeIx n) {
    Resource& res = m_.rsc(r);
    res.provisional = false;
    res.assigned = n;
    if (n == kNone) {
        if (res.next_role != Role::stopped) set_next_role(res, Role::stopped, why_nowhere(m_, r));
        settle_remote(res);
        return;
    }
    if (res.next_role == Role::unknown) {
        RscIx clone = m_.clone_of(r);
        set_next_role(res, clone != kNone && m_.rsc(clone).promotable ? Role::unpromoted : Role::started, "assigned");
        (void)clone;
    }
    settle_remote(res);
    Node& node = m_.node(n);
    ++node.assigned;
    for (const auto& [name, need] : res.utilization) node.capacity[name] -= need;
}

}  // namespace muster::policy
