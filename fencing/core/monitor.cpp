// Stonith resources as resources: start, stop and monitor of a device.
#include <fmt/format.h>

#include "fencing/core/fencer.h"

namespace muster::fencing {
namespace {

constexpr int kOk = 0;
constexpr int kFailed = 1;
constexpr int kNotInstalled = 5;
constexpr int kNotConfigured = 6;
constexpr int kNotRunning = 7;

}  // namespace

void Fencer::monitor_reply(const MonitorOrder& order, int rc, bool timed_out, std::string why, Duration took) {
    out_.push_back(MonitorDone{order.client, order.action_id, order.device.id, order.operation, rc, timed_out,
                               std::move(why), took, order.interval, order.user_data});
}

void Fencer::on(const MonitorOrder& order) {
    const std::string& id = order.device.id;
    const auto now_nothing = Duration{0};
    if (order.operation == "stop" || order.operation == "cancel") {
        const bool stop = order.operation == "stop";
        stop_recurring(id, stop ? std::nullopt : std::optional{order.interval});
        if (const auto it = devices_.find(id); stop && it != devices_.end()) it->second.started = false;
        return monitor_reply(order, kOk, false, "", now_nothing);
    }
    if (order.operation != "start" && order.operation != "monitor") {
        return monitor_reply(order, 3, false,
                             fmt::format("a fence device has no operation \"{}\": expected start, stop or monitor",
                                         order.operation), now_nothing);
    }
    if (!devices_.count(id)) put_device(order.device);
    const DeviceState& device = devices_.at(id);
    const bool probe = order.operation == "monitor" && order.interval == Duration{0};
    if (probe && !device.started) return monitor_reply(order, kNotRunning, false, "", now_nothing);
    if (!device.problem.empty()) return monitor_reply(order, kNotConfigured, false, device.problem, now_nothing);
    if (order.interval > Duration{0}) start_recurring(order);
    run_monitor(order);
}

void Fencer::run_monitor(const MonitorOrder& order) {
    const auto it = devices_.find(order.device.id);
    if (it == devices_.end()) return;
    const Device& device = it->second.device;
    const ActionPolicy policy = device.policy("monitor");
    Job job;
    job.kind = JobKind::monitor;
    job.device = device.id;
    job.monitor = order;
    job.run = RunAgent{0, device.agent, agent_options(device, AgentInfo{}, policy.command, ""),
                       policy.timeout.value_or(order.timeout), ""};
    submit(std::move(job));
}

void Fencer::monitor_done(const Job& job, const AgentDone& done) {
    const MonitorOrder& order = *job.monitor;
    const std::string why = failure_of(job.run, done);
    const int rc = why.empty() ? kOk : done.missing ? kNotInstalled : kFailed;
    const auto device = devices_.find(job.device);
    if (rc == kOk && device != devices_.end()) device->second.started = true;
    if (order.operation == "start" && rc != kOk && device != devices_.end()) device->second.started = false;
    if (order.interval == Duration{0}) return monitor_reply(order, rc, done.timed_out, why, done.took);
    const auto it = recurring_.find({job.device, order.interval});
    // Cancelled, or replaced by a new order, while it ran: this result is nobody's.
    if (it == recurring_.end() || it->second.order.action_id != order.action_id) return;
    Recurring& recurring = it->second;
    if (recurring.last_rc != rc) monitor_reply(order, rc, done.timed_out, why, done.took);
    recurring.last_rc = rc;
    recurring.timer = arm(order.interval);
    recurring_timers_.emplace(recurring.timer, it->first);
}

void Fencer::start_recurring(const MonitorOrder& order) {
    stop_recurring(order.device.id, order.interval);
    recurring_.emplace(std::pair{order.device.id, order.interval}, Recurring{order, std::nullopt, 0});
}

void Fencer::stop_recurring(const std::string& device, std::optional<Duration> interval) {
    std::erase_if(recurring_, [&](const auto& entry) {
        if (entry.first.first != device || (interval && entry.first.second != *interval)) return false;
        recurring_timers_.erase(entry.second.timer);
        return true;
    });
}

}  // namespace muster::fencing
