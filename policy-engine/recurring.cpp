// Recurring operations: begun after start or promote, cancelled when the role or the configuration changes.
#include <algorithm>

#include "policy-engine/actions.h"
#include "policy-engine/history.h"

namespace muster::policy {
namespace {

bool in_history(Model& m, const Resource& r, NodeIx n, const OpConfig& op) {
    const cib::ResourceHistory* history = m.history.find(r.self, n);
    if (history == nullptr) return false;
    const cib::OpRecord* found = nullptr;
    int start_id = -1, role_id = -1, stop_id = -1;
    for (const auto& rec : history->ops) {
        if (rec.interval_ms == op.interval_ms && rec.operation == op.name && rec.op_status != exec::cancelled)
            if (found == nullptr || rec.call_id > found->call_id) found = &rec;
        // A role or a stop that failed has ended nothing.
        const bool failed = rec.op_status == exec::done && rec.rc != rc::ok;
        if (rec.operation == "stop" && rec.op_status == exec::done && !failed) stop_id = std::max(stop_id, rec.call_id);
        if (rec.operation == "start" || rec.operation == "migrate_from") start_id = std::max(start_id, rec.call_id);
        if ((rec.operation == "promote" || rec.operation == "demote") && !failed) role_id = std::max(role_id, rec.call_id);
    }
    if (found == nullptr || found->call_id < 0) return found != nullptr && found->op_status == exec::pending;
    // What began before the present life of the resource there has ended with the one before.
    return found->call_id > stop_id && found->call_id > (start_id >= 0 ? start_id : role_id);
}

int last_call(const Model& m, const Resource& r, NodeIx n, const OpConfig& op) {
    int last = -1;
    if (const cib::ResourceHistory* history = m.history.find(r.self, n))
        for (const auto& rec : history->ops)
            if (rec.interval_ms == op.interval_ms && rec.operation == op.name) last = std::max(last, rec.call_id);
    return last;
}

// Its own parameters changed (the timeout, too), or its last failure expired: it begins anew, in place of the one that runs.
bool rescheduled(const Model& m, RscIx r, NodeIx n, const OpConfig& op) {
    const int last = last_call(m, m.rsc(r), n, op);
    return std::any_of(m.rescheduled.begin(), m.rescheduled.end(), [&](const Cancel& c) {
        return c.resource == r && c.node == n && c.task == op.name && c.interval_ms == op.interval_ms && c.call_id == last;
    });
}

ActIx cancel_op(Actions& a, RscIx r, NodeIx n, const std::string& op_name, std::int64_t interval) {
    ActIx c = a.add(r, Task::cancel, n, false, interval);
    Act& act = a.at(c);
    act.op = op_name;
    if (!a.m.node(n).online) act.runnable = false;  // nothing recurs any more on a node that is gone
    return c;
}

void order_cancel(Actions& a, RscIx r, ActIx cancel, Role op_role) {
    const Resource& res = a.m.rsc(r);
    if (res.role == Role::promoted && op_role == Role::promoted) {
        for (ActIx d : a.find_all(r, Task::demote)) a.link(cancel, d, edge::order);
    }
    for (ActIx p : a.find_all(r, Task::promote)) a.link(cancel, p, edge::order);
    if (res.next_role != Role::stopped) return;
    for (ActIx s : a.find_all(r, Task::stop)) {
        if (a.at(s).node == a.at(cancel).node) a.link(cancel, s, edge::order);
    }
}

// What is not promotable has no promoted or unpromoted role: it is started.
bool wanted_in(const Model& m, const Resource& r, const OpConfig& op) {
    const Role next = r.next_role;
    if (op.role == Role::unknown) return next != Role::promoted;
    if (op.role == Role::started) return next == Role::started;
    if (op.role != Role::unpromoted || next != Role::started) return op.role == next;
    const RscIx clone = m.clone_of(r.self);
    return clone != kNone && m.rsc(clone).promotable;
}

void active_op(Actions& a, RscIx r, const OpConfig& op) {
    Model& m = a.m;
    const Resource& res = m.rsc(r);
    NodeIx n = res.assigned;
    if (op.role == Role::stopped) return;
    const Role next = res.next_role;
    if (!wanted_in(m, res, op) || n == kNone) {
        if (n != kNone && runs_on(res, n) && in_history(m, res, n, op) && !rescheduled(m, r, n, op)) {
            ActIx c = cancel_op(a, r, n, op.name, op.interval_ms);
            a.at(c).reason = "not wanted in role " + std::string{role_text(next)};
            if (op.role != Role::unknown) a.at(c).meta["role"] = std::string{role_text(op.role)};
            order_cancel(a, r, c, op.role);
        }
        return;
    }
    ActIx start = a.find(r, Task::start, n);
    bool running = runs_on(res, n) && res.role > Role::stopped;
    bool base_optional = running && (!res.managed || start == kNone || a.at(start).optional);
    bool known = running && in_history(m, res, n, op) && !rescheduled(m, r, n, op);
    // On a node that shuts down nothing more begins, even of what is not managed and so stays.
    const bool leaving = running && m.node(n).shutdown;
    ActIx mon = a.add(r, Task::monitor, n, leaving || (base_optional && known), op.interval_ms);
    {
        Act& act = a.at(mon);
        act.op = op.name;
        if (next == Role::promoted) act.expected_rc = rc::promoted;
        act.reason = "recurring operation " + op.id;
        if (res.managed && start != kNone && !a.at(start).runnable && !(a.at(start).optional && running)) act.runnable = false;
        if (start == kNone && res.managed) act.runnable = false;
        if (!res.managed && !running) act.runnable = false;
        if (!m.node(n).online && !m.node(n).is_remote()) act.runnable = false;
    }
    if (res.managed || !running) {  // what is not managed is watched where it is, whatever a start would need
        if (start != kNone) a.link(start, mon, edge::order | edge::imply_then | edge::block);
        if (ActIx reload = a.find(r, Task::reload, n); reload != kNone) a.link(reload, mon, edge::order | edge::imply_then | edge::block);
        if (next == Role::promoted) {
            if (ActIx p = a.find(r, Task::promote, n); p != kNone) a.link(p, mon, edge::order | edge::imply_then | edge::block);
        } else if (res.role == Role::promoted) {
            if (ActIx d = a.find(r, Task::demote, n); d != kNone) a.link(d, mon, edge::order | edge::imply_then | edge::block);
        }
    }
}

// Monitors of role Stopped run where the resource should not be.
void stopped_op(Actions& a, RscIx r, const OpConfig& op) {
    Model& m = a.m;
    const Resource& res = m.rsc(r);
    if (op.role != Role::stopped) return;
    if (m.clone_of(r) != kNone) return;
    if (res.assigned != kNone && res.next_role > Role::stopped) {
        NodeIx n = res.assigned;
        if (in_history(m, res, n, op)) {
            ActIx c = cancel_op(a, r, n, op.name, op.interval_ms);
            a.at(c).meta["role"] = "Stopped";
            a.at(c).reason = "the resource is to run here";
            for (ActIx s : a.find_all(r, Task::start)) a.link(c, s, edge::order);
            for (ActIx s : a.find_all(r, Task::promote)) a.link(c, s, edge::order);
        }
    }
    for (NodeIx n = 0; n < m.node_count(); ++n) {
        if (n == res.assigned && res.next_role > Role::stopped) continue;
        const Node& node = m.node(n);
        bool known = in_history(m, res, n, op);
        ActIx mon = a.add(r, Task::monitor, n, known, op.interval_ms);
        Act& act = a.at(mon);
        act.op = op.name;
        act.expected_rc = rc::not_running;
        act.meta["role"] = "Stopped";
        act.reason = "recurring operation " + op.id;
        if (!node.online || node.unclean || node.pending) act.runnable = false;
        if (ActIx probe = a.find(r, Task::monitor, n, 0); probe != kNone) a.link(probe, mon, edge::order | edge::block);
        bool stop_blocked = false;
        for (ActIx s : a.find_all(r, Task::stop)) {
            stop_blocked = stop_blocked || (!a.at(s).runnable && !a.at(s).optional && !m.node(a.at(s).node).unclean);
            // It runs nowhere once it is stopped everywhere; fencing stops it where nothing can be asked.
            const Node& stopping = m.node(a.at(s).node);
            if (a.at(s).node == n || (stopping.online && !stopping.unclean)) a.link(s, mon, edge::order);
            if (a.at(s).node == n && !a.at(s).optional) a.at(mon).optional = false;
        }
        if (runs_on(res, n) && !res.managed) a.at(mon).runnable = false;
        if (stop_blocked) a.at(mon).runnable = false;
    }
}

}  // namespace

void make_recurring(Actions& a, RscIx r) {
    const Resource& res = a.m.rsc(r);
    if (!res.def) return;
    if (res.maintenance || (res.assigned != kNone && a.m.node(res.assigned).maintenance)) {
        // Paused: what recurs there is cancelled.
        for (const auto& op : res.def->ops)
            for (NodeIx n : res.running_on)
                if (op.interval_ms > 0 && !a.m.node(n).shutdown && op.role != Role::stopped && in_history(a.m, res, n, op)) {
                    ActIx c = cancel_op(a, r, n, op.name, op.interval_ms);
                    a.at(c).reason = "maintenance";
                    a.at(c).meta["call_id"] = std::to_string(last_call(a.m, res, n, op));
                }
        return;
    }
    for (const auto& op : res.def->ops) {
        if (op.id.empty()) continue;  // configured twice: neither counts
        if (op.interval_ms == 0 || !op.enabled || op.name == "start" || op.name == "stop" || op.name == "promote" || op.name == "demote") {
            if (op.interval_ms > 0 && !op.enabled && op.role != Role::stopped && res.assigned != kNone && runs_on(res, res.assigned) && in_history(a.m, res, res.assigned, op)) {
                ActIx c = cancel_op(a, r, res.assigned, op.name, op.interval_ms);
                a.at(c).reason = "operation is disabled";
            }
            continue;
        }
        active_op(a, r, op);
        stopped_op(a, r, op);
    }
}

}  // namespace muster::policy
