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

// What this takes down: the node itself, a fenced host's guests, the remote node whose connection is given up.
void fill_downed(const Actions& a, const Act& x, Action& out) {
    const Model& m = a.m;
    if (x.node == kNone) return;
    if (x.task == Task::shutdown || (x.task == Task::fence && x.meta.find("stonith_action")->second != "on")) {
        out.downed.push_back(m.node(x.node).id);
        for (const Node& n : m.nodes) {
            if (x.task != Task::fence || n.kind != NodeKind::guest || n.remote_rsc == kNone) continue;
            const RscIx container = m.rsc(n.remote_rsc).container;
            if (container != kNone && m.rsc(container).current() == x.node) out.downed.push_back(n.id);
        }
        return;
    }
    if (x.task != Task::stop || x.pseudo || m.rsc(x.rsc).remote_node == kNone) return;
    const bool migrates = a.find(x.rsc, Task::migrate_from) != kNone;
    if (!migrates) out.downed.push_back(m.node(m.rsc(x.rsc).remote_node).id);
}

// The member through which a remote node is reached: while its connection moves, what ends goes by the old one.
NodeIx router_of(const Actions& a, const Act& x) {
    const Model& m = a.m;
    if (x.node == kNone || x.rsc == kNone || !m.node(x.node).is_remote() || m.node(x.node).remote_rsc == kNone) return kNone;
    const Resource& conn = m.rsc(m.node(x.node).remote_rsc);
    NodeIx began = conn.partial_source != kNone && conn.running_on.size() > 1 ? conn.partial_source : conn.current();
    const NodeIx ends = conn.assigned;
    if (began == kNone || (began != ends && !m.node(began).online && ends != kNone)) return ends;
    if (ends == kNone || began == ends) return began;
    std::string task{task_text(x.task)};
    if (x.task == Task::notify)
        if (auto it = x.meta.find("notify_operation"); it != x.meta.end()) task = it->second;
    for (std::string_view early : {"cancel", "stop", "demote", "migrate_from", "migrate_to"})
        if (task == early) return began;
    return ends;
}

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
    fill_downed(a, x, out);
    if (NodeIx router = x.pseudo ? kNone : router_of(a, x); router != kNone) out.router = m.node(router).name;
    if (x.node != kNone) {
        out.node = m.node(x.node).name;
        out.node_id = m.node(x.node).id;
    }
    if (x.rsc != kNone) {
        const Resource& r = m.rsc(x.rsc);
        out.resource = r.id;
        out.history_id = r.history;
        // One that is too many keeps the number that its node's history gives it.
        out.anonymous = m.clone_of(x.rsc) != kNone && !m.rsc(m.clone_of(x.rsc)).unique && !r.removed;
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
    g.actions.reserve(static_cast<std::size_t>(std::count_if(a.list.begin(), a.list.end(), in_graph)));
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
