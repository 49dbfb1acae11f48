// Fencing records: the DC assigns, the executor begins when its own BEGIN comes back in the same view with quorum, fenced
// runs the agent, the result is told to all.
#include <algorithm>

#include "base/text.h"
#include "crmd/core/coordinator_impl.h"

namespace muster::crmd {
namespace {

// What is counted and tried again on its own: a node that can not be let in may have to be cut off all the same.
std::string what_of(const std::string& target, bool unfencing) { return (unfencing ? "unfencing of " : "fencing of ") + target; }
std::string what_of(const wire::FencingRecord& r) { return what_of(r.target(), is_unfencing(r)); }

}  // namespace

// To cut off: the DC itself first (fewest hops), then the other members in turn; never the target unless nobody else is
// there.  To let in: the target itself first, for some agents can do that on the node alone (fence_scsi, fence_mpath).
NodeId Coordinator::Impl::choose_executor(const wire::FencingRecord& record) const {
    std::vector<NodeId> able;
    const NodeFacts* target = state_.node(record.target());
    const NodeId victim = target != nullptr ? target->id : 0;
    const auto works = [&](NodeId id) {
        const NodeFacts* node = state_.node(id);
        return node != nullptr && node->life == Life::up && node->joined;
    };
    if (is_unfencing(record) && works(victim)) able.push_back(victim);
    for (const auto& [id, other] : state_.fencing) {
        // One fenced carries out one thing after the other: what lets the node in must not end after what cuts it off.
        const bool lets_in = is_open(other) && is_unfencing(other) && other.target() == record.target();
        if (lets_in && !is_unfencing(record) && other.executor() != victim && works(other.executor())) return other.executor();
    }
    if (victim != self_) able.push_back(self_);
    for (const auto& [id, node] : state_.nodes) {
        if (id != self_ && id != victim && works(id)) able.push_back(id);
    }
    if (able.empty()) able.push_back(self_);
    return able[(record.attempt() - 1) % able.size()];
}

void Coordinator::Impl::order_fencing(const policy::Action& action) {
    const std::string& target = action.node;
    const std::string how = fence_action_of(action);
    const std::string what = what_of(target, how == "on");
    if (const auto at = fence_not_before_.find(what); at != fence_not_before_.end() && now_.monotonic < at->second) {
        wake_at(at->second);
        return transition_.put_back(action);
    }
    wire::Wire w;
    wire::FencingRecord& r = *w.mutable_fence();
    r.set_id(next_id());
    r.set_target(target);
    r.set_action(how);
    for (const auto& [name, value] : action.attributes) {
        const bool all = name == "CRM_meta_digests_all";
        if (how != "on" || (!all && name != "CRM_meta_digests_secure")) continue;
        wire::Attribute* mark = r.add_marks();
        mark->set_name(all ? "#digests-all" : "#digests-secure");
        mark->set_value(value);
    }
    if (const NodeFacts* node = state_.node(target); node != nullptr) r.set_boot_id(node->boot_id);
    r.set_reason(action.reason);
    r.set_attempt(static_cast<std::uint32_t>(fence_failures_[what]) + 1);
    r.set_executor(choose_executor(r));
    r.set_state("assigned");
    r.set_stamp_us(now_.wall.us);
    r.set_timeout_ms(transition_.plan()->graph.fencing_timeout.count());
    transition_.ordered(action, r.id());
    broadcast(w);
}

void Coordinator::Impl::want_fencing(const wire::FenceWanted& wanted) {
    wire::Wire w;
    wire::FencingRecord& r = *w.mutable_fence();
    r.set_id(wanted.id());
    r.set_target(wanted.target());
    r.set_action(wanted.action().empty() ? "reboot" : wanted.action());
    if (const NodeFacts* node = state_.node(wanted.target()); node != nullptr) r.set_boot_id(node->boot_id);
    r.set_reason(wanted.reason().empty() ? "asked for by " + wanted.author() : wanted.reason());
    r.set_author(wanted.author());
    r.set_attempt(1);
    r.set_executor(choose_executor(r));
    r.set_state("assigned");
    r.set_stamp_us(now_.wall.us);
    r.set_timeout_ms(wanted.timeout_ms());
    broadcast(w);
}

// An executor that is not here any more: another one takes over, with the next attempt's number.
void Coordinator::Impl::watch_fencing() {
    for (const auto& [id, record] : state_.fencing) {
        if (!is_open(record)) continue;
        const bool here = std::any_of(members_.begin(), members_.end(), [&](const auto& m) { return m.node == record.executor(); });
        const NodeFacts* executor = state_.node(record.executor());
        if (here && executor != nullptr && executor->life == Life::up) continue;
        wire::Wire w;
        *w.mutable_fence() = record;
        w.mutable_fence()->set_attempt(record.attempt() + 1);
        w.mutable_fence()->set_executor(choose_executor(w.fence()));
        w.mutable_fence()->set_state("assigned");
        if (w.fence().executor() == record.executor()) continue;
        const std::string key = "reassign " + id + " " + std::to_string(record.attempt());
        if (!nodes_asked_.insert(key).second) continue;
        broadcast(w);
    }
}

void Coordinator::Impl::on_fence_record(const wire::FencingRecord& record) {
    const auto at = state_.fencing.find(record.id());
    if (at == state_.fencing.end() || !is_open(at->second) || record.executor() != self_) return;
    begin_fencing(record);
}

void Coordinator::Impl::begin_fencing(const wire::FencingRecord& record) {
    begun_[record.id()] = view_number_;
    wire::Wire w;
    w.mutable_fence_begin()->set_id(record.id());
    w.mutable_fence_begin()->set_attempt(record.attempt());
    w.mutable_fence_begin()->set_view(view_number_);
    broadcast(w);
}

void Coordinator::Impl::on_fence_begin(NodeId sender, const wire::FenceBegin& begin) {
    if (sender != self_) return;
    const auto at = state_.fencing.find(begin.id());
    if (at == state_.fencing.end() || at->second.state() != "begun" || at->second.attempt() != begin.attempt()) return;
    if (at->second.executor() != self_) return;
    // Asked for in an older view: ask again in this one.
    if (begin.view() != view_number_) return begin_fencing(at->second);
    const Quorum quorum = quorum_of(state_, self_);
    const NodeFacts* target = state_.node(at->second.target());
    const bool member = target != nullptr && target->life == Life::up;
    const std::string policy = property("no-quorum-policy", "stop");
    if (quorum != Quorum::yes && !member && policy != "ignore" && at->second.author().empty()) {
        log(LogLevel::warning, "fencing of " + at->second.target() + " waits: no quorum here");
        return;  // taken up again when quorum is told or the view changes
    }
    execute_fencing(at->second);
}

void Coordinator::Impl::execute_fencing(const wire::FencingRecord& record) {
    fencing::proto::Message m;
    fencing::proto::Execute& e = *m.mutable_execute();
    e.set_request_id(record.id() + ":" + std::to_string(record.attempt()));
    e.set_era(replica_.promised().number);
    e.set_target(record.target());
    e.set_action(record.action());
    e.set_timeout_ms(record.timeout_ms());
    e.set_delay_ms(record.delay_ms());
    if (!fenced_up_) log(LogLevel::warning, "fencing of " + record.target() + " waits for fenced on this node");
    to_fenced(m);
}

void Coordinator::Impl::on_fence_done(const wire::FenceDone& told) {
    begun_.erase(told.id());
    const auto at = state_.fencing.find(told.id());
    if (at == state_.fencing.end()) return;
    const wire::FencingRecord& record = at->second;
    if (const auto asked = fences_.find(told.id()); asked != fences_.end()) {
        if (record.state() == "done") done(asked->second.client, asked->second.tag, record.target() + " is fenced by " + record.device());
        else refuse(asked->second.client, asked->second.tag, proto::IO, "fencing of " + record.target() + " failed: " + record.error());
        fences_.erase(asked);
    }
    if (!leading()) return;
    const std::string what = what_of(record);
    if (record.state() == "done") {
        fence_failures_.erase(what);
        fence_not_before_.erase(what);
        return;
    }
    if (record.state() != "failed") return;  // void: nobody wants it any more
    const int failures = ++fence_failures_[what];
    const std::int64_t most = parse_int(property("fencing-max-attempts", property("stonith-max-attempts", "10"))).value_or(kMostFenceAttempts);
    Duration pause = kFenceRetry * std::min(failures, 5);
    if (failures >= most) {
        pause = minutes{15};
        log(LogLevel::error, what + " failed " + std::to_string(failures) + " times: waiting");
    }
    fence_not_before_[what] = now_.monotonic + pause;
    wake_at(now_.monotonic + pause);
    dirty_ = true;
    dirty_why_ = what + " failed";
}

// After a new view, new quorum or a new fenced: records that are ours and not done.
void Coordinator::Impl::resume_fencing() {
    if (!synced_) return;
    for (const auto& [id, record] : state_.fencing) {
        if (is_open(record) && record.executor() == self_) begin_fencing(record);
    }
}

}  // namespace muster::crmd
