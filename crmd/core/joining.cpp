// Views, and how everybody comes to hold the same state.
//
// At each view with somebody new all members say hello.  The DC then names a join point (JOINERS) in the agreed order: at
// its delivery the source encodes its state; the targets throw theirs away, keep what follows and take up the state when
// it comes.  Members that only lost others go on without a word.
#include <algorithm>

#include "crmd/core/coordinator_impl.h"
#include "crmd/core/snapshot.h"

namespace muster::crmd {

void Coordinator::Impl::on_view(const cluster::ViewChanged& view) {
    ++view_number_;
    members_ = view.members;
    std::set<NodeId> gone, fresh;
    for (const auto& d : view.departed) gone.insert(d.member.node);
    for (const auto& j : view.joined) fresh.insert(j.node);
    for (NodeId n : gone) {
        in_sync_.erase(n);
        hellos_.erase(n);
    }
    for (NodeId n : fresh) {
        if (n == self_) continue;
        in_sync_.erase(n);
        hellos_.erase(n);
    }
    for (const auto& d : view.departed) {
        if (d.how == cluster::Departure::node_lost) ring_ = {};
        std::string how = d.how == cluster::Departure::node_lost ? "lost" : d.how == cluster::Departure::process_lost ? "crmd lost" : "left";
        log(LogLevel::info, "node " + std::to_string(d.member.node) + " " + how);
    }
    if (!gone.empty()) invited_.clear();  // a source or a target may be among them
    if (!buffering_.empty()) buffered_views_.emplace_back(buffer_.size(), view);
    else if (synced_) applied(apply_view(state_, view));
    feed(view);
    if (!fresh.empty() && connected_) say_hello();
    resume_fencing();
}

void Coordinator::Impl::say_hello() {
    wire::Wire w;
    wire::MemberHello& hello = *w.mutable_hello();
    hello.set_name(settings_.name);
    hello.set_boot_id(settings_.boot_id);
    hello.set_synced(synced_);
    hello.set_level(1);
    hello.set_jobs(settings_.jobs);
    hello.set_incarnation(settings_.incarnation);
    broadcast(w);
}

void Coordinator::Impl::on_hello(NodeId sender, const wire::MemberHello& hello) { hellos_[sender] = hello; }

void Coordinator::Impl::invite() {
    std::set<NodeId> wanted;
    NodeId source = synced_ ? self_ : 0;
    for (const cluster::Member& m : members_) {
        const auto hello = hellos_.find(m.node);
        if (hello == hellos_.end()) {
            if (!synced_) return;  // it may be the one that has the state
            continue;
        }
        if (source == 0 && hello->second.synced()) source = m.node;
    }
    if (source == 0) {
        if (hellos_.count(self_) == 0) return;
        begin_state();
        source = self_;
    }
    for (const cluster::Member& m : members_) {
        const bool has_it = synced_ ? m.node == self_ || in_sync_.count(m.node) != 0 : m.node == source;
        if (!has_it && hellos_.count(m.node) != 0 && invited_.count(m.node) == 0) wanted.insert(m.node);
    }
    if (wanted.empty()) return;
    wire::Wire w;
    wire::Joiners& joiners = *w.mutable_joiners();
    joiners.set_id(std::to_string(self_) + "." + std::to_string(settings_.incarnation) + "." + std::to_string(next_mark_++));
    joiners.set_source(source);
    joiners.set_era_number(replica_.era().term.number);
    for (NodeId n : wanted) {
        joiners.add_targets(n);
        invited_.insert(n);
    }
    log(LogLevel::info, "join point for " + std::to_string(wanted.size()) + " node(s), state of node " + std::to_string(source));
    broadcast(w);
}

// Nobody has a state: it begins with those who said hello.
void Coordinator::Impl::begin_state() {
    log(LogLevel::info, "no member has a state: it begins here");
    state_ = State{};
    state_.ring = ring_;
    for (const auto& [id, hello] : hellos_) applied(apply_hello(state_, id, hello));
    in_sync_ = {self_};
    became_synced();
    take_over();
}

void Coordinator::Impl::on_joiners(NodeId, const wire::Joiners& joiners) {
    if (joiners.era_number() < replica_.promised().number) return;  // of a DC whose era is over
    const auto& targets = joiners.targets();
    if (std::find(targets.begin(), targets.end(), self_) != targets.end()) {
        synced_ = false;
        buffering_ = joiners.id();
        buffer_.clear();
        buffered_views_.clear();
        return;
    }
    if (joiners.source() != self_ || !synced_) return;
    wire::Wire w;
    wire::Snapshot& snapshot = *w.mutable_snapshot();
    snapshot.set_join_id(joiners.id());
    *snapshot.mutable_state() = encode(state_);
    *snapshot.mutable_targets() = targets;
    for (NodeId n : in_sync_) snapshot.add_in_sync(n);
    broadcast(w);
}

void Coordinator::Impl::on_snapshot(const wire::Snapshot& snapshot) {
    for (NodeId n : snapshot.targets()) invited_.erase(n);
    if (synced_) {
        in_sync_.insert(snapshot.targets().begin(), snapshot.targets().end());
        return;
    }
    if (snapshot.join_id() != buffering_) return;
    state_ = decode(snapshot.state());
    state_.ring = ring_;
    in_sync_ = {snapshot.in_sync().begin(), snapshot.in_sync().end()};
    in_sync_.insert(snapshot.targets().begin(), snapshot.targets().end());
    std::set<NodeId> here;
    for (const cluster::Member& m : members_) here.insert(m.node);
    std::erase_if(in_sync_, [&](NodeId n) { return here.count(n) == 0; });
    buffering_.clear();
    auto buffer = std::move(buffer_);
    auto views = std::move(buffered_views_);
    buffer_.clear();
    buffered_views_.clear();
    synced_ = true;
    std::size_t position = 0;
    for (auto& [sender, message] : buffer) {
        for (; !views.empty() && views.front().first <= position; views.pop_front()) applied(apply_view(state_, views.front().second));
        apply_one(sender, message);
        ++position;
    }
    for (const auto& [at, view] : views) applied(apply_view(state_, view));
    became_synced();
}

void Coordinator::Impl::became_synced() {
    synced_ = true;
    buffering_.clear();
    reported_ = false;
    table_.reset();
    log(LogLevel::info, "this node has the cluster's state");
    if (my_quorum_) {
        wire::Wire w;
        *w.mutable_quorum() = *my_quorum_;
        broadcast(w);
    }
    report_table();
    configure_fenced();
    held_.clear();
    for (const auto& [sequence, outcome] : unsent_) held_.push_back(sequence);
    held_since_ = {};  // at once
    resume_fencing();
}

namespace {

// What lrmd says, in the words of the cluster.
void tell_result(const lrmd::proto::Result& r, const lrmd::proto::ResourceEntry& e, wire::Outcome& o) {
    o.set_action_id(r.action_id());
    o.set_resource(e.resource());
    o.set_klass(e.klass());
    o.set_provider(e.provider());
    o.set_type(e.type());
    o.set_operation(r.operation());
    o.set_interval_ms(r.interval_ms());
    o.set_rc(r.rc());
    o.set_op_status(static_cast<std::int32_t>(r.status()) - 1);
    o.set_exit_reason(r.exit_reason());
    o.set_started_at_us(r.started_at_us());
    o.set_exec_ms(r.exec_ms());
    o.set_queue_ms(r.queue_ms());
    o.set_call_id(r.call_id());
    o.set_transition_key(r.user_data());
}

void tell_recurring(const lrmd::proto::Run& run, const lrmd::proto::ResourceEntry& e, const std::string& node,
                    wire::Recurring& out) {
    out.set_resource(e.resource());
    out.set_operation(run.operation());
    out.set_interval_ms(run.interval_ms());
    out.set_action_id(run.action_id());
    wire::Order& order = *out.mutable_order();
    order.set_id(run.action_id());
    order.set_node(node);
    order.set_resource(e.resource());
    order.set_history_id(e.resource());
    order.set_klass(e.klass());
    order.set_provider(e.provider());
    order.set_type(e.type());
    order.set_operation(run.operation());
    order.set_interval_ms(run.interval_ms());
    order.set_timeout_ms(run.timeout_ms());
    order.set_expected_rc(run.expected_rc());
    order.set_transition_key(run.user_data());
    order.set_operation_key(e.resource() + "_" + run.operation() + "_" + std::to_string(run.interval_ms()));
}

}  // namespace

// The table of this node's lrmd, asked for after the state came: what it says is newer.
void Coordinator::Impl::report_table() {
    if (!synced_ || !lrmd_up_ || reported_) return;
    if (!table_) {
        if (table_asked_) return;
        table_asked_ = true;
        lrmd::proto::Message ask;
        ask.mutable_table_request();
        return to_lrmd(ask);
    }
    reported_ = true;
    wire::Wire w;
    wire::NodeReport& report = *w.mutable_report();
    report.set_name(settings_.name);
    report.set_boot_id(settings_.boot_id);
    for (const lrmd::proto::ResourceEntry& e : table_->resources()) {
        std::vector<lrmd::proto::Result> results(e.last_results().begin(), e.last_results().end());
        std::sort(results.begin(), results.end(), [](const auto& a, const auto& b) { return a.call_id() < b.call_id(); });
        for (const lrmd::proto::Result& r : results) tell_result(r, e, *report.add_results());
        for (const lrmd::proto::RecurringEntry& r : e.recurring()) {
            if (r.has_last()) tell_result(r.last(), e, *report.add_results());
            tell_recurring(r.run(), e, settings_.name, *report.add_recurring());
        }
    }
    broadcast(w);
    resume_orders();
}

}  // namespace muster::crmd
