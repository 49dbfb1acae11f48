// Which devices reach a target.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "fencing/core/fencer.h"

namespace muster::fencing {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

void Fencer::begin(Request& request) {
    request.state = RequestState::executing;
    request.began = now_;
    const auto levels = levels_for(config_.levels, request.order.target, request.order.attributes);
    for (const auto& level : levels) request.todo.push_back(steps_of(level.devices, request.order.action));
    request.topology = !levels.empty();
    if (!request.topology) {
        std::vector<std::string> all;
        for (const auto& [id, device] : devices_) all.push_back(id);
        request.unknown.insert(all.begin(), all.end());
        for (const auto& id : all) look(request, id);
    }
    advance(request);
}

// What the agent is told to do; empty: it cannot do that.
std::string Fencer::action_on(const DeviceState& device, const AgentInfo& info, const std::string& action) {
    const ActionPolicy policy = device.device.policy(action);
    if (policy.command != action || info.offers(action)) return policy.command;
    if (action != "reboot") return {};
    // A device that cannot reboot can still cut: that is what fencing is about.
    const std::string off = device.device.policy("off").command;
    return off != "off" || info.offers("off") ? off : std::string{};
}

Fencer::Reach Fencer::reach(const DeviceState& device, const Request& request) const {
    if (!device.problem.empty()) return Reach::no;
    const AgentState& agent = agents_.at(device.config.agent);
    if (!agent.known) return Reach::ask;
    if (!agent.problem.empty()) return Reach::no;
    if (action_on(device, agent.info, request.order.action).empty()) return Reach::no;
    const std::string& target = request.order.target;
    switch (effective_check(device.device, agent.info)) {
        case HostCheck::static_list: return contains(device.device.hosts, target) ? Reach::yes : Reach::no;
        case HostCheck::dynamic_list: return reach_by_list(device, target);
        case HostCheck::status: return Reach::ask;
        default: return Reach::yes;
    }
}

// A list that once named the target is good enough: asking again would only cost time, and a device that lost the
// node since then fails to cut it and says so.
Fencer::Reach Fencer::reach_by_list(const DeviceState& device, const std::string& target) const {
    const auto port = device.device.ports.find(target);
    const std::string& name = port != device.device.ports.end() ? port->second : target;
    if (device.listed && (contains(*device.listed, target) || contains(*device.listed, name))) return Reach::yes;
    const bool asked = device.listed || !device.list_problem.empty();
    if (asked && !device.listing && now_ - device.listed_at < kListFresh) return Reach::no;
    return Reach::ask;
}

void Fencer::look(Request& request, const std::string& id) {
    if (!request.unknown.count(id)) return;
    const auto it = devices_.find(id);
    const Reach found = it == devices_.end() ? Reach::no : reach(it->second, request);
    if (found != Reach::ask) {
        request.unknown.erase(id);
        if (found == Reach::yes) add_candidate(request, id);
        return;
    }
    DeviceState& device = it->second;
    const AgentState& agent = agents_.at(device.config.agent);
    if (!agent.known) return;
    if (effective_check(device.device, agent.info) == HostCheck::status) return ask_status(request, device);
    ask_list(device);
}

void Fencer::settle(Request& request, const std::string& device) {
    look(request, device);
    advance(request);
}

// Devices whose monitor runs here come first: they were seen to work a moment ago.  Then by id.
void Fencer::add_candidate(Request& request, const std::string& id) {
    const auto rank = [&](const std::string& device) {
        const auto it = devices_.find(device);
        return std::pair{it == devices_.end() || !it->second.started, device};
    };
    const std::size_t free = request.level + (request.device_began ? 1 : 0);
    auto place = request.todo.begin() + static_cast<std::ptrdiff_t>(std::min(free, request.todo.size()));
    while (place != request.todo.end() && rank(place->front().device) < rank(id)) ++place;
    request.todo.insert(place, {Step{id, request.order.action, false}});
}

void Fencer::ask_status(Request& request, DeviceState& device) {
    if (!request.status_asked.insert(device.device.id).second) return;
    const ActionPolicy policy = device.device.policy("status");
    Job job;
    job.kind = JobKind::status;
    job.device = device.device.id;
    job.request = request.key;
    job.run = RunAgent{0, device.device.agent,
                       agent_options(device.device, info_of(device), policy.command, request.order.target),
                       policy.timeout.value_or(seconds{20}), ""};
    submit(std::move(job));
}

// Status 0 is on, 2 is off: both mean that the device knows the node.
void Fencer::status_done(const Job& job, const AgentDone& done) {
    const auto it = requests_.find(job.request);
    if (it == requests_.end()) return;
    Request& request = it->second;
    if (request.unknown.erase(job.device)) {
        const bool answered = !done.timed_out && done.signal == 0 && !done.missing && done.not_run.empty();
        const bool knows = answered && (done.exit_status == 0 || done.exit_status == 2);
        if (knows && devices_.count(job.device)) add_candidate(request, job.device);
        if (!knows) {
            log(Severity::info, fmt::format("fence device {} does not know node {}: {}", job.device,
                                            request.order.target, failure_of(job.run, done)));
        }
    }
    advance(request);
}

std::string Fencer::why_unreachable(const Request& request) const {
    const std::string& target = request.order.target;
    if (devices_.empty()) {
        return fmt::format("no device can {} {}: no fence device is configured", request.order.action, target);
    }
    std::vector<std::string> reasons;
    for (const auto& view : devices()) {
        if (!view.problem.empty()) {
            reasons.push_back(fmt::format("{}: {}", view.id, view.problem));
        } else if (view.check == HostCheck::static_list || view.check == HostCheck::dynamic_list) {
            reasons.push_back(fmt::format("{} reaches {}", view.id,
                                          view.hosts.empty() ? "no node" : "only " + join(view.hosts, " ")));
        } else if (view.check == HostCheck::status) {
            reasons.push_back(fmt::format("{}: its agent's status does not know the node", view.id));
        } else {
            reasons.push_back(fmt::format("{}: {} has no action {}", view.id, view.agent, request.order.action));
        }
    }
    return fmt::format("no device can {} {}: {}", request.order.action, target, join(reasons, "; "));
}

void Fencer::answer(Request& request) {
    Answer answer{0, "", request.order.target, {}, ""};
    for (const auto& level : request.todo) {
        for (const auto& step : level) {
            if (!contains(answer.devices, step.device)) answer.devices.push_back(step.device);
        }
    }
    if (answer.devices.empty()) answer.why_none = why_unreachable(request);
    for (const auto& listener : request.listeners) {
        answer.client = listener.client;
        answer.request_id = listener.request_id;
        out_.push_back(answer);
    }
    request.state = RequestState::done;
}

}  // namespace muster::fencing
