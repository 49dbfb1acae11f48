// Devices come and go; agents are asked once what they can do.
#include <fmt/format.h>

#include "fencing/core/fencer.h"

namespace muster::fencing {

void Fencer::on(const Configure& input) {
    config_ = input;
    std::set<std::string> wanted;
    std::vector<Job> orphans;  // that waited for a device which is gone
    for (const auto& device : input.devices) {
        wanted.insert(device.id);
        put_device(device);
    }
    for (auto it = devices_.begin(); it != devices_.end();) {
        if (wanted.count(it->first)) {
            ++it;
            continue;
        }
        stop_recurring(it->first, std::nullopt);
        log(Severity::info, fmt::format("fence device {} is no longer configured", it->first));
        orphans.insert(orphans.end(), it->second.waiting.begin(), it->second.waiting.end());
        it = devices_.erase(it);
    }
    AgentDone removed;
    removed.not_run = "the device was removed";
    for (const auto& job : orphans) finished(job, removed);
}

void Fencer::put_device(const DeviceConfig& config) {
    const auto it = devices_.find(config.id);
    if (it != devices_.end() && it->second.config == config) return;
    const bool started = config.runs_here || (it != devices_.end() && it->second.started);
    DeviceState& state = devices_[config.id];
    const bool same = state.config.agent == config.agent && state.config.parameters == config.parameters;
    state.config = config;
    state.started = started;
    if (same) return;
    state.listed.reset();
    state.list_problem.clear();
    state.problem.clear();
    auto device = read_device(config);
    if (!device) {
        state.problem = device.error().message;
        state.device = Device{};
        state.device.id = config.id;
        state.device.agent = config.agent;
        return log(Severity::error, state.problem);
    }
    state.device = std::move(*device);
    need_agent(config.agent);
    if (agents_.at(config.agent).known) ask_list(state);
}

void Fencer::need_agent(const std::string& agent) {
    AgentState& state = agents_[agent];
    if (state.asked) return;
    state.asked = true;
    Job job;
    job.kind = JobKind::metadata;
    job.run = RunAgent{0, agent, "action=metadata\n", seconds{30}, ""};
    submit(std::move(job));
}

const AgentInfo& Fencer::info_of(const DeviceState& device) const { return agents_.at(device.config.agent).info; }

// A list is fetched when the device appears, so that fencing has it at hand.
void Fencer::ask_list(DeviceState& state) {
    if (!state.problem.empty() || state.listing) return;
    const AgentInfo& info = info_of(state);
    if (effective_check(state.device, info) != HostCheck::dynamic_list) return;
    state.listing = true;
    const ActionPolicy policy = state.device.policy("list");
    Job job;
    job.kind = JobKind::list;
    job.device = state.device.id;
    job.run = RunAgent{0, state.device.agent, agent_options(state.device, info, policy.command, ""),
                       policy.timeout.value_or(seconds{20}), ""};
    submit(std::move(job));
}

void Fencer::metadata_done(const Job& job, const AgentDone& done) {
    AgentState& agent = agents_[job.run.agent];
    agent.known = true;
    agent.info = presumed_agent();
    std::string failure = failure_of(job.run, done);
    if (failure.empty()) {
        auto info = read_metadata(done.out);
        if (info) {
            agent.info = std::move(*info);
        } else {
            failure = info.error().message;
        }
    }
    if (done.missing) {
        agent.problem = failure;
        agent.asked = false;  // it may be installed later
    }
    if (!failure.empty()) log(Severity::error, fmt::format("metadata of fence agent {}: {}", job.run.agent, failure));
    agent_known(job.run.agent);
}

void Fencer::agent_known(const std::string& agent) {
    std::vector<std::string> changed;
    for (auto& [id, device] : devices_) {
        if (device.config.agent != agent) continue;
        ask_list(device);
        changed.push_back(id);
    }
    const auto order = order_;
    for (const auto& request : order) {
        for (const auto& device : changed) settle(requests_.at(request), device);
    }
}

void Fencer::list_done(const Job& job, const AgentDone& done) {
    const auto it = devices_.find(job.device);
    if (it == devices_.end()) return;
    DeviceState& device = it->second;
    device.listing = false;
    device.list_problem = failure_of(job.run, done);
    device.listed_at = now_;
    if (device.list_problem.empty()) {
        device.listed = read_host_list(done.out);
    } else {
        log(Severity::error, fmt::format("fence device {}: no list of its nodes: {}", job.device, device.list_problem));
    }
    const auto order = order_;
    for (const auto& request : order) settle(requests_.at(request), job.device);
}

std::vector<DeviceView> Fencer::devices() const {
    std::vector<DeviceView> result;
    for (const auto& [id, state] : devices_) {
        const AgentState& agent = agents_.count(state.config.agent) ? agents_.at(state.config.agent) : AgentState{};
        DeviceView view{id, state.config.agent, state.started, effective_check(state.device, agent.info),
                        state.device.hosts, agent.info.actions, state.problem};
        if (state.listed && view.check == HostCheck::dynamic_list) view.hosts = *state.listed;
        if (view.problem.empty()) view.problem = agent.problem;
        if (view.problem.empty()) view.problem = state.list_problem;
        result.push_back(std::move(view));
    }
    return result;
}

}  // namespace muster::fencing
