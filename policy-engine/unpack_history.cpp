// Operation history: where resources run, in which role, what failed (Pacemaker Explained, "Operation history").
#include <algorithm>
#include <set>

#include "policy-engine/history.h"

namespace muster::policy {
namespace {

// Only a probe that has not answered tells nothing.
bool tells_where_it_is(const cib::ResourceHistory& h) {
    if (h.ops.empty()) return false;
    const bool answered = std::any_of(h.ops.begin(), h.ops.end(), [](const cib::OpRecord& o) {
        return o.op_status != exec::pending && o.operation != "notify";
    });
    return answered || h.ops.size() > 1 || h.ops.front().operation != "monitor";
}

void unpack_resource(Model& m, NodeIx node, const cib::ResourceHistory& h) {
    RscIx ix = owner_of(m, h, node);
    if (ix == kNone) {
        if (h.ops.empty()) return;
        ix = removed_resource(m, h);
    }
    {  // of several entries for one instance, the one that tells of activity counts
        auto& slot = m.history.slot(ix, node);
        if (slot == nullptr || !runs_on(m.rsc(ix), node)) slot = &h;
    }
    const bool instance = m.clone_of(ix) != kNone;
    // Nodes call instances by numbers of their own time: where it is not active, only a name without one counts.
    if (instance && h.id == m.rsc(ix).base && m.rsc(ix).running_on.empty()) m.rsc(ix).history = h.id;
    if (tells_where_it_is(h)) m.rsc(ix).known_on.insert(node);
    Role saved = m.rsc(ix).role;
    m.rsc(ix).role = Role::unknown;
    Progress p;
    for (const auto* op : sorted_ops(h)) unpack_op(m, *op, ix, node, p);
    finish_state(m, ix, node, p.on_fail);
    Resource& r = m.rsc(ix);
    if (instance && runs_on(r, node)) r.history = h.id;  // where it is active it has its name
    Role wanted = effective_target_role(m, r);
    if (wanted != Role::unknown && (r.next_role == Role::unknown || wanted < r.next_role))
        set_next_role(r, wanted, "target-role");
    if (saved > r.role) r.role = saved;
}

void unpack_node(Model& m, NodeIx ix) {
    const auto* state = m.node(ix).state;
    if (state == nullptr) return;
    for (const auto& h : state->history) unpack_resource(m, ix, h);
}

// Its connection and its container count as running, even if they failed since.
bool was_up(const Model& m, const Node& n) {
    if (n.remote_rsc == kNone) return false;
    const Resource& conn = m.rsc(n.remote_rsc);
    return conn.role == Role::started && (conn.container == kNone || m.rsc(conn.container).role == Role::started);
}

// The next remote or guest node, in the order of the status, that was up, or not; whether there was one.
bool unpack_next_remote(Model& m, bool lost, std::set<NodeIx>& done) {
    for (const auto& s : m.cib->status.nodes) {
        const auto it = m.node_by_id.find(s.id);
        const NodeIx ix = it != m.node_by_id.end() ? it->second : m.find_node(s.uname);
        if (ix == kNone || m.node(ix).kind == NodeKind::member || done.count(ix) != 0) continue;
        const Node& n = m.node(ix);
        if (was_up(m, n) == lost) continue;
        if (!n.online && n.remote_rsc != kNone && !m.config.fencing) continue;
        done.insert(ix);
        unpack_node(m, ix);
        return true;
    }
    return false;
}

}  // namespace

void unpack_history(Model& m) {
    for (const auto& s : m.cib->status.nodes) {
        auto it = m.node_by_id.find(s.id);
        NodeIx ix = it != m.node_by_id.end() ? it->second : m.find_node(s.uname);
        if (ix == kNone || m.node(ix).kind != NodeKind::member || m.node(ix).state != &s) continue;
        if (!m.node(ix).online && !m.config.fencing && !m.node(ix).unclean) continue;
        unpack_node(m, ix);
    }
    bind_removed(m);
    unpack_remote_states(m);
    // Remote and guest nodes know what runs there only once their own connections are understood; guests in remotes too.
    // Those that were up come first: their instances are counted before the others'.
    std::set<NodeIx> done;
    for (const bool lost : {false, true})
        while (unpack_next_remote(m, lost, done)) unpack_remote_states(m);
}

}  // namespace muster::policy
