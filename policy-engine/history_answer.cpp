// What an operation's answer means: a success, a failure to recover from, or an error that rules out this node or all of
// them; and how long a failure counts.
#include "policy-engine/history.h"

namespace muster::policy {
namespace {

int against_expectation(const OpState& s) {
    return s.target_rc >= 0 && s.target_rc != s.rc ? exec::failed : exec::done;
}

int not_running_means(const Resource& r, const OpState& s) {
    return s.probe || s.target_rc == s.rc || !r.managed ? exec::done : exec::failed;
}

// The status of what was answered otherwise than expected, and the role that the answer tells.
void judge(Resource& r, OpState& s) {
    switch (s.rc) {
        case rc::ok:
            s.status = s.probe && s.target_rc == rc::not_running ? exec::done : against_expectation(s);  // found active
            break;
        case rc::not_running:
            s.status = not_running_means(r, s);
            if (s.status == exec::done) r.role = Role::stopped;
            break;
        case rc::promoted:
            s.status = s.probe ? exec::done : against_expectation(s);
            r.role = Role::promoted;
            break;
        case rc::failed_promoted:
            s.status = exec::failed;
            r.role = Role::promoted;
            break;
        case rc::not_configured: s.status = exec::error_fatal; break;
        case rc::unimplemented: s.status = s.op->interval_ms > 0 ? exec::not_supported : exec::error_hard; break;
        case rc::not_installed:
        case rc::args:
        case rc::privilege: s.status = exec::error_hard; break;
        default: s.status = exec::failed; break;
    }
}

// Degraded means well, and only the operator is told.
void without_degraded(OpState& s) {
    if (s.rc == rc::degraded) s.rc = rc::ok;
    if (s.rc == rc::degraded_promoted) s.rc = rc::promoted;
    if (s.status != exec::pending && s.target_rc == rc::degraded) s.target_rc = rc::ok;
}

}  // namespace

OpState answer_of(Model& m, const cib::OpRecord& op, RscIx r, NodeIx n) {
    OpState s{&op, n, r, op.rc, op.op_status, target_rc_of(op), op.operation == "monitor" && op.interval_ms == 0};
    if (s.status == exec::not_installed) s.rc = rc::not_installed, s.status = exec::failed;
    if (s.status == exec::invalid || s.status == exec::not_connected) s.status = exec::failed;
    without_degraded(s);
    if (s.status != exec::done && s.status != exec::failed && s.status != exec::not_supported) return s;
    // An error stays one, even where it was expected (a transition that was played with a fault).
    const bool a_state = s.rc == rc::ok || s.rc == rc::not_running || s.rc == rc::promoted;
    if (s.rc == s.target_rc && a_state) s.status = exec::done;
    else judge(m.rsc(r), s);
    return s;
}

// failure-timeout: a failure counts no more that long after the last one.
bool expired(Model& m, const OpState& s, std::string& why_clear) {
    const Resource& r = m.rsc(s.rsc);
    const auto& op = *s.op;
    if (r.failure_timeout_ms <= 0 || op.last_rc_change <= 0) return false;
    std::int64_t timeout = r.failure_timeout_ms / 1000, now = m.now.to_seconds(), at = op.last_rc_change + timeout;
    std::int64_t last = 0;
    int all = fail_count(m, s.rsc, s.node, &last, false), live = fail_count(m, s.rsc, s.node, nullptr, true);
    if (at > now) {
        if (s.status != exec::done) m.context().changes_at(WallTime::from_seconds(at));
        return false;
    }
    if (all > 0 && live == 0) why_clear = "it expired";
    if (all > 0 && live > 0) return false;
    // A lost connection is not forgotten before the node behind it is known to be down.
    const bool connection = r.remote_reconnect_ms > 0 && r.remote_node != kNone;
    if (m.config.fencing && connection && !m.node(r.remote_node).remote_was_fenced) return false;
    // What a probe or an operation found to be so stays so.
    return s.rc != rc::ok && s.rc != rc::not_running && s.rc != rc::promoted;
}

}  // namespace muster::policy
