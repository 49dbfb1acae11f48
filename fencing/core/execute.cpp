// A request to fence, from order to result.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "fencing/core/fencer.h"

namespace muster::fencing {

void Fencer::send_done(const Done& done, const Listener& to) {
    Done copy = done;
    copy.client = to.client;
    copy.request_id = to.request_id;
    out_.push_back(std::move(copy));
}

// An id that was seen before never runs again: its order is joined, or its answer is said once more.
bool Fencer::repeat_answer(const Execute& input) {
    for (auto& [key, request] : requests_) {
        if (request.query || !request.ids.count(input.request_id)) continue;
        request.listeners.push_back({input.client, input.request_id});
        return true;
    }
    for (const auto& record : history_) {
        if (!record.ids.count(input.request_id)) continue;
        send_done(record.result, {input.client, input.request_id});
        return true;
    }
    return false;
}

bool Fencer::join_running(const Execute& input) {
    for (auto& [key, request] : requests_) {
        if (request.query || request.order.target != input.target || request.order.action != input.action) continue;
        request.ids.insert(input.request_id);
        request.listeners.push_back({input.client, input.request_id});
        log(Severity::info, fmt::format("{} of {}: request {} joins the one that runs", input.action, input.target,
                                        input.request_id));
        return true;
    }
    return false;
}

void Fencer::on(const Execute& given) {
    Execute input = given;
    if (input.action.empty()) input.action = config_.default_action;
    if (input.timeout <= Duration{0}) input.timeout = config_.default_timeout;
    Done refusal{input.client, input.request_id, input.target, input.action, false, "", "", "", Duration{0}, 0};
    if (input.era < era_) {
        refusal.error = fmt::format("refused: the order is of era {}, era {} holds", input.era, era_);
        out_.push_back(refusal);
        return;
    }
    era_ = input.era;
    if (input.target.empty() || (input.action != "reboot" && input.action != "off" && input.action != "on")) {
        refusal.error = fmt::format("cannot {} \"{}\": expected reboot, off or on of a node", input.action, input.target);
        out_.push_back(refusal);
        return;
    }
    if (repeat_answer(input) || join_running(input)) return;
    Request request;
    request.key = fmt::format("x{:020}", next_job_++);
    request.order = input;
    request.ids.insert(input.request_id);
    request.listeners.push_back({input.client, input.request_id});
    request.began = now_;
    order_.push_back(request.key);
    const std::string key = request.key;
    requests_.emplace(key, std::move(request));
    start_queued(input.target);
}

void Fencer::on(const Query& input) {
    Request request;
    request.key = fmt::format("q{:020}", next_job_++);
    request.query = true;
    request.order.target = input.target;
    request.order.action = input.action.empty() ? config_.default_action : input.action;
    request.order.attributes = input.attributes;
    request.listeners.push_back({input.client, input.request_id});
    order_.push_back(request.key);
    const std::string key = request.key;
    begin(requests_.emplace(key, std::move(request)).first->second);
}

// The oldest request for the target begins, unless one is at work.
void Fencer::start_queued(const std::string& target) {
    Request* next = nullptr;
    for (const auto& key : order_) {
        Request& request = requests_.at(key);
        if (request.query || request.order.target != target) continue;
        if (request.state == RequestState::executing) return;
        if (request.state == RequestState::queued && !next) next = &request;
    }
    if (next) begin(*next);
}

void Fencer::advance(Request& request) {
    while (request.state == RequestState::executing && !request.running && !request.delaying) {
        if (request.query) {
            if (request.unknown.empty()) answer(request);
            return;
        }
        if (request.level >= request.todo.size()) {
            if (request.unknown.empty()) finish(request, false);
            return;
        }
        const auto& steps = request.todo[request.level];
        if (request.step >= steps.size()) return finish(request, !steps.empty());
        const Step step = steps[request.step];
        if (wait_delay(request, step)) return;
        if (!run_step(request, step)) return;
    }
}

// The delay comes once, before the first device; powering on never waits.
bool Fencer::wait_delay(Request& request, const Step& step) {
    if (request.delayed) return false;
    request.delayed = true;
    const auto it = devices_.find(step.device);
    Duration delay = request.order.delay;
    if (it != devices_.end()) delay += it->second.device.delay(request.order.target, request.order.dice);
    if (request.order.action == "on" || delay <= Duration{0}) return false;
    log(Severity::info, fmt::format("{} of {} waits {} (pcmk_delay_base, pcmk_delay_max, priority-fencing-delay)",
                                    request.order.action, request.order.target,
                                    muster::to_string(std::chrono::duration_cast<milliseconds>(delay))));
    request.delaying = true;
    delays_.emplace(arm(delay), request.key);
    return true;
}

std::string Fencer::cannot_use(const Request& request, const std::string& id) const {
    const auto it = devices_.find(id);
    if (it == devices_.end()) return "it is not configured";
    const DeviceState& device = it->second;
    if (!device.problem.empty()) return device.problem;
    const AgentState& agent = agents_.at(device.config.agent);
    if (!agent.problem.empty()) return agent.problem;
    const auto& hosts = device.device.hosts;
    const bool listed = std::find(hosts.begin(), hosts.end(), request.order.target) != hosts.end();
    if (effective_check(device.device, agent.info) == HostCheck::static_list && !listed) {
        return "its pcmk_host_list does not name the node";
    }
    return {};
}

// True: it failed at once, the next one may be tried.
bool Fencer::run_step(Request& request, const Step& step) {
    if (const std::string why = cannot_use(request, step.device); !why.empty()) {
        step_failed(request, step, why, false);
        return true;
    }
    DeviceState& device = devices_.at(step.device);
    if (!agents_.at(device.config.agent).known) return false;  // agent_known() comes back here
    const AgentInfo& info = info_of(device);
    const std::string command = action_on(device, info, step.action);
    if (command.empty()) {
        step_failed(request, step, fmt::format("{} has no action {}", device.config.agent, step.action), false);
        return true;
    }
    if (!request.device_began) request.device_began = now_;
    const Duration budget = device.device.policy(step.action).timeout.value_or(request.order.timeout);
    const Duration left = budget - (now_ - *request.device_began);
    ++request.tries;
    ++request.attempts;
    request.running = true;
    request.last_device = step.device;
    Job job;
    job.kind = JobKind::fence;
    job.device = step.device;
    job.request = request.key;
    job.run = RunAgent{0, device.device.agent, agent_options(device.device, info, command, request.order.target), left,
                       request.order.target};
    log(Severity::notice, fmt::format("{} of {} with fence device {} ({})", command, request.order.target, step.device,
                                      device.config.agent));
    submit(std::move(job));
    return false;
}

void Fencer::fence_done(const Job& job, const AgentDone& done) {
    const auto it = requests_.find(job.request);
    MUSTER_ASSERT(it != requests_.end());
    Request& request = it->second;
    request.running = false;
    request.tail = tail_of(done);
    const Step step = request.todo[request.level][request.step];
    const std::string failure = failure_of(job.run, done);
    if (failure.empty()) {
        ++request.step;
        request.tries = 0;
        request.device_began.reset();
        return advance(request);
    }
    const auto device = devices_.find(step.device);
    bool again = false;
    if (device != devices_.end() && !done.missing && !done.timed_out) {
        const ActionPolicy policy = device->second.device.policy(step.action);
        const Duration budget = policy.timeout.value_or(request.order.timeout);
        again = request.tries < policy.tries && now_ - *request.device_began < budget;
    }
    step_failed(request, step, failure, again);
    advance(request);
}

void Fencer::step_failed(Request& request, const Step& step, const std::string& why, bool again) {
    log(Severity::error, fmt::format("{} of {} with fence device {}: {}{}", step.action, request.order.target,
                                     step.device, why, again ? "; it is tried again" : ""));
    if (again) return;
    request.tries = 0;
    request.device_began.reset();
    request.last_device = step.device;
    if (step.may_fail) {
        ++request.step;
        return;
    }
    request.errors.push_back(fmt::format("device {}: {}", step.device, why));
    ++request.level;
    request.step = 0;
}

void Fencer::finish(Request& request, bool ok) {
    request.state = ok ? RequestState::done : RequestState::failed;
    request.unknown.clear();
    Done done{0, "", request.order.target, request.order.action, ok, request.last_device, "", request.tail,
              now_ - request.began, request.attempts};
    if (!ok) {
        done.error = request.errors.empty()
                         ? why_unreachable(request)
                         : fmt::format("{} of {} failed: {}", request.order.action, request.order.target,
                                       join(request.errors, "; "));
    }
    log(ok ? Severity::notice : Severity::error,
        ok ? fmt::format("{} of {} is done by fence device {}", request.order.action, request.order.target,
                         request.last_device)
           : done.error);
    for (const auto& listener : request.listeners) send_done(done, listener);
    Record record{*request.ids.begin(), request.ids, request.order.target, request.order.action, request.state, done,
                  request.began, now_};
    record.request_id = request.order.request_id;
    history_.push_front(std::move(record));
    if (history_.size() > kMostRecords) history_.pop_back();
    start_queued(request.order.target);
}

void Fencer::reap() {
    std::erase_if(order_, [&](const std::string& key) {
        const auto state = requests_.at(key).state;
        if (state != RequestState::done && state != RequestState::failed) return false;
        requests_.erase(key);
        return true;
    });
}

std::vector<Record> Fencer::records(const std::string& target) const {
    std::vector<Record> result;
    for (auto key = order_.rbegin(); key != order_.rend(); ++key) {
        const Request& request = requests_.at(*key);
        if (request.query || (!target.empty() && request.order.target != target)) continue;
        result.push_back({request.order.request_id, request.ids, request.order.target, request.order.action,
                          request.state, Done{}, request.began, std::nullopt});
        result.back().result.device = request.last_device;
    }
    for (const auto& record : history_) {
        if (target.empty() || record.target == target) result.push_back(record);
    }
    return result;
}

}  // namespace muster::fencing
