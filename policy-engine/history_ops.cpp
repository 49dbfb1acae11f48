// What one operation did to a resource on a node: its role after it, what a failure asks for, what is still under way.
#include <algorithm>

#include "policy-engine/history.h"

namespace muster::policy {
namespace {

void clear_fail_count(Model& m, RscIx r, NodeIx n, const std::string& why) {
    for (const auto& c : m.clear_fail_counts)
        if (m.rsc(c.resource).history == m.rsc(r).history && c.node == n) return;
    m.clear_fail_counts.push_back({r, n, why});
}

// The role that a success leaves behind; whether what failed before it is over.
bool take_role(Model& m, OpState& s, Progress& p) {
    Resource& r = m.rsc(s.rsc);
    const auto& what = s.op->operation;
    if (s.rc == rc::not_running && (what == "start" || what == "monitor")) {
        r.role = Role::stopped;
        if (what == "start") return false;  // expected: an old way to write a probe
        p.on_fail = OnFail::ignore;
        return true;
    }
    if (what == "monitor") {
        if (s.rc == rc::promoted) r.role = Role::promoted;
        else if (r.role < Role::started) set_active(m, r);
        return false;
    }
    if (what == "migrate_to") {
        migration_succeeded(m, s);
        return false;
    }
    if (what == "start") set_active(m, r);
    else if (what == "migrate_from") r.role = Role::started;
    else if (what == "stop") r.role = Role::stopped;
    else if (what == "promote") r.role = Role::promoted;
    else if (what == "demote") r.role = Role::unpromoted;
    else {
        if (r.role < Role::started) set_active(m, r);
        return false;
    }
    return true;
}

// What a failure asked for is done with once the operation after it succeeded, unless it binds the node or all nodes.
void forget_failure(Resource& r, Progress& p) {
    switch (p.on_fail) {
        case OnFail::stop:
        case OnFail::ban:
        case OnFail::standby:
        case OnFail::fence: break;
        case OnFail::block:
        case OnFail::ignore:
        case OnFail::demote:
        case OnFail::recover:
        case OnFail::restart_container:
            p.on_fail = OnFail::ignore;
            if (r.next_role_reason != kRemoteReset) r.next_role = Role::unknown;
            break;
        case OnFail::reset_remote:
            if (r.remote_reconnect_ms == 0) {
                p.on_fail = OnFail::ignore;
                r.next_role = Role::unknown;
            }
            break;
    }
}

void succeeded(Model& m, OpState& s, Progress& p) {
    if (take_role(m, s, p)) forget_failure(m.rsc(s.rsc), p);
}

void failed(Model& m, OpState& s, Progress& p) {
    const auto& op = *s.op;
    Role fail_role = Role::unknown;
    OnFail action = on_fail_of(m, m.rsc(s.rsc), op.operation, op.interval_ms, fail_role);
    p.on_fail = std::max(p.on_fail, action);
    p.failed_once = true;
    Resource& r = m.rsc(s.rsc);
    if (op.operation == "stop") {
        m.add_score(s.rsc, s.node, -kInf, "stop-failure", "a stop failed here");
    } else if (op.operation == "migrate_to") {
        migrate_to_failed(m, s);
    } else if (op.operation == "migrate_from") {
        migrate_from_failed(m, s);
    } else if (op.operation == "promote") {
        r.role = Role::promoted;
    } else if (op.operation == "demote") {
        if (action == OnFail::block) {
            r.role = Role::promoted;
            set_next_role(r, Role::stopped, "demote with on-fail=block");
        } else {
            r.role = Role::unpromoted;
        }
    }
    if (s.probe && s.rc == rc::not_installed) {
        r.role = Role::stopped;
    } else if (m.rsc(s.rsc).role < Role::started && op.operation != "demote") {
        set_active(m, m.rsc(s.rsc));
    }
    if (fail_role != Role::started && m.rsc(s.rsc).next_role < fail_role && fail_role != Role::unknown)
        set_next_role(m.rsc(s.rsc), fail_role, "failure");
    if (fail_role == Role::stopped) {
        RscIx whole = m.clone_of(s.rsc) != kNone && !m.rsc(m.clone_of(s.rsc)).unique ? m.clone_of(s.rsc) : s.rsc;
        m.ban_everywhere(whole, "on-fail=stop");
    }
}

void pending(Model& m, OpState& s) {
    Resource& r = m.rsc(s.rsc);
    const auto& op = *s.op;
    if (op.operation == "start") {
        r.start_pending = true;
        set_active(m, r);
    } else if (op.operation == "promote") {
        r.role = Role::promoted;
    } else if (op.operation == "migrate_to" && m.node(s.node).unclean) {
        // The source is lost in the middle: the target may have it.
        NodeIx target = m.find_node(op.migrate_target);
        if (target != kNone) {
            set_active(m, r);
            add_running(m, s.rsc, target);
        }
    }
    if (!r.pending_task.empty() || s.probe) return;
    r.pending_task = op.operation;
    r.pending_node = s.node;
}

// Operations of a resource do not overlap on a node: one that answered later tells that it is over.
void no_more_pending(Resource& r) {
    r.pending_task.clear();
    r.pending_node = kNone;
    r.start_pending = false;
}

// A hard error bans the resource from the node, a fatal one from all.
void ban_for_error(Model& m, OpState& s) {
    RscIx whole = s.rsc;
    if (RscIx clone = m.clone_of(s.rsc); clone != kNone && !m.rsc(clone).unique) whole = clone;
    if (s.status == exec::error_fatal) m.ban_everywhere(whole, "fatal-error");
    else m.add_score(whole, s.node, -kInf, "hard-error", "cannot run here: the agent said so");
}

// on-fail= may say that a failure counts as the success that was expected; so does the failed stop of a resource whose
// container is restarted for it.
void failed_or_ignored(Model& m, OpState& s, Progress& p) {
    Role unused = Role::unknown;
    const OnFail action = on_fail_of(m, m.rsc(s.rsc), s.op->operation, s.op->interval_ms, unused);
    const bool hard = s.status == exec::error_hard || s.status == exec::error_fatal;
    const bool unsupported = s.status == exec::not_supported;
    const bool by_container =
        !hard && !unsupported && action == OnFail::restart_container && s.op->operation == "stop";
    if (action != OnFail::ignore && !by_container) {
        failed(m, s, p);
        if (hard) ban_for_error(m, s);
        return;
    }
    if (!unsupported) s.rc = s.target_rc < 0 ? rc::ok : s.target_rc;
    succeeded(m, s, p);
    if (!unsupported) m.rsc(s.rsc).failure_ignored = true;
    if (by_container) p.on_fail = std::max(p.on_fail, OnFail::restart_container);
}

// A failure that is too old to count; what is needed to hear of it again, should it still be there.
bool forgotten(Model& m, const OpState& s) {
    const auto& op = *s.op;
    std::string why_clear;
    const bool old = expired(m, s, why_clear);
    if (!why_clear.empty()) clear_fail_count(m, s.rsc, s.node, why_clear);
    if (!old) return false;
    if (s.probe) m.rsc(s.rsc).known_on.erase(s.node);  // what it found is forgotten, so it is asked again
    // What recurs reports only what differs from the last time: it is begun anew, to hear of the same failure again.
    if (op.interval_ms > 0 && op.id.find("_last_failure_") == std::string::npos)
        m.rescheduled.push_back({s.rsc, s.node, op.operation, op.interval_ms, op.call_id, "its failure expired"});
    return true;
}

}  // namespace

void set_active(const Model& m, Resource& r) {
    RscIx clone = m.clone_of(r.self);
    r.role = clone != kNone && m.rsc(clone).promotable ? Role::unpromoted : Role::started;
}

void unpack_op(Model& m, const cib::OpRecord& op, RscIx r, NodeIx n, Progress& p) {
    if (op.operation == "notify" || op.operation == "meta-data" || op.operation == "delete") return;
    OpState s = answer_of(m, op, r, n);
    if (forgotten(m, s)) return;
    if (s.status != exec::pending) {
        Resource& res = m.rsc(r);
        res.known_on.insert(n);
        if (op.interval_ms == 0 && res.pending_node == n) no_more_pending(res);
    }
    switch (s.status) {
        case exec::cancelled: break;
        case exec::pending: pending(m, s); break;
        case exec::done: succeeded(m, s, p); break;
        default: failed_or_ignored(m, s, p); break;
    }
}

}  // namespace muster::policy
