#include "crmd/core/coordinator.h"

#include "crmd/core/coordinator_impl.h"

#include <algorithm>
#include <utility>

#include "base/exit_status.h"

namespace muster::crmd {
namespace {

template <typename... F>
struct Overloaded : F... { using F::operator()...; };
template <typename... F>
Overloaded(F...) -> Overloaded<F...>;

cib::replica::Settings with_ours(cib::replica::Settings settings) {
    settings.evaluate = evaluate;
    settings.initial_document = initial_document();
    return settings;
}

}  // namespace

Coordinator::Impl::Impl(Settings s)
    : settings_{std::move(s)},
      self_{settings_.replica.self},
      replica_{with_ours(settings_.replica), std::move(settings_.disk)} {}

Coordinator::Coordinator(Settings settings) : impl_{std::make_unique<Impl>(std::move(settings))} {}
Coordinator::~Coordinator() = default;
Coordinator::Coordinator(Coordinator&&) noexcept = default;
Coordinator& Coordinator::operator=(Coordinator&&) noexcept = default;

std::vector<Output> Coordinator::start(const Now& now) {
    impl_->now_ = now;
    impl_->take(impl_->replica_.start(now));
    impl_->settle();
    impl_->close_bundle();
    return std::move(impl_->out_);
}

std::vector<Output> Coordinator::step(const Now& now, const Input& input) {
    impl_->now_ = now;
    impl_->out_.clear();
    impl_->step(input);
    impl_->settle();
    impl_->close_bundle();
    return std::move(impl_->out_);
}

std::optional<Instant> Coordinator::next_wake() const { return impl_->wake_; }
const State& Coordinator::state() const { return impl_->state_; }
bool Coordinator::synced() const { return impl_->synced_; }
NodeId Coordinator::dc() const { return impl_->dc_; }
const cib::replica::Replica& Coordinator::replica() const { return impl_->replica_; }

void Coordinator::Impl::step(const Input& input) {
    std::visit(Overloaded{
                   [&](const cluster::Event& e) { on_event(e); },
                   [&](const cib::replica::Durable& d) { feed(d); },
                   [&](const cib::replica::WriteFailed& f) {
                       log(LogLevel::error, "the journal can not be written: " + f.why);
                       feed(f);
                   },
                   [&](const Planned& p) { on_planned(p); },
                   [&](const LinkUp& l) { on_link(l); },
                   [&](const LinkDown& l) { on_link(l); },
                   [&](const LinkFrame& f) { on_frame(f); },
                   [&](const ClientOpened& c) { clients_[c.id] = Client{c.user, "", c.may_write, false, {}, {}}; },
                   [&](const ClientFrame& f) { on_client(f); },
                   [&](const ClientClosed& c) { clients_.erase(c.id); },
                   [&](const Tick&) { feed(cib::replica::Tick{}); },
                   [&](const StopWanted&) { stopping_ = true; },
               },
               input);
}

void Coordinator::Impl::on_event(const cluster::Event& event) {
    std::visit(Overloaded{
                   [&](const cluster::ViewChanged& v) { on_view(v); },
                   [&](const cluster::RingChanged& r) {
                       ring_ = r.ring;
                       ring_nodes_ = r.nodes;
                       if (synced_) applied(apply_ring(state_, r));
                       feed(cib::replica::ServiceQuorum{quorum_of(state_, self_) == Quorum::yes});
                   },
                   [&](const cluster::QuorumChanged& q) {
                       wire::Wire w;
                       w.mutable_quorum()->set_representative(q.ring.representative);
                       w.mutable_quorum()->set_sequence(q.ring.sequence);
                       w.mutable_quorum()->set_quorate(q.quorate);
                       my_quorum_ = w.quorum();
                       broadcast(w);
                   },
                   [&](const cluster::Delivered& d) { unbundle(d.sender.node, d.bytes); },
                   [&](const cluster::Disconnected& d) {
                       connected_ = false;
                       undelivered_.clear();  // what it had accepted is gone with it
                       log(LogLevel::error, "corosync is gone: " + d.why + "; this node is alone until it is back");
                       state_.ring = {};      // no verdict on the quorum holds without a ring
                       feed(cib::replica::ServiceQuorum{false});
                       on_view(cluster::ViewChanged{{{self_, 0}}, {}, {}});
                       synced_ = false;
                   },
                   [&](const cluster::Connected&) {
                       connected_ = true;
                       log(LogLevel::info, "connected to corosync");
                   },
               },
               event);
}

void Coordinator::Impl::deliver(NodeId sender, const wire::Wire& message) {
    using W = wire::Wire;
    switch (message.body_case()) {
        case W::kReplica: return feed(cib::replica::Message{sender, message.replica()});
        case W::kHello: on_hello(sender, message.hello()); break;
        case W::kJoiners: return on_joiners(sender, message.joiners());
        case W::kSnapshot: return on_snapshot(message.snapshot());
        case W::kProgress: progress_.Swap(const_cast<wire::Wire&>(message).mutable_progress()); return;
        case W::kWaitMark: marks_.insert(message.wait_mark().id()); return;
        case W::kIdleReached: return on_idle_reached(message.idle_reached());
        case W::kOrder:
            if (undelivered_.erase(message.order().id()) == 0 && leading()) {  // of the DC before us, or given up for lost
                dirty_ = true;
                dirty_why_ = "an order that no plan of this DC knows";
            }
            break;
        default: break;
    }
    if (!buffering_.empty()) {
        if (buffer_.size() < kMostBuffered) buffer_.emplace_back(sender, message);
        return;
    }
    if (synced_) apply_one(sender, message);
}

// In the agreed order, on every member that is in sync.
void Coordinator::Impl::apply_one(NodeId sender, const wire::Wire& m) {
    if (!apply_work(sender, m) && !apply_fencing(sender, m) && !apply_members(sender, m))
        log(LogLevel::warning, "a message of a newer kind from node " + std::to_string(sender) + " is left out");
    if (sender == self_) answer_echo(m);
}

// What agents do and did, and the attributes that follow from it.
bool Coordinator::Impl::apply_work(NodeId sender, const wire::Wire& m) {
    using W = wire::Wire;
    switch (m.body_case()) {
        case W::kOrder: {
            const Applied what = apply_order(state_, sender, m.order());
            applied(what);
            if (sender == self_ && leading() && state_.in_flight.count(m.order().id()) == 0) {
                dirty_ = true;
                dirty_why_ = "an order of this DC does not count";
            }
            carry_out(m.order(), what.dropped);
            return true;
        }
        case W::kOutcome:
            if (sender == self_) own_outcome_is_told(m.outcome());
            applied(apply_outcome(state_, sender, m.outcome()));
            return true;
        case W::kForget: {
            const Applied what = apply_forget(state_, m.forget());
            applied(what);
            forget_here(m.forget(), what.dropped);
            return true;
        }
        case W::kClearFailCount: applied(apply_clear(state_, m.clear_fail_count())); return true;
        case W::kAttribute:
            applied(apply_attribute(state_, m.attribute()));
            alert_of_attribute(m.attribute());
            return true;
        default: return false;
    }
}

bool Coordinator::Impl::apply_fencing(NodeId sender, const wire::Wire& m) {
    using W = wire::Wire;
    switch (m.body_case()) {
        case W::kFence:
            applied(apply_fence(state_, sender, m.fence()));
            on_fence_record(m.fence());
            return true;
        case W::kFenceBegin:
            applied(apply_fence_begin(state_, m.fence_begin()));
            on_fence_begin(sender, m.fence_begin());
            return true;
        case W::kFenceDone:
            applied(apply_fence_done(state_, m.fence_done()));
            alert_of_fencing(m.fence_done());
            on_fence_done(m.fence_done());
            return true;
        case W::kFenceConfirm: applied(apply_fence_confirm(state_, m.fence_confirm())); return true;
        case W::kFenceWanted:
            if (leading()) want_fencing(m.fence_wanted());
            return true;
        default: return false;
    }
}

// Who is here, and who comes and goes.
bool Coordinator::Impl::apply_members(NodeId sender, const wire::Wire& m) {
    using W = wire::Wire;
    switch (m.body_case()) {
        case W::kHello: applied(apply_hello(state_, sender, m.hello())); return true;
        case W::kReport: applied(apply_report(state_, sender, m.report())); return true;
        case W::kQuorum:
            applied(apply_quorum(state_, sender, m.quorum()));
            feed(cib::replica::ServiceQuorum{quorum_of(state_, self_) == Quorum::yes});
            if (sender == self_) resume_fencing();  // what waited for quorum
            return true;
        case W::kLeads: applied(apply_leads(state_, sender, m.leads())); return true;
        case W::kStarted: applied(apply_started(state_, m.started())); return true;
        case W::kGiveUp: applied(apply_give_up(state_, m.give_up())); return true;
        case W::kShutdown: applied(apply_shutdown(state_, m.shutdown())); return true;
        case W::kLeaving: applied(apply_leaving(state_, m.leaving())); return true;
        case W::kMayLeave:
            if (leading()) transition_.completed(m.may_leave().action_id(), true);
            if (m.may_leave().node() == settings_.name) leave_when_empty_ = true;
            return true;
        default: return false;
    }
}

void Coordinator::Impl::applied(const Applied& what) {
    for (const std::string& text : what.events) log(LogLevel::info, text);
    for (const Completed& c : what.completed) {
        deadlines_.erase(c.action_id);
        if (!leading()) continue;
        const policy::Action* action = transition_.action_of(c.action_id);
        if (action != nullptr && c.ok && planning_) ended_while_planning_.push_back(identity(*action));
        // An action of an earlier plan: what this plan let wait for it was thought of before it had an effect.
        const bool foreign = !transition_.completed(c.action_id, c.ok) && (!c.ok || !c.recurring);
        if (foreign && what.unexpected.empty()) {
            dirty_ = true;
            dirty_why_ = "an action of an earlier plan has ended";
        }
    }
    if (leading() && transition_.overtaken()) {
        dirty_ = true;
        dirty_why_ = "an action in flight has ended";
    }
    if (!what.unexpected.empty()) {
        dirty_ = true;
        dirty_why_ = what.unexpected;
    }
    tell_subscribers(what);
}

void Coordinator::Impl::feed(const cib::replica::Input& input) { take(replica_.step(now_, input)); }

void Coordinator::Impl::take(std::vector<cib::replica::Output> outputs) {
    namespace r = cib::replica;
    for (r::Output& output : outputs) {
        std::visit(Overloaded{
                       [&](r::Broadcast& b) {
                           wire::Wire w;
                           w.set_replica(std::move(b.bytes));
                           broadcast(w);
                       },
                       [&](r::Persist& p) { out_.push_back(std::move(p)); },
                       [&](r::Committed&) {
                           dirty_ = true;
                           dirty_why_ = "the configuration changed";
                           tell_cib_changed();
                           configure_fenced();
                       },
                       [&](r::Restored&) {
                           dirty_ = true;
                           dirty_why_ = "the configuration came anew";
                           tell_cib_changed();
                           configure_fenced();
                       },
                       [&](r::EraChanged& e) {
                           log(LogLevel::info, "era " + to_string(e.era.term) + (e.era.active ? " active" : "") + ", leader " +
                                                   std::to_string(e.era.leader) + ": " + e.era.reason);
                           if (e.era.active) out_.push_back(EraIsWarm{e.era.term});
                       },
                       [&](r::Answer& a) { on_commit_answer(a); },
                       [&](r::Log& l) { log(static_cast<LogLevel>(l.level), "journal: " + l.text); },
                   },
                   output);
    }
}

// The leader of the era; without one for a while, the lowest node of the view acts.
void Coordinator::Impl::choose_dc() {
    const cib::replica::Era& era = replica_.era();
    const auto here = [&](NodeId n) {
        return std::any_of(members_.begin(), members_.end(), [&](const auto& m) { return m.node == n; });
    };
    NodeId next = 0;
    bool acting = false;
    if (era.leader != 0 && here(era.leader)) {
        leaderless_since_.reset();
        if (era.active) next = era.leader;
    } else if (!members_.empty()) {
        if (!leaderless_since_) leaderless_since_ = now_.monotonic;
        const Instant when = *leaderless_since_ + kActingAfter;
        if (now_.monotonic >= when && era.warm) {
            next = members_.front().node;
            acting = true;
        } else {
            wake_at(when);
        }
    }
    if (next == dc_ && acting == acting_) return;
    dc_ = next;
    acting_ = acting;
    dc_reason_ = acting ? "no era; acting on the last known configuration" : era.reason;
    if (dc_ != 0) log(LogLevel::info, "DC is node " + std::to_string(dc_) + ": " + dc_reason_);
    if (dc_ == self_) take_over();
    for (auto& [mark, asked] : waits_) {  // the old DC took its marks with it
        wire::Wire w;
        w.mutable_wait_mark()->set_id(mark);
        broadcast(w);
    }
}

void Coordinator::Impl::settle() {
    if (wake_ && *wake_ <= now_.monotonic) wake_.reset();
    choose_dc();
    if (dc_ == self_) invite();
    if (leading()) lead();
    tell_dampened();
    tell_results();
    expire_asked();
    alert_of_members();
    if (stopping_ || leave_when_empty_) {
        wire::Wire w;
        w.mutable_leaving()->set_node(settings_.name);
        const NodeFacts* me = state_.node(self_);
        if (me != nullptr && me->shutting_down) out_.push_back(Exit{kExitLeft});
        else if (leave_when_empty_ && synced_ && !std::exchange(leaving_said_, true)) broadcast(w);
        else if (stopping_) out_.push_back(Exit{0});
    }
}

void Coordinator::Impl::wake_at(Instant when) {
    if (!wake_ || when < *wake_) wake_ = when;
}

void Coordinator::Impl::log(LogLevel level, std::string text) { out_.push_back(Log{level, std::move(text)}); }

}  // namespace muster::crmd
