// Remote and guest nodes are up while their connection resource is; fail counts and when they expire.
#include <algorithm>

#include "base/text.h"
#include "policy-engine/history.h"

namespace muster::policy {
namespace {

void judge_remote(Model& m, NodeIx ix) {
    Node& n = m.node(ix);
    if (n.remote_rsc == kNone) {
        n.online = false;
        return;
    }
    Resource& conn = m.rsc(n.remote_rsc);
    Resource* container = conn.container == kNone ? nullptr : &m.rsc(conn.container);
    NodeIx host = conn.running_on.size() == 1 ? conn.running_on.front() : kNone;
    if (conn.role == Role::started) n.online = true;
    // A remote node that asks to shut down is let go; it says when it wants to be connected again.
    const auto asked = n.attrs.find("shutdown");
    if (n.online && container == nullptr && asked != n.attrs.end() && parse_int(asked->second).value_or(0) != 0)
        set_next_role(conn, Role::stopped, "the remote node shuts down");
    if (conn.role == Role::started && conn.next_role == Role::stopped) n.shutdown = true;
    if (container != nullptr && container->failed) {
        n.online = false;
        n.remote_reset = true;
    } else if (conn.failed) {
        n.online = false;
    } else if (conn.role == Role::stopped || conn.role == Role::unknown ||
               (container != nullptr && container->role == Role::stopped)) {
        n.online = false;
        n.remote_reset = false;
    } else if (host != kNone && m.node(host).unclean && !m.node(host).online && container != nullptr) {
        n.online = false;
        n.remote_reset = true;
    }
}

bool blocks_on_failure(Model& m, const Resource& r, NodeIx n) {
    const cib::ResourceHistory* history = m.history.find(r.self, n);
    if (history == nullptr) return false;
    for (const auto& op : history->ops) {
        int target = target_rc_of(op);
        if (target < 0 || op.rc == target || op.op_status == exec::pending) continue;
        if (!ends_with(op.id, "_last_failure_0") && op.rc == rc::ok) continue;
        const OpConfig* config = find_op(r, op.operation, op.interval_ms);
        if (config == nullptr) continue;
        const auto meta = op_meta(m, r, config, op.operation, op.interval_ms);
        if (auto said = meta.find("on-fail"); said != meta.end() && iequals(said->second, "block")) return true;
    }
    return false;
}

bool counts_for(const Resource& r, const std::string& name) {
    if (name == r.history || name == r.id) return true;
    return r.anonymous && strip_instance(name) == r.base;
}

}  // namespace

void unpack_remote_states(Model& m) {
    for (NodeIx i = 0; i < m.node_count(); ++i)
        if (m.node(i).kind != NodeKind::member) judge_remote(m, i);
}

int fail_count(Model& m, RscIx ix, NodeIx n, std::int64_t* last_failure, bool effective, bool with_fillers) {
    const Resource& r = m.rsc(ix);
    const Node& node = m.node(n);
    std::int32_t sum = 0;
    std::int64_t last = 0;
    for (const auto& f : node.fail_counts)
        if (counts_for(r, f.resource)) sum = add_scores(sum, f.count);
    for (const auto& [name, at] : node.last_failures)
        if (counts_for(r, name)) last = std::max(last, at);
    if (last_failure != nullptr) *last_failure = last;
    if (effective && sum > 0 && last > 0 && r.failure_timeout_ms > 0) {
        if (last + r.failure_timeout_ms / 1000 <= m.now.to_seconds()) {
            if (!blocks_on_failure(m, r, n)) sum = 0;
        } else {
            m.context().changes_at(WallTime::from_seconds(last + r.failure_timeout_ms / 1000));
        }
    }
    if (with_fillers)
        for (RscIx f : r.fillers)
            if (f != ix) sum = add_scores(sum, fail_count(m, f, n, nullptr, effective, false));
    return sum;
}

}  // namespace muster::policy
