#include "fencing/daemon/translate.h"

namespace muster::fencing {
namespace {

Duration ms(std::int64_t value) { return milliseconds{value}; }
std::int64_t ms(Duration value) { return std::chrono::duration_cast<milliseconds>(value).count(); }

template <typename List>
NodeAttributes attributes_of(const List& list) {
    NodeAttributes result;
    for (const auto& attribute : list) result[attribute.name()] = attribute.value();
    return result;
}

template <typename List>
std::vector<std::pair<std::string, std::string>> parameters_of(const List& list) {
    std::vector<std::pair<std::string, std::string>> result;
    for (const auto& attribute : list) result.emplace_back(attribute.name(), attribute.value());
    return result;
}

}  // namespace

Configure from_proto(const proto::Configure& message) {
    Configure result;
    for (const auto& d : message.devices()) {
        result.devices.push_back({d.id(), d.agent(), parameters_of(d.parameters()), d.runs_here()});
    }
    for (const auto& l : message.levels()) {
        result.levels.push_back({l.target(), l.target_pattern(), l.target_attribute(), l.target_value(), l.index(),
                                 {l.devices().begin(), l.devices().end()}});
    }
    if (message.default_timeout_ms() > 0) result.default_timeout = ms(message.default_timeout_ms());
    if (!message.default_action().empty()) result.default_action = message.default_action();
    return result;
}

Query from_proto(ClientId client, const proto::Query& message) {
    return {client, message.request_id(), message.target(), message.action(),
            attributes_of(message.target_attributes())};
}

Execute from_proto(ClientId client, const proto::Execute& message, std::uint64_t dice) {
    Execute result;
    result.client = client;
    result.request_id = message.request_id();
    result.era = message.era();
    result.target = message.target();
    result.action = message.action();
    result.timeout = ms(message.timeout_ms());
    result.delay = ms(message.delay_ms());
    result.attributes = attributes_of(message.target_attributes());
    result.dice = dice;
    return result;
}

MonitorOrder from_proto(ClientId client, const proto::Monitor& message) {
    MonitorOrder result;
    result.client = client;
    result.action_id = message.action_id();
    result.device = {message.device(), message.agent(), parameters_of(message.attributes()), false};
    result.operation = message.operation();
    if (message.timeout_ms() > 0) result.timeout = ms(message.timeout_ms());
    result.interval = ms(message.interval_ms());
    result.user_data = message.user_data();
    return result;
}

proto::Message to_proto(const Answer& answer) {
    proto::Message message;
    auto& m = *message.mutable_query_answer();
    m.set_request_id(answer.request_id);
    m.set_target(answer.target);
    for (const auto& device : answer.devices) m.add_devices(device);
    m.set_why_none(answer.why_none);
    return message;
}

proto::Message to_proto(const Done& done) {
    proto::Message message;
    auto& m = *message.mutable_done();
    m.set_request_id(done.request_id);
    m.set_target(done.target);
    m.set_action(done.action);
    m.set_ok(done.ok);
    m.set_device(done.device);
    m.set_error(done.error);
    m.set_output_tail(done.output_tail);
    m.set_exec_ms(ms(done.took));
    m.set_attempts(done.attempts);
    return message;
}

proto::Message to_proto(const MonitorDone& done, WallTime now) {
    proto::Message message;
    auto& m = *message.mutable_monitor_done();
    m.set_action_id(done.action_id);
    m.set_device(done.device);
    m.set_operation(done.operation);
    m.set_rc(done.rc);
    m.set_timed_out(done.timed_out);
    m.set_exit_reason(done.exit_reason);
    m.set_exec_ms(ms(done.took));
    m.set_interval_ms(ms(done.interval));
    m.set_user_data(done.user_data);
    m.set_started_at_us(now.us - done.took.count());
    return message;
}

}  // namespace muster::fencing
