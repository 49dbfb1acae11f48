// Utilization: what resources need and nodes have (Pacemaker Explained, "Utilization and Placement Strategy").
#include <algorithm>

#include "policy-engine/place.h"

namespace muster::policy {
namespace {

using Needs = std::map<std::string, int, std::less<>>;

void add(Needs& sum, const Needs& more) {
    for (const auto& [name, n] : more) sum[name] += n;
}

void needs_of(const Model& m, RscIx r, Needs& sum, bool unassigned_only) {
    const Resource& res = m.rsc(r);
    if (!res.is_collective()) {
        if (res.provisional || !unassigned_only) add(sum, res.utilization);
        return;
    }
    if (res.kind == RscKind::group)
        for (RscIx c : res.children) needs_of(m, c, sum, unassigned_only);
    if (res.kind == RscKind::clone && !res.children.empty()) needs_of(m, res.children.front(), sum, unassigned_only);
}

bool fits(const Node& n, const Needs& needs) {
    for (const auto& [name, need] : needs) {
        auto it = n.capacity.find(name);
        if (need > (it == n.capacity.end() ? 0 : it->second)) return false;
    }
    return true;
}

// All that must be on the same node.
std::vector<RscIx> colocated(Model& m, RscIx r) {
    std::vector<RscIx> all{r};
    for (std::size_t k = 0; k < all.size(); ++k) {
        if (m.rsc(all[k]).kind == RscKind::clone) continue;  // an instance goes along, but not with whom the others go
        auto visit = [&](RscIx other, std::int32_t score) {
            if (score < kInf || std::find(all.begin(), all.end(), other) != all.end()) return;
            if (m.rsc(other).kind == RscKind::clone && m.clone_of(r) == other) return;
            all.push_back(other);
        };
        for (int ix : primaries_of(m, all[k])) visit(m.colocations[static_cast<std::size_t>(ix)].primary, m.colocations[static_cast<std::size_t>(ix)].score);
        for (int ix : dependents_of(m, all[k])) visit(m.colocations[static_cast<std::size_t>(ix)].dependent, m.colocations[static_cast<std::size_t>(ix)].score);
    }
    return all;
}

}  // namespace

int Placer::compare_capacity(const Node& a, const Node& b) const {
    int result = 0;
    auto value = [](const Node& n, const std::string& name) {
        auto it = n.capacity.find(name);
        return it == n.capacity.end() ? 0 : it->second;
    };
    std::set<std::string> names;
    for (const auto& [name, v] : a.capacity) names.insert(name);
    for (const auto& [name, v] : b.capacity) names.insert(name);
    for (const auto& name : names) {
        if (value(a, name) > value(b, name)) ++result;
        if (value(a, name) < value(b, name)) --result;
    }
    return result;
}

NodeIx Placer::drop_full_nodes(RscIx r) {
    Needs whole, alone = m_.rsc(r).utilization;
    std::set<RscIx> seen;
    for (RscIx x : colocated(m_, r)) {
        // Groups and their members are named both; count each primitive once.
        std::vector<RscIx> open{x};
        while (!open.empty()) {
            RscIx y = open.back();
            open.pop_back();
            for (RscIx c : m_.rsc(y).children) {
                open.push_back(c);
                if (m_.rsc(y).bundle || m_.rsc(y).kind == RscKind::clone) break;  // one must fit, others may be elsewhere
            }
            if (!m_.rsc(y).is_collective() && seen.insert(y).second && m_.rsc(y).provisional) add(whole, m_.rsc(y).utilization);
        }
    }
    bool any = false;
    for (NodeIx n = 0; n < m_.node_count(); ++n)
        if (usable(n, m_.score(r, n)) && fits(m_.node(n), whole)) any = true;
    const Needs& test = any ? whole : alone;
    // Where there is no room for all that goes together, the node with most room takes as many as it can.
    NodeIx roomiest = kNone;
    if (!any && seen.size() > 1)
        for (NodeIx n = 0; n < m_.node_count(); ++n)
            if (usable(n, m_.score(r, n)) && fits(m_.node(n), alone))
                if (roomiest == kNone || compare_capacity(m_.node(n), m_.node(roomiest)) > 0) roomiest = n;
    if (test.empty()) return roomiest;
    for (NodeIx n = 0; n < m_.node_count(); ++n)
        if (m_.score(r, n) != kAbsent && !fits(m_.node(n), test)) m_.add_score(r, n, -kInf, "utilization", "not enough capacity");
    return roomiest;
}

void Placer::merge_scores(RscIx r, double factor, Row& row, bool as_primary) const {
    for (NodeIx n = 0; n < m_.node_count(); ++n) {
        std::int32_t& cell = row[static_cast<std::size_t>(n)];
        const std::int32_t own = m_.score(r, n), there = own == kAbsent || (as_primary && !m_.node(n).available()) ? -kInf : own;
        if (cell == kAbsent || (factor < 0 && there < 0)) continue;
        cell = add_scores(cell, Score{static_cast<std::int64_t>(factor * there)}.value());
    }
}

// Where the primaries can be, and theirs: a node that is not available is none for them.
void Placer::merge_primaries(RscIx r, double factor, Row& row, std::set<RscIx>& seen) {
    if (!seen.insert(r).second) return;
    const Resource& res = m_.rsc(r);
    if (res.kind == RscKind::group && !res.children.empty()) {  // all that its members say
        for (RscIx member : res.children) merge_scores(member, factor, row, seen.size() > 1);
        for (RscIx member : res.children) merge_primaries(member, factor, row, seen);
    }
    for (int ix : primaries_of(m_, r)) {
        const Colocation& c = m_.colocations[static_cast<std::size_t>(ix)];
        if (seen.count(c.primary) != 0) continue;
        const double f = factor * c.score / static_cast<double>(kInf);
        merge_scores(c.primary, f, row, true);
        merge_primaries(c.primary, f, row, seen);
    }
}

// With a placement strategy, resources are taken by priority, then by how good their present node is for them.
void Placer::order_by_scores() {
    auto row = [&](RscIx r) {
        Row out = row_of(r);
        std::set<RscIx> seen;
        merge_primaries(r, 1.0, out, seen);
        for (NodeIx n = 0; n < m_.node_count(); ++n) {  // inside a bundle is no place for what is outside
            const Node& node = m_.node(n);
            if (node.kind == NodeKind::guest && node.remote_rsc != kNone && m_.rsc(node.remote_rsc).parent != kNone)
                out[static_cast<std::size_t>(n)] = -kInf;
        }
        return out;
    };
    std::map<RscIx, Row> rows;
    for (RscIx r : queue_) rows[r] = row(r);
    std::vector<NodeIx> nodes;
    for (NodeIx n = 0; n < m_.node_count(); ++n) nodes.push_back(n);
    std::stable_sort(nodes.begin(), nodes.end(), [&](NodeIx a, NodeIx b) {
        bool ua = m_.node(a).available(), ub = m_.node(b).available();
        if (ua != ub) return ua;
        return m_.config.placement == "balanced" && compare_capacity(m_.node(a), m_.node(b)) > 0;
    });
    auto at = [&](RscIx r, NodeIx n) { std::int32_t s = rows[r][static_cast<std::size_t>(n)]; return s == kAbsent ? -kInf : s; };
    std::stable_sort(queue_.begin(), queue_.end(), [&](RscIx a, RscIx b) {
        const Resource &x = m_.rsc(a), &y = m_.rsc(b);
        if (x.priority != y.priority) return x.priority > y.priority;
        NodeIx nx = x.current(), ny = y.current();
        if (nx != kNone && ny == kNone) return at(a, nx) > -kInf ? true : false;
        if (nx == kNone && ny != kNone) return false;
        if (nx != kNone && ny != kNone && at(a, nx) != at(b, ny)) return at(a, nx) > at(b, ny);
        for (NodeIx n : nodes)
            if (at(a, n) != at(b, n)) return at(a, n) > at(b, n);
        return false;
    });
}

}  // namespace muster::policy
