// Runs of agents: how many at a time on a device, who goes first, what their end means.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "fencing/core/fencer.h"

namespace muster::fencing {
namespace {

std::string last_line(const std::string& text) {
    std::string line;
    for (const auto piece : split(text, '\n')) {
        if (!trim(piece).empty()) line = std::string{trim(piece)};
    }
    return line.substr(0, 300);
}

}  // namespace

std::string tail_of(const AgentDone& done) {
    std::string tail = done.out;
    if (!tail.empty() && !done.err.empty() && tail.back() != '\n') tail += '\n';
    tail += done.err;
    return tail.size() > kMostTail ? tail.substr(tail.size() - kMostTail) : tail;
}

std::string failure_of(const RunAgent& run, const AgentDone& done) {
    if (done.missing) return fmt::format("fence agent {} is not installed", run.agent);
    if (!done.not_run.empty()) return fmt::format("{} could not be run: {}", run.agent, done.not_run);
    std::string said = last_line(done.err);
    if (said.empty()) said = last_line(done.out);
    const std::string words = said.empty() ? ", it said nothing" : fmt::format(", it said \"{}\"", said);
    if (done.timed_out) {
        return fmt::format("{} gave no answer within {} and was killed{}", run.agent,
                           muster::to_string(std::chrono::duration_cast<milliseconds>(run.timeout)), words);
    }
    if (done.signal != 0) return fmt::format("{} was ended by signal {}{}", run.agent, done.signal, words);
    if (done.exit_status != 0) return fmt::format("{} ended with status {}{}", run.agent, done.exit_status, words);
    return {};
}

const char* to_string(RequestState state) {
    switch (state) {
        case RequestState::queued: return "queued";
        case RequestState::executing: return "executing";
        case RequestState::done: return "done";
        case RequestState::failed: return "failed";
    }
    return "?";
}

std::vector<Output> Fencer::step(const Input& input, Instant now) {
    now_ = now;
    out_.clear();
    std::visit([this](const auto& i) { on(i); }, input);
    reap();
    return std::move(out_);
}

void Fencer::log(Severity severity, std::string text) { out_.push_back(Log{severity, std::move(text)}); }

TimerId Fencer::arm(Duration delay) {
    const TimerId timer = next_timer_++;
    out_.push_back(ArmTimer{timer, delay});
    return timer;
}

void Fencer::submit(Job job) {
    job.id = next_job_++;
    job.run.job = job.id;
    const auto it = devices_.find(job.device);
    if (it == devices_.end()) return launch(std::move(job), nullptr);
    DeviceState& device = it->second;
    const int limit = device.device.action_limit;
    if (limit < 0 || device.running.size() < static_cast<std::size_t>(limit)) return launch(std::move(job), &device);
    if (job.kind == JobKind::fence) {
        make_room(device);
        const auto place = std::find_if(device.waiting.begin(), device.waiting.end(),
                                        [](const Job& j) { return j.kind != JobKind::fence; });
        device.waiting.insert(place, std::move(job));
    } else {
        device.waiting.push_back(std::move(job));
    }
}

void Fencer::launch(Job job, DeviceState* device) {
    if (device) device->running.insert(job.id);
    out_.push_back(job.run);
    jobs_.emplace(job.id, std::move(job));
}

// Ends a monitor, list or status that holds the device.  False: only fencing does.
bool Fencer::make_room(DeviceState& device) {
    for (const JobId id : device.running) {
        Job& job = jobs_.at(id);
        if (job.kind == JobKind::fence) continue;
        if (!job.killed) {
            job.killed = true;
            log(Severity::notice, fmt::format("fence device {}: its {} is broken off, fencing goes first", job.device,
                                              job.monitor ? job.monitor->operation : "host list"));
            out_.push_back(KillAgent{id});
        }
        return true;
    }
    return false;
}

void Fencer::next_of(const std::string& name) {
    const auto it = devices_.find(name);
    if (it == devices_.end()) return;
    DeviceState& device = it->second;
    const int limit = device.device.action_limit;
    while (!device.waiting.empty() && (limit < 0 || device.running.size() < static_cast<std::size_t>(limit))) {
        Job job = std::move(device.waiting.front());
        device.waiting.pop_front();
        launch(std::move(job), &device);
    }
}

void Fencer::on(const AgentDone& input) {
    const auto it = jobs_.find(input.job);
    if (it == jobs_.end()) return;
    Job job = std::move(it->second);
    jobs_.erase(it);
    if (const auto device = devices_.find(job.device); device != devices_.end()) {
        device->second.running.erase(job.id);
    }
    if (job.killed) {
        job.killed = false;
        next_of(job.device);
        return submit(std::move(job));
    }
    finished(job, input);
    next_of(job.device);
}

void Fencer::finished(const Job& job, const AgentDone& done) {
    switch (job.kind) {
        case JobKind::metadata: return metadata_done(job, done);
        case JobKind::list: return list_done(job, done);
        case JobKind::status: return status_done(job, done);
        case JobKind::fence: return fence_done(job, done);
        case JobKind::monitor: return monitor_done(job, done);
    }
}

void Fencer::on(const TimerFired& input) {
    if (const auto delay = delays_.extract(input.timer)) {
        const auto request = requests_.find(delay.mapped());
        if (request == requests_.end()) return;
        request->second.delaying = false;
        return advance(request->second);
    }
    if (const auto timer = recurring_timers_.extract(input.timer)) {
        const auto recurring = recurring_.find(timer.mapped());
        if (recurring != recurring_.end()) run_monitor(recurring->second.order);
    }
}

void Fencer::on(const ClientGone& input) {
    for (auto& [id, request] : requests_) {
        std::erase_if(request.listeners, [&](const Listener& l) { return l.client == input.client; });
    }
}

}  // namespace muster::fencing
