// The transition graph: actions that are required and runnable, with their parameters and triggers.
#include <algorithm>

#include "base/text.h"
#include "policy-engine/actions.h"
#include "policy-engine/graph_meta.h"

namespace muster::policy {
namespace {

std::string key_of(const Actions& a, const Act& x, bool internal) {
    if (!x.name.empty()) return x.name;
    if (x.task == Task::shutdown) return "do_shutdown-" + a.m.node(x.node).name;
    if (x.rsc == kNone) return std::string{task_text(x.task)};
    const Resource& r = a.m.rsc(x.rsc);
    std::string who = internal || r.is_collective() ? r.id : r.history;
    std::string op = !x.op.empty() ? x.op : std::string{task_text(x.task)};
    return who + "_" + op + "_" + std::to_string(x.interval_ms);
}

bool in_graph(const Act& x) { return !x.dead && !x.optional && (x.runnable || x.pseudo) && x.runnable; }

void fill(Actions& a, const Act& x, Action& out) {
    const Model& m = a.m;
    out.task = x.pseudo && x.rsc == kNone && x.task == Task::one_or_more ? x.name : std::string{task_text(x.task)};
    if (!x.op.empty() && x.task == Task::monitor) out.task = x.op;
    out.kind = x.pseudo ? ActionKind::pseudo
               : x.task == Task::fence ? ActionKind::fencing
               : x.task == Task::shutdown || x.task == Task::clear_failcount ? ActionKind::cluster
                                                                              : ActionKind::resource;
    out.key = key_of(a, x, false);
    if (std::string own = key_of(a, x, true); own != out.key) out.internal_key = own;
    out.interval = milliseconds{x.interval_ms};
    out.expected_rc = std::max(0, x.expected_rc);
    out.priority = x.priority;
    out.reason = x.reason;
    if (x.task == Task::shutdown && x.node != kNone) out.downed.push_back(m.node(x.node).id);
    if (x.node != kNone) {
        out.node = m.node(x.node).name;
        out.node_id = m.node(x.node).id;
    }
    if (x.rsc != kNone) {
        const Resource& r = m.rsc(x.rsc);
        out.resource = r.id;
        out.history_id = r.history;
        if (x.task == Task::stop && r.lock_active && x.node == r.lock_node) out.shutdown_lock = std::to_string(r.lock_time);
        if (r.def) out.klass = r.def->klass, out.provider = r.def->provider, out.type = r.def->type;
    }
}

}  // namespace

void write_graph(Actions& a, Plan& plan) {
    Model& m = a.m;
    TransitionGraph& g = plan.graph;
    g.cluster_delay = milliseconds{duration_ms(m.config.props.get("cluster-delay"), 60'000)};
    g.fencing_timeout = milliseconds{m.config.fencing_timeout_ms};
    g.failed_stop_offset = "INFINITY";
    g.failed_start_offset = m.config.start_failure_fatal ? "INFINITY" : "1";
    g.batch_limit = static_cast<int>(parse_int(m.config.props.get("batch-limit")).value_or(0));
    g.migration_limit = static_cast<int>(parse_int(m.config.props.get("migration-limit")).value_or(-1));
    std::vector<int> position(a.list.size(), -1);
    for (const Act& x : a.list) {
        if (!in_graph(x)) continue;
        position[static_cast<std::size_t>(x.self)] = static_cast<int>(g.actions.size());
        Action out;
        out.id = static_cast<int>(g.actions.size());
        fill(a, x, out);
        fill_attributes(a, x, out);
        g.actions.push_back(std::move(out));
    }
    for (const Act& x : a.list) {
        int to = position[static_cast<std::size_t>(x.self)];
        if (to < 0) continue;
        auto& after = g.actions[static_cast<std::size_t>(to)].after;
        for (const Edge& e : x.before) {
            if ((e.flags & edge::off) != 0) continue;
            if ((e.flags & edge::same_node) != 0 && a.at(e.other).node != x.node) continue;
            int from = position[static_cast<std::size_t>(e.other)];
            if (from >= 0) after.push_back(from);
        }
        std::sort(after.begin(), after.end());
        after.erase(std::unique(after.begin(), after.end()), after.end());
    }
}

}  // namespace muster::policy
