// What a client may say, and what becomes of it.
#include <fmt/format.h>

#include <algorithm>

#include "base/planted.h"
#include "lrmd/core/core.h"

namespace muster::lrmd {

void Core::on_message(const MessageIn& in, Outputs& out) {
    const proto::Message& m = in.message;
    if (m.has_hello()) return on_hello(in.session, m.hello(), out);
    if (m.has_ping()) {
        Send pong{in.session, {}};
        *pong.message.mutable_pong() = m.ping();
        out.push_back(std::move(pong));
        return;
    }
    if (!sessions_.contains(in.session)) {
        Send refusal{in.session, {}};
        refusal.message.set_refused("the first message of a session has to be Hello");
        out.push_back(std::move(refusal));
        out.push_back(CloseSession{in.session});
        return;
    }
    if (m.has_run()) on_run(in, out);
    if (m.has_cancel()) on_cancel(in, out);
    if (m.has_ack()) on_ack(in, out);
    if (m.has_forget()) on_forget(in, out);
    if (m.has_table_request()) {
        Send answer{in.session, {}};
        *answer.message.mutable_table() = table();
        out.push_back(std::move(answer));
    }
}

void Core::on_hello(SessionId session, const proto::Hello& hello, Outputs& out) {
    if (hello.client().empty() || hello.level() == 0) {
        Send refusal{session, {}};
        refusal.message.set_refused("Hello has to name its client and its protocol level (1 or higher)");
        out.push_back(std::move(refusal));
        out.push_back(CloseSession{session});
        return;
    }
    if (const auto old = clients_.find(hello.client()); old != clients_.end() && old->second != session) {
        log(out, 5, fmt::format("{} has connected again; its older session is closed", hello.client()));
        out.push_back(CloseSession{old->second});
        sessions_.erase(old->second);
    }
    sessions_[session] = hello.client();
    clients_[hello.client()] = session;
    take_era(hello.era(), out);
    Send answer{session, {}};
    proto::Hello& h = *answer.message.mutable_hello();
    h.set_client("lrmd");
    h.set_level(std::min(hello.level(), kProtocolLevel));
    h.set_node(options_.node);
    h.set_era(era_);
    h.set_boot_id(options_.boot_id);
    out.push_back(std::move(answer));
    for (const auto& [sequence, result] : unacknowledged_) {
        if (result.client() == hello.client()) deliver(result, out);
    }
}

// False: an older era.  0 is an order outside any era (a tool, an acting DC): only its id protects it.
bool Core::take_era(std::uint64_t era, Outputs& out) {
    if (era == 0) return true;
    if (era < era_) return false;
    if (era > era_) {
        era_ = era;
        Persist p;
        p.record.set_era(era);
        out.push_back(std::move(p));
    }
    return true;
}

void Core::refuse(SessionId session, const std::string& action_id, std::string reason, Outputs& out) {
    log(out, 4, fmt::format("order {} refused: {}", action_id, reason));
    Send answer{session, {}};
    answer.message.mutable_refused_order()->set_action_id(action_id);
    answer.message.mutable_refused_order()->set_reason(std::move(reason));
    out.push_back(std::move(answer));
}

std::string Core::refuse_reason(const proto::Run& run) const {
    if (run.action_id().empty()) return "it has no action id";
    if (run.resource().empty()) return "it names no resource";
    if (run.operation().empty()) return "it names no operation";
    if (run.interval_ms() < 0 || run.timeout_ms() < 0 || run.start_delay_ms() < 0) return "a time in it is negative";
    static constexpr const char* kClasses[] = {"ocf", "lsb", "systemd", "service", "heartbeat"};
    if (std::find(std::begin(kClasses), std::end(kClasses), run.klass()) == std::end(kClasses)) {
        return fmt::format("class \"{}\" is not run here (expected ocf, lsb, systemd, service or heartbeat)", run.klass());
    }
    for (const std::string* name : {&run.type(), &run.provider()}) {
        if (name->find('/') != std::string::npos || *name == "..") return fmt::format("agent name \"{}\" has a slash", *name);
    }
    if (run.type().empty()) return "it names no agent";
    const auto it = resources_.find(run.resource());
    if (it != resources_.end() && it->second.queue.size() >= options_.most_queued) {
        return fmt::format("{} operations of {} wait already", it->second.queue.size(), run.resource());
    }
    return {};
}

void Core::on_run(const MessageIn& in, Outputs& out) {
    const proto::Run& run = in.message.run();
    if (std::string reason = refuse_reason(run); !reason.empty()) return refuse(in.session, run.action_id(), reason, out);
    bool known = known_.contains(run.action_id());
    if (known) {  // sent again after a reconnect: never started again
        log(out, 6, fmt::format("order {} is known already", run.action_id()));
        bool told = is_open(run);
        for (const auto& [sequence, result] : unacknowledged_) {
            if (result.action_id() != run.action_id()) continue;
            deliver(result, out);
            told = true;
        }
        if (!told) answer_acknowledged(in, out);
        return;
    }
    if (!take_era(run.era(), out)) {
        return refuse(in.session, run.action_id(),
                      fmt::format("it is of era {}, but era {} has begun", run.era(), era_), out);
    }
    Persist p;
    proto::Accepted& a = *p.record.mutable_accepted();
    *a.mutable_run() = run;
    a.set_client(sessions_.at(in.session));
    a.set_call_id(next_call_);
    out.push_back(std::move(p));
    accept(run, sessions_.at(in.session), next_call_);
    dispatch(run.resource(), out);
}

// Waits, runs or recurs: its result is still to come.
bool Core::is_open(const proto::Run& run) const {
    const auto at = resources_.find(run.resource());
    if (at == resources_.end()) return false;
    const Resource& r = at->second;
    const auto is_it = [&](const proto::Run& other) { return other.action_id() == run.action_id(); };
    return (r.flight && is_it(r.flight->run)) || std::any_of(r.queue.begin(), r.queue.end(), [&](const Pending& p) { return is_it(p.run); }) ||
           std::any_of(r.recurring.begin(), r.recurring.end(), [&](const auto& e) { return is_it(e.second.run); });
}

// Its result was told and acknowledged, and whoever asks has lost it since: the table says what holds now.
void Core::answer_acknowledged(const MessageIn& in, Outputs& out) {
    const proto::Run& run = in.message.run();
    proto::Result result;
    result.set_action_id(run.action_id());
    result.set_resource(run.resource());
    result.set_interval_ms(run.interval_ms());
    result.set_user_data(run.user_data());
    result.set_status(proto::CANCELLED);
    result.set_exit_reason("it ran, and its result was acknowledged before");
    answer(sessions_.at(in.session), run.operation(), std::move(result), out);
}

// Takes it into the resource's queue or its recurring set.
void Core::accept(const proto::Run& run, const std::string& client, std::uint32_t call) {
    next_call_ = std::max(next_call_, call + 1);
    remember(run.action_id());
    Resource& r = resources_[run.resource()];
    r.klass = run.klass();
    r.provider = run.provider();
    r.type = run.type();
    const Instant first = now_ + milliseconds{run.start_delay_ms()};
    if (run.interval_ms() <= 0) {
        r.queue.push_back(Pending{run, client, call, now_, first});
        return;
    }
    Recurring& e = r.recurring[{run.operation(), run.interval_ms()}];
    if (r.flight && r.flight->run.action_id() == e.run.action_id()) r.flight->dropped = true;
    e = Recurring{run, client, call, first, 0, std::nullopt};
}

void Core::remember(const std::string& id) {
    if (!known_.insert(id).second) return;
    known_order_.push_back(id);
    while (known_order_.size() > options_.most_known_ids) {
        known_.erase(known_order_.front());
        known_order_.pop_front();
    }
}

// A result of lrmd's own, for an order that runs no agent.
void Core::answer(const std::string& client, const std::string& operation, proto::Result result, Outputs& out) {
    result.set_operation(operation);
    result.set_client(client);
    result.set_started_at_us(wall_.us);
    report(std::move(result), out);
}

void Core::on_cancel(const MessageIn& in, Outputs& out) {
    const proto::Cancel& c = in.message.cancel();
    if (!take_era(c.era(), out)) {
        return refuse(in.session, c.action_id(), fmt::format("it is of era {}, but era {} has begun", c.era(), era_), out);
    }
    if (const auto it = resources_.find(c.resource()); it != resources_.end()) {
        Resource& r = it->second;
        const auto e = r.recurring.find({c.operation(), c.interval_ms()});
        if (e != r.recurring.end()) {
            if (r.flight && r.flight->run.action_id() == e->second.run.action_id()) r.flight->dropped = true;
            const bool late_result = planted(Bug::cancelled_monitor_counts) && r.flight;
            if (late_result) r.flight->dropped = false;
            else r.recurring.erase(e);
            Persist p;
            p.record.mutable_cancelled()->set_resource(c.resource());
            p.record.mutable_cancelled()->set_operation(c.operation());
            p.record.mutable_cancelled()->set_interval_ms(c.interval_ms());
            out.push_back(std::move(p));
            set_alarm(c.resource(), r);
        }
    }
    proto::Result result;
    result.set_action_id(c.action_id());
    result.set_resource(c.resource());
    result.set_interval_ms(c.interval_ms());
    result.set_user_data(c.user_data());
    answer(sessions_.at(in.session), "cancel", std::move(result), out);
}

void Core::on_forget(const MessageIn& in, Outputs& out) {
    const proto::Forget& f = in.message.forget();
    if (!take_era(f.era(), out)) {
        return refuse(in.session, f.action_id(), fmt::format("it is of era {}, but era {} has begun", f.era(), era_), out);
    }
    proto::Result result;
    result.set_action_id(f.action_id());
    result.set_resource(f.resource());
    result.set_user_data(f.user_data());
    if (const auto it = resources_.find(f.resource()); it != resources_.end()) {
        Resource& r = it->second;
        if (r.flight || !r.queue.empty()) {
            return refuse(in.session, f.action_id(),
                          fmt::format("{} has an operation under way: its history can not be dropped", f.resource()), out);
        }
        r.recurring.clear();
        throttled_.erase(f.resource());
        set_alarm(f.resource(), r);
        resources_.erase(it);
        Persist p;
        p.record.set_forgotten(f.resource());
        out.push_back(std::move(p));
        out.push_back(ResourceStopped{f.resource()});
    }
    answer(sessions_.at(in.session), "delete", std::move(result), out);
}

}  // namespace muster::lrmd
