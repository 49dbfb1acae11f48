// lrmd's own restart: the journal read back, the runs that went on meanwhile taken in again.
#include <algorithm>

#include "base/planted.h"
#include "lrmd/core/core.h"

namespace muster::lrmd {
namespace {

std::string action_of(const std::string& run_id) { return run_id.substr(0, run_id.find('#')); }

// It ran at `ran`: how long until whole intervals have passed since.
Duration until_its_hour(std::int64_t ran_us, std::int64_t interval_us, WallTime wall) {
    const std::int64_t past = (wall.us - ran_us) % interval_us;
    return Duration{past > 0 ? interval_us - past : -past};
}

}  // namespace

proto::JournalRecord Core::snapshot() const {
    proto::JournalRecord record;
    proto::Snapshot& s = *record.mutable_snapshot();
    s.set_era(era_);
    s.set_next_sequence(next_sequence_);
    s.set_next_call(next_call_);
    for (const auto& id : known_order_) s.add_known_ids(id);
    for (const auto& [sequence, result] : unacknowledged_) *s.add_unacknowledged() = result;
    for (const auto& [name, r] : resources_) {
        proto::ResourceEntry& entry = *s.add_resources();
        entry.set_resource(name);
        entry.set_klass(r.klass);
        entry.set_provider(r.provider);
        entry.set_type(r.type);
        for (const auto& [key, result] : r.last) *entry.add_last_results() = result;
        const auto add = [](proto::Accepted& a, const auto& from) {
            *a.mutable_run() = from.run;
            a.set_client(from.client);
            a.set_call_id(from.call);
        };
        if (r.flight && r.flight->run.interval_ms() <= 0 && !r.flight->dropped) add(*s.add_pending(), *r.flight);
        for (const auto& p : r.queue) add(*s.add_pending(), p);
        for (const auto& [key, e] : r.recurring) {
            add(*s.add_recurring(), e);
            proto::RecurringEntry& told = *entry.add_recurring();
            told.mutable_run()->set_operation(e.run.operation());
            told.mutable_run()->set_interval_ms(e.run.interval_ms());
            if (e.last) *told.mutable_last() = *e.last;
        }
    }
    return record;
}

void Core::restore(const proto::JournalRecord& record) {
    switch (record.body_case()) {
        case proto::JournalRecord::kSnapshot: {
            const proto::Snapshot& s = record.snapshot();
            era_ = s.era();
            for (const auto& id : s.known_ids()) remember(id);
            for (const auto& a : s.pending()) accept(a.run(), a.client(), a.call_id());
            for (const auto& a : s.recurring()) accept(a.run(), a.client(), a.call_id());
            for (const auto& entry : s.resources()) {
                Resource& r = resources_[entry.resource()];
                r.klass = entry.klass();
                r.provider = entry.provider();
                r.type = entry.type();
                for (const auto& result : entry.last_results()) r.last[{result.operation(), result.interval_ms()}] = result;
                for (const auto& e : entry.recurring()) {
                    if (e.has_last()) r.recurring[{e.run().operation(), e.run().interval_ms()}].last = e.last();
                }
            }
            for (const auto& result : s.unacknowledged()) unacknowledged_[result.sequence()] = result;
            next_sequence_ = s.next_sequence();
            next_call_ = s.next_call();
            break;
        }
        case proto::JournalRecord::kEra: era_ = record.era(); break;
        case proto::JournalRecord::kAccepted:
            accept(record.accepted().run(), record.accepted().client(), record.accepted().call_id());
            break;
        case proto::JournalRecord::kResult: apply(record.result()); break;
        case proto::JournalRecord::kAcknowledged: unacknowledged_.erase(record.acknowledged()); break;
        case proto::JournalRecord::kCancelled: {
            const auto& c = record.cancelled();
            if (const auto it = resources_.find(c.resource()); it != resources_.end()) {
                it->second.recurring.erase({c.operation(), c.interval_ms()});
            }
            break;
        }
        case proto::JournalRecord::kForgotten: resources_.erase(record.forgotten()); break;
        case proto::JournalRecord::BODY_NOT_SET: break;
    }
}

// A result that was reported before the restart.
void Core::apply(const proto::Result& result) {
    unacknowledged_[result.sequence()] = result;
    next_sequence_ = std::max(next_sequence_, result.sequence() + 1);
    const auto it = resources_.find(result.resource());
    if (it == resources_.end() || result.operation() == "cancel" || result.operation() == "delete") return;
    Resource& r = it->second;
    r.last[{result.operation(), result.interval_ms()}] = result;
    if (result.interval_ms() > 0) {
        const auto e = r.recurring.find({result.operation(), result.interval_ms()});
        if (e != r.recurring.end()) e->second.last = result;
        return;
    }
    std::erase_if(r.queue, [&](const Pending& p) { return p.run.action_id() == result.action_id(); });
}

bool Core::found(const std::string& run_id, const proto::Run& run, bool ended, Instant now) {
    now_ = std::max(now_, now);
    const std::string id = action_of(run_id);
    Resource* r = nullptr;
    if (const auto it = resources_.find(run.resource()); it != resources_.end()) r = &it->second;
    Flight flight{run_id, run, {}, 0, now_, now_};
    flight.dropped = true;
    if (r && run.interval_ms() > 0) {
        const auto e = r->recurring.find({run.operation(), run.interval_ms()});
        if (e != r->recurring.end() && e->second.run.action_id() == id) {
            flight.client = e->second.client;
            flight.call = e->second.call;
            flight.dropped = false;
            e->second.runs = 1;
        }
    } else if (r) {
        const auto p = std::find_if(r->queue.begin(), r->queue.end(), [&](const Pending& q) { return q.run.action_id() == id; });
        if (p != r->queue.end()) {
            flight.client = p->client;
            flight.call = p->call;
            flight.queued = p->queued;
            flight.dropped = false;
            r->queue.erase(p);
        }
    }
    if (planted(Bug::agent_run_twice) && run.interval_ms() <= 0 && !flight.dropped) {
        r->queue.push_front(Pending{run, flight.client, flight.call, now_, now_});
        return false;
    }
    if (flight.dropped && ended) return false;
    if (!r) r = &resources_[run.resource()];  // a stranger still runs: nothing of that name may begin beside it
    if (r->flight) return false;
    r->klass = run.klass();
    r->provider = run.provider();
    r->type = run.type();
    runs_.emplace(run_id, run.resource());
    r->flight = std::move(flight);
    return true;
}

Outputs Core::recovered(Instant now, WallTime wall) {
    now_ = std::max(now_, now);
    wall_ = wall;
    Outputs out;
    std::vector<std::string> names;
    for (auto& [name, r] : resources_) {
        names.push_back(name);
        for (auto& p : r.queue) p.queued = now_;
        std::size_t n = 0;  // monitors go on, but not all of them at this moment
        for (auto& [key, e] : r.recurring) {
            e.due = now_ + milliseconds{std::min<std::int64_t>(key.second, 1000)} * static_cast<int>(1 + names.size() % 8 + n++) / 16;
            if (has_fixed_hours(e.run) && e.last) e.due = now_ + until_its_hour(e.last->started_at_us(), key.second * 1000, wall);
        }
    }
    for (const auto& name : names) dispatch(name, out);
    on_tick(out);
    return out;
}

}  // namespace muster::lrmd
