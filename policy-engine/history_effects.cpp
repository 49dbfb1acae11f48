// What a history means in the end: where the resource counts as running, what its failures ask for, migrations that
// were cut in the middle (Pacemaker Explained, "Migrating Resources").
#include <algorithm>

#include "base/text.h"
#include "policy-engine/history.h"

namespace muster::policy {
namespace {

const cib::ResourceHistory* history_on(const Model& m, NodeIx n, const std::string& id) {
    if (n == kNone || m.node(n).state == nullptr) return nullptr;
    for (const auto& h : m.node(n).state->history)
        if (h.id == id) return &h;
    return nullptr;
}

// On different nodes only the time tells, where it is told.
bool later(const cib::OpRecord& a, const cib::OpRecord& b) {
    return a.last_rc_change > 0 && b.last_rc_change > 0 && a.last_rc_change > b.last_rc_change;
}

// Something happened to the resource on this node after that operation (which may be another node's).
bool changed_after(const Model& m, NodeIx n, const std::string& id, const cib::OpRecord& op, bool same_node) {
    const auto* h = history_on(m, n, id);
    if (h == nullptr) return false;
    for (const auto& other : h->ops) {
        if (&other == &op || other.interval_ms > 0) continue;
        if (same_node ? newer(other, op) : later(other, op)) {
            bool probe = other.operation == "monitor";
            if (probe && other.rc == rc::not_running && !same_node) return true;
            if (!probe || same_node) return true;
        }
    }
    return false;
}

bool settled(const cib::OpRecord* op) { return op != nullptr && op->op_status != exec::pending; }

void multiple_active(Model& m, Resource& r) {
    if (r.running_on.size() < 2 || !r.managed) return;
    if (r.multiple_active == MultipleActive::block) {
        r.managed = false;
        r.blocked = true;
        r.block_reason = "it is active on more than one node and multiple-active is block";
        RscIx p = r.parent;  // the group must not go on without it
        if (p != kNone && m.rsc(p).kind == RscKind::group)
            for (RscIx c : m.rsc(p).children) m.rsc(c).managed = false, m.rsc(c).blocked = true;
    } else if (r.multiple_active == MultipleActive::stop_unexpected) {
        r.stop_unexpected = true;
    }
}

void fence_for_activity(Model& m, RscIx ix, NodeIx n) {
    Node& node = m.node(n);
    Resource& r = m.rsc(ix);
    if (node.kind == NodeKind::guest) {
        node.remote_reset = true;
        m.fence(n, r.id + " is thought to be active there");
        return;
    }
    if (node.kind == NodeKind::remote) {
        if (!m.config.fencing || !r.managed || node.remote_rsc == kNone) return;
        // If the connection can be brought up somewhere, what runs there is seen again: then no fencing.
        if (!m.rsc(node.remote_rsc).failed) node.unseen = true;
        m.fence(n, "resources are active but connection is unrecoverable");
        return;
    }
    if (m.config.fencing && r.managed && !node.unclean) m.fence(n, r.id + " is thought to be active there");
}

void reset_remote(Model& m, RscIx ix) {
    Resource& r = m.rsc(ix);
    r.failed = r.stop_required = true;
    if (r.remote_node == kNone) return;
    const Node& n = m.node(r.remote_node);
    if (m.config.fencing && n.kind == NodeKind::remote && !n.remote_was_fenced) m.fence(r.remote_node, "remote connection is unrecoverable");
    // Not tried again before the failure is forgotten.
    if (r.remote_reconnect_ms > 0) set_next_role(r, Role::stopped, kRemoteReset);
}

void restart_container(Model& m, RscIx ix, NodeIx n) {
    Resource& r = m.rsc(ix);
    r.failed = r.stop_required = true;
    RscIx container = r.container;
    if (container == kNone) {  // inside a bundle: the replica of the guest node
        NodeIx node = n;
        if (m.node(node).kind == NodeKind::guest && m.node(node).remote_rsc != kNone)
            container = m.rsc(m.node(node).remote_rsc).container;
    }
    if (container == kNone) {
        r.stop_required = true;
        return;
    }
    m.rsc(container).failed = true;
    m.rsc(container).stop_required = true;
}

void apply_on_fail(Model& m, RscIx ix, NodeIx n, OnFail on_fail) {
    Resource& r = m.rsc(ix);
    switch (on_fail) {
        case OnFail::ignore: break;
        case OnFail::demote:
            r.failed = true;
            set_next_role(r, Role::unpromoted, "failed");
            break;
        case OnFail::fence: m.fence(n, r.id + " failed there"); break;
        case OnFail::standby:
            m.node(n).standby = true;
            m.node(n).standby_onfail = true;
            break;
        case OnFail::block:
            if (m.node(n).unclean && m.config.fencing) break;  // fencing will take it down
            r.managed = false;
            r.blocked = true;
            r.block_reason = "a failure there blocks it (on-fail=block)";
            break;
        case OnFail::ban: m.add_score(ix, n, -kInf, "on-fail=migrate", "failed here"); break;
        case OnFail::stop: set_next_role(r, Role::stopped, "on-fail=stop"); break;
        case OnFail::recover:
            if (r.role != Role::stopped && r.role != Role::unknown) {
                r.failed = true;
                r.stop_required = true;
            }
            break;
        case OnFail::restart_container: restart_container(m, ix, n); break;
        case OnFail::reset_remote: reset_remote(m, ix); break;
    }
}

}  // namespace

void add_running(Model& m, RscIx ix, NodeIx n) {
    Resource& r = m.rsc(ix);
    if (runs_on(r, n)) return;
    r.running_on.push_back(n);
    if (r.kind == RscKind::primitive) {
        m.node(n).running.push_back(ix);
        if (m.node(n).maintenance) {
            r.managed = false;
            r.maintenance = true;
        }
        // What is not managed stays there: its partners come to it, not it to them.
        if (!r.managed) m.add_score(ix, n, kInf, "is-managed", "not managed, and active here");
        multiple_active(m, r);
    }
    if (r.parent != kNone) add_running(m, r.parent, n);
}

void migration_succeeded(Model& m, OpState& s) {
    const auto& op = *s.op;
    RscIx ix = s.rsc;
    std::string id = m.rsc(ix).history;
    NodeIx target = m.find_node(op.migrate_target), source = s.node;
    if (changed_after(m, source, id, op, true)) return;
    const auto* from = find_record(m, target, id, "migrate_from", op.migrate_source);
    if (from != nullptr && from->last_rc_change + 1 < op.last_rc_change) from = nullptr;
    if (settled(from)) {
        if (from->rc != rc::ok || from->op_status != exec::done) {
            // Failed there: the failed migrate_from itself says that both sides may have it.
            m.rsc(ix).role = Role::started;
            m.rsc(ix).failed = m.rsc(ix).stop_required = true;
            return;
        }
        // Both halves went well, only the stop on the source is missing.
        m.rsc(ix).role = Role::stopped;
        m.rsc(ix).dangling_migrations.push_back(source);
        return;
    }
    bool cleaned = target != kNone && from == nullptr && changed_after(m, target, id, op, false);
    if (cleaned) {
        // The target was stopped or probed since: it is not there, and not at the source.
        const auto* stop = find_record(m, target, id, "stop");
        bool running = false;
        if (const auto* start = find_record(m, target, id, "start"))
            running = stop == nullptr || newer(*start, *stop);
        (void)running;
        m.rsc(ix).role = Role::started;
        return;
    }
    set_active(m, m.rsc(ix));
    if (target != kNone && m.node(target).online) {
        add_running(m, ix, target);
        m.rsc(ix).partial_target = target;
        m.rsc(ix).partial_source = source;
    } else {
        m.rsc(ix).failed = true;
        m.rsc(ix).stop_required = true;
    }
}

void migrate_to_failed(Model& m, OpState& s) {
    const auto& op = *s.op;
    RscIx ix = s.rsc;
    std::string id = m.rsc(ix).history;
    NodeIx target = m.find_node(op.migrate_target);
    set_active(m, m.rsc(ix));
    if (target == kNone || !m.node(target).online) return;
    if (changed_after(m, s.node, id, op, true)) return;
    const auto* from = find_record(m, target, id, "migrate_from", op.migrate_source);
    if (from != nullptr && from->last_rc_change < op.last_rc_change) from = nullptr;
    const auto* stop = find_record(m, target, id, "stop");
    bool stopped = stop != nullptr && stop->rc == rc::ok && stop->last_rc_change >= op.last_rc_change;
    if (changed_after(m, target, id, op, false) && from == nullptr) {
        const auto* probe = find_record(m, target, id, "monitor");
        if (probe != nullptr && probe->rc == rc::not_running) return;
    }
    if (stopped) return;
    add_running(m, ix, target);
}

void migrate_from_failed(Model& m, OpState& s) {
    const auto& op = *s.op;
    RscIx ix = s.rsc;
    std::string id = m.rsc(ix).history;
    NodeIx source = m.find_node(op.migrate_source);
    set_active(m, m.rsc(ix));
    if (source == kNone || !m.node(source).online) return;
    const auto* to = find_record(m, source, id, "migrate_to");
    if (to != nullptr && changed_after(m, source, id, *to, true)) return;
    const auto* stop = find_record(m, source, id, "stop");
    if (to == nullptr && stop != nullptr && stop->last_rc_change >= op.last_rc_change) return;
    add_running(m, ix, source);
}

void finish_state(Model& m, RscIx ix, NodeIx n, OnFail on_fail) {
    const bool active = m.rsc(ix).role > Role::stopped;
    Node& node = m.node(n);
    if (active && !node.online && !node.maintenance && m.rsc(ix).managed) fence_for_activity(m, ix, n);
    if (active && !node.online && node.kind == NodeKind::guest) m.rsc(ix).failed = m.rsc(ix).stop_required = true;
    if (active) add_running(m, ix, n);
    apply_on_fail(m, ix, n, on_fail);
}

}  // namespace muster::policy
