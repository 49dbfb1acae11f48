#include "lrmd/core/core.h"

#include <fmt/format.h>

#include <algorithm>

namespace muster::lrmd {
namespace {

constexpr seconds kYoung{2};
constexpr seconds kSameDegraded{10};  // between two reports of a monitor that stays degraded

bool is_degraded(int rc) { return rc == 190 || rc == 191; }  // OCF 1.1: works, but may fail soon

// Spreads monitors of one interval over a quarter of it: FNV-1a of the name, the same on every run.
Duration phase(const std::string& name, std::int64_t interval_ms) {
    std::uint32_t hash = 2166136261u;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    const std::int64_t room = interval_ms * 1000 / 4;
    return Duration{room > 0 ? static_cast<std::int64_t>(hash) % room : 0};
}

}  // namespace

bool has_fixed_hours(const proto::Run& run) {
    return std::any_of(run.attributes().begin(), run.attributes().end(),
                       [](const auto& a) { return a.name() == "CRM_meta_interval_origin" && !a.value().empty(); });
}

std::string describe(const proto::Run& run) {
    if (run.interval_ms() <= 0) return fmt::format("{} of {}", run.operation(), run.resource());
    return fmt::format("{}/{} of {}", run.operation(), to_string(milliseconds{run.interval_ms()}), run.resource());
}

void Core::log(Outputs& out, int level, std::string text) const { out.push_back(Log{level, std::move(text)}); }

Outputs Core::step(const Input& input, Instant now, WallTime wall) {
    now_ = std::max(now_, now);
    wall_ = wall;
    Outputs out;
    if (const auto* m = std::get_if<MessageIn>(&input)) on_message(*m, out);
    if (const auto* e = std::get_if<RunEnded>(&input)) on_ended(*e, out);
    if (const auto* d = std::get_if<ProcessDied>(&input)) on_died(*d, out);
    if (const auto* c = std::get_if<SessionClosed>(&input)) {
        if (const auto it = sessions_.find(c->session); it != sessions_.end()) {
            clients_.erase(it->second);
            sessions_.erase(it);
        }
    }
    on_tick(out);
    return out;
}

// Whatever is due by now; after every input, so that a late Tick holds nothing up.
void Core::on_tick(Outputs& out) {
    while (!alarms_.empty() && alarms_.begin()->first <= now_) dispatch(std::string{alarms_.begin()->second}, out);
    prune_young();
    while (!throttled_.empty() && young_.size() < options_.young_monitors) {
        const std::string name = *throttled_.begin();
        throttled_.erase(throttled_.begin());
        dispatch(name, out);
    }
}

void Core::prune_young() {
    for (auto it = young_.begin(); it != young_.end();) it = it->second + kYoung <= now_ ? young_.erase(it) : std::next(it);
}

std::optional<Instant> Core::next_due() const {
    std::optional<Instant> due;
    if (!alarms_.empty()) due = alarms_.begin()->first;
    if (throttled_.empty()) return due;
    for (const auto& [id, began] : young_) due = std::min(due.value_or(began + kYoung), began + kYoung);
    return due;
}

void Core::set_alarm(const std::string& name, Resource& r) {
    std::optional<Instant> due;
    if (!r.flight && !throttled_.contains(name)) {
        // A delayed one holds up what came after it: a stop must not overtake the start that it undoes.
        if (!r.queue.empty()) due = r.queue.front().not_before;
        for (const auto& [key, e] : r.recurring) due = std::min(due.value_or(e.due), e.due);
    }
    if (due == r.alarm) return;
    if (r.alarm) alarms_.erase({*r.alarm, name});
    r.alarm = due;
    if (due) alarms_.emplace(*due, name);
}

// Starts what this resource has to run now, if anything.
void Core::dispatch(const std::string& name, Outputs& out) {
    const auto it = resources_.find(name);
    if (it == resources_.end()) return;
    Resource& r = it->second;
    throttled_.erase(name);
    if (!r.flight) {
        if (!r.queue.empty() && r.queue.front().not_before <= now_) {
            Pending p = std::move(r.queue.front());
            r.queue.pop_front();
            std::string id = p.run.action_id();
            launch(name, r, Flight{std::move(id), std::move(p.run), std::move(p.client), p.call, p.queued, now_}, out);
        } else if (!start_recurring(name, r, out)) {
            throttled_.insert(name);
        }
    }
    set_alarm(name, r);
}

// False: one is due, but too many have just begun.
bool Core::start_recurring(const std::string& name, Resource& r, Outputs& out) {
    Recurring* due = nullptr;
    for (auto& [key, e] : r.recurring) {
        if (e.due <= now_ && (!due || e.due < due->due)) due = &e;
    }
    if (!due) return true;
    prune_young();
    if (young_.size() >= options_.young_monitors) return false;
    Flight f{fmt::format("{}#{}", due->run.action_id(), now_.us), due->run, due->client, due->call, due->due, now_};
    ++due->runs;
    young_.emplace(f.run_id, now_);
    launch(name, r, std::move(f), out);
    return true;
}

void Core::launch(const std::string& name, Resource& r, Flight flight, Outputs& out) {
    MUSTER_ASSERT(!r.flight);
    runs_.emplace(flight.run_id, name);
    out.push_back(StartRun{flight.run_id, flight.run});
    r.flight = std::move(flight);
}

void Core::on_died(const ProcessDied& in, Outputs& out) {
    const auto it = resources_.find(in.resource);
    if (it == resources_.end() || it->second.recurring.empty()) return;
    Resource& r = it->second;
    // The most frequent monitor is the one meant for this; deeper ones keep their pace.
    auto first = r.recurring.begin();
    for (auto e = r.recurring.begin(); e != r.recurring.end(); ++e) {
        if (e->first.second < first->first.second) first = e;
    }
    first->second.due = now_;
    if (r.flight) r.flight->again = true;
    log(out, 5, fmt::format("{}: a process of it has ended; its monitor runs now", in.resource));
    dispatch(in.resource, out);
}

void Core::on_ended(const RunEnded& in, Outputs& out) {
    const auto run = runs_.find(in.run_id);
    if (run == runs_.end()) return;
    const std::string name = run->second;
    runs_.erase(run);
    young_.erase(in.run_id);
    Resource& r = resources_.at(name);
    const Flight flight = std::move(*r.flight);
    r.flight.reset();

    const Verdict verdict = judge(flight.run, in.ended);
    proto::Result result;
    result.set_action_id(flight.run.action_id());
    result.set_resource(name);
    result.set_operation(flight.run.operation());
    result.set_interval_ms(flight.run.interval_ms());
    result.set_rc(verdict.rc);
    result.set_status(verdict.status);
    result.set_exit_reason(verdict.exit_reason);
    result.set_output_tail(in.ended.output_tail());
    result.set_started_at_us(in.ended.started_at_us());
    result.set_exec_ms(in.ended.exec_ms());
    result.set_queue_ms(std::max<std::int64_t>(0, (flight.began - flight.queued).count() / 1000));
    result.set_user_data(flight.run.user_data());
    *result.mutable_attributes() = flight.run.attributes();
    result.set_call_id(flight.call);
    result.set_klass(flight.run.klass());
    result.set_provider(flight.run.provider());
    result.set_type(flight.run.type());
    result.set_client(flight.client);
    if (flight.dropped) {
        log(out, 7, fmt::format("{} has ended (rc {}) after it was cancelled: not counted", describe(flight.run), verdict.rc));
    } else if (flight.run.interval_ms() > 0) {
        end_recurring(r, flight, std::move(result), out);
    } else {
        end_one_shot(r, flight, std::move(result), out);
    }
    out.push_back(DropTrace{in.run_id});
    dispatch(name, out);
}

void Core::end_one_shot(Resource& r, const Flight& flight, proto::Result result, Outputs& out) {
    const bool stopped = flight.run.operation() == "stop" && result.rc() == 0 && result.status() == proto::DONE;
    r.last[{result.operation(), result.interval_ms()}] = result;
    report(std::move(result), out);
    if (stopped) out.push_back(ResourceStopped{flight.run.resource()});
}

// A degraded service stays so for days while its reason changes: that is what people have to know.  One whose words
// differ each time (a latency, a counter) is heard now and then, not with every monitor.
bool Core::is_news(const Recurring& e, const proto::Result& result) const {
    if (e.last->rc() != result.rc() || e.last->status() != result.status()) return true;
    return is_degraded(result.rc()) && e.last->exit_reason() != result.exit_reason() && now_ - e.reported >= kSameDegraded;
}

void Core::end_recurring(Resource& r, const Flight& flight, proto::Result result, Outputs& out) {
    const auto it = r.recurring.find({flight.run.operation(), flight.run.interval_ms()});
    if (it == r.recurring.end() || it->second.run.action_id() != flight.run.action_id()) return;
    Recurring& e = it->second;
    const Duration interval = milliseconds{flight.run.interval_ms()};
    const bool fixed = has_fixed_hours(flight.run);  // counted from when it was due: neither spread nor drifting
    const Duration early = e.runs == 1 && !fixed ? phase(flight.run.resource(), flight.run.interval_ms()) : Duration{0};
    e.due = std::max(flight.began + (interval - early), now_ + interval / 2);
    if (fixed) e.due = flight.queued + interval * ((now_ - flight.queued) / interval + 1);
    if (flight.again) e.due = now_;
    if (result.status() == proto::LOST) {
        e.due = now_;  // a monitor changes nothing: it is simply asked again
        log(out, 4, fmt::format("{}: its shim was killed; it runs again", describe(flight.run)));
        return;
    }
    if (e.last && !is_news(e, result)) return;
    e.last = result;
    e.reported = now_;
    r.last[it->first] = result;
    report(std::move(result), out);
}

}  // namespace muster::lrmd
