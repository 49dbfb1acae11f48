#include "crmd/musterd/supervisor.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "base/exit_status.h"
#include "base/result.h"

namespace muster::musterd {

Supervisor::Supervisor(std::vector<std::string> names, Policy policy) : names_{std::move(names)}, policy_{policy} {
    for (const auto& name : names_) children_[name];
}

Outputs Supervisor::start(Instant now) {
    Outputs out;
    for (const auto& name : names_) {
        Child& child = children_[name];
        if (child.state != State::waiting) continue;
        child.state = State::starting;
        child.due = now;
        out.push_back(Start{name});
    }
    return out;
}

Outputs Supervisor::step(const Input& input, Instant now) {
    Outputs out;
    if (phase_ == Phase::finished) return out;
    std::visit([&](const auto& in) { on(in, now, out); }, input);
    return out;
}

std::optional<Instant> Supervisor::next_due() const {
    std::optional<Instant> due;
    const auto consider = [&](Instant t) { due = due ? std::min(*due, t) : t; };
    if (phase_ == Phase::finished) return due;
    if (phase_ != Phase::serving) consider(phase_deadline_);
    for (const auto& [name, child] : children_) {
        if (child.state == State::waiting) consider(child.due);
        if (child.state == State::running) consider(std::min(child.next_ping, child.last_answer + policy_.silence));
    }
    return due;
}

void Supervisor::on(const Began& input, Instant now, Outputs& out) {
    Child& child = children_[input.name];
    child.state = State::running;
    child.pid = input.pid;
    child.answered_once = false;
    child.last_answer = now;
    child.next_ping = now;
    out.push_back(Log{6, fmt::format("{} runs as process {}", input.name, input.pid)});
    if (phase_ == Phase::ending) end_next(now, out);
}

void Supervisor::on(const CouldNotBegin& input, Instant now, Outputs& out) {
    failed(input.name, "could not be started: " + input.why, now, out);
}

void Supervisor::on(const Ended& input, Instant now, Outputs& out) {
    Child& child = children_[input.name];
    const bool was_killed = child.state == State::killing;
    child.pid = 0;
    if (phase_ != Phase::serving) {
        child.state = State::done;
        if (phase_ == Phase::leaving && input.name != names_.back()) {
            child.state = State::waiting;  // crmd still needs it to stop the resources
            child.due = now;
            return;
        }
        phase_ = Phase::ending;
        return end_next(now, out);
    }
    if (input.exit_status == kExitDoNotRestart || input.exit_status == kExitLeft) {
        const bool left = input.exit_status == kExitLeft;
        child.state = State::done;
        out.push_back(left ? Log{5, fmt::format("{} has left the cluster, as it was told; the others end, too", input.name)}
                           : Log{3, fmt::format("{} ended and says that starting it again would not help", input.name)});
        exit_status_ = left ? 0 : kExitDoNotRestart;  // with 0 systemd does not start us again
        phase_ = Phase::ending;
        return end_next(now, out);
    }
    const std::string how = was_killed              ? std::string{"was silent and was killed"}
                            : input.signal          ? fmt::format("died by signal {}", input.signal)
                            : input.exit_status >= 0 ? fmt::format("ended with status {}", input.exit_status)
                                                     : std::string{"ended"};
    failed(input.name, how, now, out);
}

// Starts it again later; the wait doubles with each failure that comes soon after another.
void Supervisor::failed(const std::string& name, const std::string& how, Instant now, Outputs& out) {
    Child& child = children_[name];
    auto& recent = child.failures;
    recent.erase(std::remove_if(recent.begin(), recent.end(),
                                [&](Instant t) { return now - t > policy_.failures_within; }),
                 recent.end());
    recent.push_back(now);
    if (phase_ == Phase::serving && static_cast<int>(recent.size()) >= policy_.most_failures) {
        out.push_back(Log{2, fmt::format("{} {}: {} failures in {} min, giving up", name, how, recent.size(),
                                         std::chrono::duration_cast<minutes>(policy_.failures_within).count())});
        child.state = State::done;
        exit_status_ = 1;
        phase_ = Phase::ending;
        return end_next(now, out);
    }
    // The first failure is answered at once: what it served waits.
    child.back_off = recent.size() < 2 ? Duration{0} : std::clamp(child.back_off * 2, policy_.first_back_off, policy_.most_back_off);
    child.state = State::waiting;
    child.due = now + child.back_off;
    out.push_back(Log{4, fmt::format("{} {}; it is started again in {} ms", name, how, child.back_off.count() / 1000)});
}

void Supervisor::on(const Answered& input, Instant now, Outputs& out) {
    Child& child = children_[input.name];
    child.last_answer = now;
    child.answered_once = true;
    if (told_ready_ || phase_ != Phase::serving) return;
    for (const auto& [name, c] : children_) {
        if (c.state != State::running || !c.answered_once) return;
    }
    told_ready_ = true;
    out.push_back(Ready{});
}

void Supervisor::on(const Tick&, Instant now, Outputs& out) {
    for (const auto& name : names_) tick_child(name, children_[name], now, out);
    if (phase_ == Phase::leaving && now >= phase_deadline_) {
        out.push_back(Log{4, "the resources did not move away in time: the daemons end, what still runs here goes on"});
        phase_ = Phase::ending;
        end_next(now, out);
    } else if (phase_ == Phase::ending && now >= phase_deadline_) {
        for (auto& [name, child] : children_) {
            if (child.state != State::running) continue;
            child.state = State::killing;
            out.push_back(Log{4, fmt::format("{} does not end by SIGTERM: killed", name)});
            out.push_back(Signal{name, child.pid, SIGKILL});
        }
        phase_deadline_ = now + policy_.end_within;
    }
}

void Supervisor::tick_child(const std::string& name, Child& child, Instant now, Outputs& out) {
    if (child.state == State::waiting && now >= child.due && phase_ != Phase::ending) {
        child.state = State::starting;
        out.push_back(Start{name});
        return;
    }
    if (child.state != State::running) return;
    if (now >= child.last_answer + policy_.silence) {
        child.state = State::killing;
        out.push_back(Log{3, fmt::format("{} (process {}) has not answered for {} s: killed", name, child.pid,
                                         std::chrono::duration_cast<seconds>(policy_.silence).count())});
        out.push_back(Signal{name, child.pid, SIGKILL});
        return;
    }
    if (now >= child.next_ping) {
        child.next_ping = now + policy_.ping_every;
        out.push_back(Ping{name});
    }
}

void Supervisor::on(const StopWanted&, Instant now, Outputs& out) {
    if (phase_ != Phase::serving) return;
    const Child& crmd = children_[names_.back()];
    if (crmd.state != State::running) {
        phase_ = Phase::ending;
        return end_next(now, out);
    }
    phase_ = Phase::leaving;
    phase_deadline_ = now + policy_.stop_within;
    out.push_back(Log{5, "leaving the cluster: resources are moved away first"});
    out.push_back(AskToLeave{});
}

void Supervisor::on(const StopNow&, Instant now, Outputs& out) {
    if (phase_ == Phase::ending) return;
    out.push_back(Log{4, "stopping at once: what runs here goes on, nobody watches it"});
    phase_ = Phase::ending;
    end_next(now, out);
}

// One after the other, the last started first.
void Supervisor::end_next(Instant now, Outputs& out) {
    for (auto it = names_.rbegin(); it != names_.rend(); ++it) {
        Child& child = children_[*it];
        if (child.state == State::waiting) child.state = State::done;
        if (child.state == State::running) {
            phase_deadline_ = now + policy_.end_within;
            out.push_back(Signal{*it, child.pid, SIGTERM});
            return;
        }
        if (child.state != State::done) return;  // its beginning or its end is awaited
    }
    finish(exit_status_, out);
}

void Supervisor::finish(int status, Outputs& out) {
    phase_ = Phase::finished;
    out.emplace_back(Finished{status});
}

}  // namespace muster::musterd
