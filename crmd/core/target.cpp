// This node's own work: orders go to lrmd (fence devices to fenced) when they are delivered here; results are told to all
// and acknowledged to lrmd when our own telling has come back.
#include "crmd/core/coordinator_impl.h"
#include "crmd/core/history.h"
#include "policy-engine/digest.h"

#include "base/text.h"

namespace muster::crmd {
namespace {

constexpr std::int32_t kOpError = 4;

// lrmd counts from pending = 0, the CIB from -1; what was lost counts as an error that recovery has to clean up.
std::int32_t op_status_of(lrmd::proto::Status status) {
    return status == lrmd::proto::LOST ? kOpError : static_cast<std::int32_t>(status) - 1;
}

bool is_ours(const std::string& action_id) { return starts_with(action_id, "here:"); }  // no order stands behind it

}  // namespace

void Coordinator::Impl::to_lrmd(const lrmd::proto::Message& message) {
    if (!lrmd_up_) return;  // what matters is sent again when it is back
    std::string bytes;
    message.SerializeToString(&bytes);
    out_.push_back(ToDaemon{Daemon::lrmd, std::move(bytes)});
}

void Coordinator::Impl::to_fenced(const fencing::proto::Message& message) {
    if (!fenced_up_) return;
    std::string bytes;
    message.SerializeToString(&bytes);
    out_.push_back(ToDaemon{Daemon::fenced, std::move(bytes)});
}

void Coordinator::Impl::on_link(const LinkUp& link) {
    const std::uint64_t era = replica_.promised().number;
    if (link.to == Daemon::lrmd) {
        lrmd_up_ = true;
        table_asked_ = false;
        lrmd::proto::Message m;
        m.mutable_hello()->set_client("crmd");
        m.mutable_hello()->set_level(1);
        m.mutable_hello()->set_node(settings_.name);
        m.mutable_hello()->set_era(era);
        to_lrmd(m);
        report_table();
        resume_orders();
        return;
    }
    fenced_up_ = true;
    fencing::proto::Message m;
    m.mutable_hello()->set_client("crmd");
    m.mutable_hello()->set_level(1);
    m.mutable_hello()->set_node(settings_.name);
    m.mutable_hello()->set_era(era);
    to_fenced(m);
    fenced_config_.clear();
    configure_fenced();
    const NodeFacts* me = state_.node(self_);
    if (synced_ && me != nullptr) {
        for (const auto& [key, order] : me->recurring) {
            if (order.klass() == "stonith") run_device(order);
        }
        for (const auto& [id, order] : state_.in_flight) {
            if (order.node() == settings_.name && order.klass() == "stonith") run_device(order);
        }
    }
    resume_fencing();
}

void Coordinator::Impl::on_link(const LinkDown& link) {
    log(LogLevel::warning, std::string{link.to == Daemon::lrmd ? "lrmd" : "fenced"} + " is gone; waiting for it to come back");
    (link.to == Daemon::lrmd ? lrmd_up_ : fenced_up_) = false;
}

void Coordinator::Impl::on_frame(const LinkFrame& frame) {
    if (frame.from == Daemon::lrmd) {
        lrmd::proto::Message m;
        if (m.ParseFromString(frame.bytes)) return on_lrmd(m);
    } else {
        fencing::proto::Message m;
        if (m.ParseFromString(frame.bytes)) return on_fenced(m);
    }
    log(LogLevel::error, std::string{"a frame of "} + (frame.from == Daemon::lrmd ? "lrmd" : "fenced") + " is not understood");
}

void Coordinator::Impl::on_lrmd(const lrmd::proto::Message& m) {
    using L = lrmd::proto::Message;
    switch (m.body_case()) {
        case L::kResult: return on_result(m.result());
        case L::kTable: return on_table(m.table());
        case L::kRefusedOrder:
            log(LogLevel::error, "lrmd refuses " + m.refused_order().action_id() + ": " + m.refused_order().reason());
            if (!is_ours(m.refused_order().action_id()))
                answer_order(m.refused_order().action_id(), 1, kOpError, "lrmd refused it: " + m.refused_order().reason());
            return;
        case L::kAlertDone: {
            const auto& d = m.alert_done();
            if (d.rc() == 0 && !d.timed_out()) return;
            return log(LogLevel::warning, d.action_id() + (d.timed_out() ? " was not done in time" : " ended with " + std::to_string(d.rc())) +
                                              ": " + (d.error().empty() ? std::string{trim(d.output_tail())} : d.error()));
        }
        case L::kRefused: return log(LogLevel::error, "lrmd refuses this session: " + m.refused());
        default: return;
    }
}

void Coordinator::Impl::on_fenced(const fencing::proto::Message& m) {
    using F = fencing::proto::Message;
    if (m.body_case() == F::kDone) {
        const std::string& request = m.done().request_id();
        const auto colon = request.rfind(':');
        if (colon == std::string::npos) return;
        wire::Wire w;
        wire::FenceDone& d = *w.mutable_fence_done();
        d.set_id(request.substr(0, colon));
        d.set_attempt(static_cast<std::uint32_t>(parse_int(request.substr(colon + 1)).value_or(0)));
        d.set_ok(m.done().ok());
        d.set_device(m.done().device());
        d.set_error(m.done().error());
        return broadcast(w);
    }
    if (m.body_case() == F::kMonitorDone) {
        const auto& d = m.monitor_done();
        if (is_ours(d.action_id())) return;
        wire::Wire w;
        wire::Outcome& o = *w.mutable_outcome();
        o.set_action_id(d.action_id());
        o.set_resource(d.device());
        o.set_operation(d.operation());
        o.set_interval_ms(d.interval_ms());
        o.set_rc(d.rc());
        o.set_op_status(d.timed_out() ? 2 : 0);
        o.set_exit_reason(d.exit_reason());
        o.set_started_at_us(d.started_at_us());
        o.set_exec_ms(d.exec_ms());
        o.set_transition_key(d.user_data());
        return broadcast(w);
    }
    if (m.body_case() == F::kRefused) log(LogLevel::error, "fenced refuses: " + m.refused());
}

// Delivered in the agreed order; the state knows of it already.  `over`: recurring operations that it ends.
void Coordinator::Impl::carry_out(const wire::Order& order, const std::vector<wire::Order>& over) {
    if (order.node() != settings_.name) return;
    if (state_.in_flight.count(order.id()) == 0) {
        return log(LogLevel::warning, "order " + order.id() + " is of an older era, or not the DC's: not carried out");
    }
    for (const wire::Order& old : over) {
        const bool asked = order.operation() == "cancel" && order.operation_key() == old.operation_key();
        cancel(old, asked ? order.id() : "here:cancel:" + old.id(), order.transition_key());
        if (asked) return;
    }
    if (order.operation() == "cancel") return answer_order(order.id(), 0, 0, "");  // it was not set
    run(order);
}

void Coordinator::Impl::run(const wire::Order& order) {
    if (order.klass() == "stonith") return run_device(order);
    lrmd::proto::Message m;
    lrmd::proto::Run& run = *m.mutable_run();
    run.set_action_id(order.id());
    run.set_era(order.era_number());
    run.set_resource(order.resource());
    run.set_klass(order.klass());
    run.set_provider(order.provider());
    run.set_type(order.type());
    run.set_operation(order.operation());
    run.set_interval_ms(order.interval_ms());
    run.set_timeout_ms(order.timeout_ms());
    run.set_start_delay_ms(order.start_delay_ms());
    run.set_user_data(order.transition_key());
    run.set_expected_rc(order.expected_rc());
    for (const auto& a : order.attributes()) {
        auto* to = run.add_attributes();
        to->set_name(a.name());
        to->set_value(a.value());
    }
    auto* feature_set = run.add_attributes();  // redis, galera and pgsql choose their tools by it
    feature_set->set_name("crm_feature_set");
    feature_set->set_value(kFeatureSet);
    to_lrmd(m);
}

void Coordinator::Impl::cancel(const wire::Order& recurring, const std::string& id, const std::string& user_data) {
    if (recurring.klass() == "stonith") {
        fencing::proto::Message m;
        m.mutable_monitor()->set_action_id(id);
        m.mutable_monitor()->set_device(recurring.resource());
        m.mutable_monitor()->set_operation("cancel");
        m.mutable_monitor()->set_interval_ms(recurring.interval_ms());
        to_fenced(m);
        if (!is_ours(id)) answer_order(id, 0, 0, "");
        return;
    }
    lrmd::proto::Message m;
    lrmd::proto::Cancel& c = *m.mutable_cancel();
    c.set_action_id(id);
    c.set_resource(recurring.resource());
    c.set_operation(recurring.operation());
    c.set_interval_ms(recurring.interval_ms());
    c.set_user_data(user_data);
    c.set_era(replica_.promised().number);
    to_lrmd(m);
}

void Coordinator::Impl::run_device(const wire::Order& order) {
    fencing::proto::Message m;
    fencing::proto::Monitor& d = *m.mutable_monitor();
    d.set_action_id(order.id());
    d.set_device(order.resource());
    d.set_operation(order.operation());
    d.set_timeout_ms(order.timeout_ms());
    d.set_interval_ms(order.interval_ms());
    d.set_agent(order.type());
    d.set_user_data(order.transition_key());
    for (const auto& a : order.attributes()) {
        auto* to = d.add_attributes();
        to->set_name(a.name());
        to->set_value(a.value());
    }
    to_fenced(m);
}

// History that the state has forgotten goes from lrmd, too, with what recurs.
void Coordinator::Impl::forget_here(const wire::Forget& forget, const std::vector<wire::Order>& over) {
    if (!forget.node().empty() && forget.node() != settings_.name) return;
    const NodeFacts* me = state_.node(self_);
    if (me == nullptr) return;
    for (const wire::Order& old : over) {
        if (old.node() == settings_.name) cancel(old, "here:cancel:" + old.id(), "");
    }
    if (forget.resource().empty() || me->history.count(forget.resource()) != 0) return;
    lrmd::proto::Message m;
    m.mutable_forget()->set_resource(forget.resource());
    m.mutable_forget()->set_action_id("here:forget:" + forget.resource());
    m.mutable_forget()->set_era(replica_.promised().number);
    to_lrmd(m);
}

// A result of this node has come back in the agreed order: all members have it, lrmd need not keep it.
void Coordinator::Impl::own_outcome_is_told(const wire::Outcome& outcome) {
    if (outcome.lrmd_sequence() != 0) {
        unsent_.erase(outcome.lrmd_sequence());
        lrmd::proto::Message ack;
        ack.mutable_ack()->set_sequence(outcome.lrmd_sequence());
        to_lrmd(ack);
    }
    alert_of_outcome(outcome);
}

// lrmd starts an id at most once: sending again is safe, and right when it or this crmd was away.
void Coordinator::Impl::resume_orders() {
    if (!synced_) return;
    for (const auto& [id, order] : state_.in_flight) {
        if (order.node() == settings_.name && order.operation() != "cancel" && order.klass() != "stonith") run(order);
        else if (order.node() == settings_.name && order.operation() == "cancel") answer_order(id, 0, 0, "");
    }
}

void Coordinator::Impl::on_result(const lrmd::proto::Result& r) {
    if (is_ours(r.action_id())) {
        lrmd::proto::Message ack;
        ack.mutable_ack()->set_sequence(r.sequence());
        return to_lrmd(ack);
    }
    wire::Wire w;
    wire::Outcome& o = *w.mutable_outcome();
    o.set_action_id(r.action_id());
    o.set_resource(r.resource());
    o.set_operation(r.operation());
    o.set_interval_ms(r.interval_ms());
    o.set_rc(r.rc());
    o.set_op_status(op_status_of(r.status()));
    o.set_exit_reason(r.status() == lrmd::proto::LOST ? "the result is lost: its shim was killed" : r.exit_reason());
    o.set_started_at_us(r.started_at_us());
    o.set_exec_ms(r.exec_ms());
    o.set_queue_ms(r.queue_ms());
    o.set_call_id(r.call_id());
    o.set_transition_key(r.user_data());
    o.set_klass(r.klass());
    o.set_provider(r.provider());
    o.set_type(r.type());
    o.set_lrmd_sequence(r.sequence());
    policy::Parameters parameters;
    for (const auto& a : r.attributes()) parameters.emplace_back(a.name(), a.value());
    if (!parameters.empty()) o.set_op_digest(policy::all_digest(parameters, milliseconds{r.interval_ms()}));
    unsent_[r.sequence()] = o;
    if (!synced_) return;  // told when the state is here
    if (held_.empty()) held_since_ = now_.monotonic;
    held_.push_back(r.sequence());
}

void Coordinator::Impl::on_table(const lrmd::proto::Table& table) {
    table_ = table;
    table_asked_ = false;
    report_table();
}

void Coordinator::Impl::answer_order(const std::string& action_id, std::int32_t rc, std::int32_t op_status, const std::string& why) {
    const auto flight = state_.in_flight.find(action_id);
    wire::Wire w;
    wire::Outcome& o = *w.mutable_outcome();
    o.set_action_id(action_id);
    if (flight != state_.in_flight.end()) {
        o.set_resource(flight->second.resource());
        o.set_operation(flight->second.operation());
        o.set_interval_ms(flight->second.interval_ms());
    }
    o.set_rc(rc);
    o.set_op_status(op_status);
    o.set_exit_reason(why);
    o.set_started_at_us(now_.wall.us);
    broadcast(w);
}

void Coordinator::Impl::configure_fenced() {
    if (!fenced_up_) return;
    cib::Cib cib;
    cib::replica::take_document(cib, replica_.committed().document);
    fencing::proto::Message m;
    *m.mutable_configure() = devices_of(cib, state_, settings_.name);
    std::string bytes;
    m.SerializeToString(&bytes);
    if (bytes == fenced_config_) return;
    fenced_config_ = bytes;
    out_.push_back(ToDaemon{Daemon::fenced, std::move(bytes)});
}

}  // namespace muster::crmd
