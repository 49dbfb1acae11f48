// Scores before anything is assigned: locations, stickiness, failures, health; then resources by priority.
#include "policy-engine/place.h"

#include <algorithm>

#include "base/text.h"

namespace muster::policy {

void Model::add_score(RscIx r, NodeIx n, std::int32_t s, std::string_view source, std::string_view text) {
    if (scores.size() < resources.size() * nodes.size()) {  // before placement: kept until the table is made
        Location loc;
        loc.id = std::string{source};
        loc.resource = r;
        loc.scores.push_back({std::string{source}, n, s});
        locations.push_back(std::move(loc));
        return;
    }
    std::int32_t& cell = score(r, n);
    cell = cell == kAbsent ? s : add_scores(cell, s);
    if (options.keep_scores) terms[{r, n}].push_back({Score{s}, std::string{source}, std::string{text}});
}

void Model::ban_everywhere(RscIx r, std::string_view source) {
    for (NodeIx n = 0; n < node_count(); ++n) add_score(r, n, -kInf, source);
}

bool Placer::usable(NodeIx n, std::int32_t score) const {
    return score != kAbsent && score >= 0 && m_.node(n).available();
}

bool Placer::any_usable(const std::int32_t* row) const {
    for (NodeIx n = 0; n < m_.node_count(); ++n)
        if (usable(n, row[n])) return true;
    return false;
}

Row Placer::row_of(RscIx r) const {
    const auto* p = m_.row(r);
    return Row(p, p + m_.node_count());
}

void Placer::set_row(RscIx r, const Row& row) { std::copy(row.begin(), row.end(), m_.row(r)); }

void Placer::apply_location(RscIx r, const Location& loc, bool zero, std::set<RscIx>* seen) {
    Resource& res = m_.rsc(r);
    for (const auto& e : loc.scores) {
        m_.add_score(r, e.node, zero ? 0 : e.score, e.id);
        if (loc.discovery != Discovery::always) {
            auto& d = res.discovery[e.node];
            if (loc.discovery == Discovery::exclusive || d == Discovery::always) d = loc.discovery;
            if (loc.discovery == Discovery::exclusive) res.exclusive_discovery = true;
        }
    }
    bool first = true;
    for (RscIx c : res.children) {
        apply_location(c, loc, zero || (res.kind == RscKind::group && !first), seen);
        first = false;
    }
}

void Placer::apply_stickiness(RscIx r) {
    Resource& res = m_.rsc(r);
    for (RscIx c : res.children) apply_stickiness(c);
    if (res.is_collective() || res.stickiness == 0 || !res.managed || res.running_on.size() != 1) return;
    NodeIx n = res.current();
    if (!m_.config.symmetric && m_.score(r, n) == kAbsent) return;
    m_.add_score(r, n, res.stickiness, "resource-stickiness");
}

namespace {

// Failures that are forgotten in this very transition ban from nowhere.
bool fail_count_goes(const Model& m, RscIx r, NodeIx n) {
    return std::any_of(m.clear_fail_counts.begin(), m.clear_fail_counts.end(),
                       [&](const ClearFailCount& c) { return c.resource == r && c.node == n; });
}

// What a node is worth to every resource: the score of its <node>.
void base_scores(Model& m) {
    const xml::Element* nodes = m.cib->section("nodes");
    if (nodes == nullptr || !m.config.symmetric) return;
    for (const xml::Element* e : nodes->children_named("node")) {
        const NodeIx n = m.find_node(e->get("uname"));
        const std::int32_t s = score_of(e->get("score"), 0);
        if (n == kNone || s == 0) continue;
        for (const Resource& r : m.resources) m.add_score(r.self, n, s, "node score", e->get("uname"));
    }
}

}  // namespace

void Placer::apply_threshold(RscIx r, NodeIx n) {
    const Resource& res = m_.rsc(r);
    if (res.migration_threshold == 0 || !res.managed || res.failure_ignored) return;
    if (m_.node(n).fail_counts.empty()) return;
    if (fail_count_goes(m_, r, n)) return;
    int count = fail_count(m_, r, n, nullptr, true);
    if (count <= 0 || count < res.migration_threshold) return;
    RscIx whole = r;
    if (RscIx clone = m_.clone_of(r); clone != kNone && !m_.rsc(clone).unique) whole = clone;
    Location loc;
    loc.id = "migration-threshold";
    loc.resource = whole;
    loc.scores.push_back({"migration-threshold", n, -kInf});
    apply_location(whole, loc, false);
}

// Exclusive discovery: the others are out of the question.
void Placer::exclusive(RscIx r) {
    Resource& res = m_.rsc(r);
    for (RscIx c : res.children) exclusive(c);
    RscIx top = m_.top_of(r);
    if (!res.exclusive_discovery && !m_.rsc(top).exclusive_discovery) return;
    for (NodeIx n = 0; n < m_.node_count(); ++n) {
        auto it = res.discovery.find(n);
        if (it == res.discovery.end() || it->second != Discovery::exclusive)
            if (m_.score(r, n) != kAbsent) m_.score(r, n) = -kInf;
    }
}

// Fence devices, connections and containers of guests have no business on remote and guest nodes; on a bundle's own nodes
// nothing is placed but what the bundle puts there.
void Placer::keep_off_remote_nodes() {
    for (const Resource& r : m_.resources) {
        if (r.kind != RscKind::primitive) continue;
        for (NodeIx n = 0; n < m_.node_count(); ++n) {
            const Node& node = m_.node(n);
            if (!node.is_remote()) continue;
            const bool guest = node.kind == NodeKind::guest;
            if (r.is_fence_device || r.is_remote_connection || (!r.fillers.empty() && guest)) m_.score(r.self, n) = -kInf;
            if (guest && node.remote_rsc != kNone && m_.rsc(node.remote_rsc).parent != kNone) m_.score(r.self, n) = -kInf;
        }
    }
}

void Placer::apply_health() {
    for (RscIx r : m_.top)
        for (NodeIx n = 0; n < m_.node_count(); ++n)
            if (m_.node(n).health != 0 && !m_.rsc(r).allow_unhealthy) {
                Location loc;
                loc.id = m_.config.health_strategy;
                loc.resource = r;
                loc.scores.push_back({"node-health", n, m_.node(n).health});
                apply_location(r, loc, false);
            }
}

void Placer::apply_locations(const std::vector<Location>& locations) {
    for (const auto& loc : locations) {
        m_.locations.push_back(loc);
        // Looked at when instances are promoted.  An instance is unpromoted before it is promoted: that role is any role.
        if (loc.role == Role::promoted || loc.role == Role::stopped) continue;
        apply_location(loc.resource, loc, false);
    }
    for (const auto& [r, guest] : m_.stays_on)
        for (NodeIx n = 0; n < m_.node_count(); ++n)
            if (n != guest) m_.score(r, n) = -kInf;
}

// After all wishes: failures, and exclusive discovery.
void Placer::apply_bans() {
    std::vector<NodeIx> failing;
    for (NodeIx n = 0; n < m_.node_count(); ++n)
        if (!m_.node(n).fail_counts.empty()) failing.push_back(n);
    for (const Resource& r : m_.resources)
        if (r.kind == RscKind::primitive)
            for (NodeIx n : failing) apply_threshold(r.self, n);
    for (RscIx r : m_.top) exclusive(r);
}

void Placer::prepare() {
    const std::vector<Location> early = std::move(m_.locations);
    m_.locations.clear();
    m_.scores.assign(m_.resources.size() * m_.nodes.size(), m_.config.symmetric ? 0 : kAbsent);
    base_scores(m_);
    keep_off_remote_nodes();
    apply_health();
    for (const Resource& r : m_.resources)
        if (r.removed && r.kind == RscKind::primitive)
            for (NodeIx n = 0; n < m_.node_count(); ++n) m_.score(r.self, n) = -kInf;
    apply_locations(early);
    for (RscIx r : m_.top) apply_stickiness(r);
    apply_bans();
}

void Placer::run() {
    prepare();
    if (m_.node_count() == 0) return;
    shutdown_locks();
    queue_ = m_.top;
    std::stable_sort(queue_.begin(), queue_.end(), [&](RscIx a, RscIx b) { return m_.rsc(a).priority > m_.rsc(b).priority; });
    if (m_.config.placement != "default") order_by_scores();
    for (RscIx r : queue_)  // connections first: what runs on remote nodes depends on them
        if (m_.rsc(r).is_remote_connection) assign(r, m_.rsc(r).partial_target);
    for (RscIx r : queue_) assign(r);
}

NodeIx Placer::assign(RscIx r, NodeIx prefer, bool) {
    Resource& res = m_.rsc(r);
    if (res.parent != kNone && m_.rsc(res.parent).provisional && !m_.rsc(res.parent).assigning) {
        assign(res.parent, prefer);
        return m_.rsc(r).assigned;
    }
    if (!res.provisional || res.assigning) return res.assigned;
    res.assigning = true;
    switch (res.kind) {
        case RscKind::primitive: assign_primitive(r, prefer); break;
        case RscKind::group: assign_group(r, prefer); break;
        case RscKind::clone: assign_clone(r); break;
        case RscKind::bundle: assign_bundle(r); break;
    }
    m_.rsc(r).assigning = false;
    return m_.rsc(r).assigned;
}

void Placer::assign_group(RscIx r, NodeIx prefer) {
    log_scores(r);
    NodeIx first = kNone;
    for (RscIx c : std::vector<RscIx>{m_.rsc(r).children}) {
        NodeIx n = assign(c, prefer);
        if (first == kNone) first = n;
    }
    m_.rsc(r).assigned = first;
    Role best = Role::unknown;
    for (RscIx c : m_.rsc(r).children) best = std::max(best, m_.rsc(c).next_role);
    m_.rsc(r).next_role = best;
    m_.rsc(r).provisional = false;
}

void Placer::log_scores(RscIx r) {
    if (!m_.options.keep_scores) return;
    for (NodeIx n = 0; n < m_.node_count(); ++n) {
        if (m_.score(r, n) == kAbsent) continue;
        NodeScore s;
        s.resource = m_.rsc(r).id;
        s.node = m_.node(n).name;
        s.score = Score{m_.score(r, n)};
        if (auto it = m_.terms.find({r, n}); it != m_.terms.end()) s.terms = it->second;
        m_.score_log.push_back(std::move(s));
    }
}

NodeIx location_next(const Model& m, RscIx r) {
    const Resource& res = m.rsc(r);
    if (!res.is_collective()) return res.assigned;
    for (RscIx c : res.children)
        if (NodeIx n = location_next(m, c); n != kNone) return n;
    return kNone;
}

bool role_matches(const Model& m, RscIx r, Role wanted, bool next) {
    if (wanted == Role::unknown || wanted == Role::started) return true;
    const Resource& res = m.rsc(r);
    Role has = next ? res.next_role : res.role;
    if (res.is_collective() && res.kind == RscKind::group && !res.children.empty()) {
        const Resource& c = m.rsc(res.children.front());
        has = next ? std::max(has, c.next_role) : std::max(has, c.role);
    }
    return has == wanted;
}

}  // namespace muster::policy
