// Results: kept until acknowledged, sent again to the next session of their client.  And the table.
#include "lrmd/core/core.h"

namespace muster::lrmd {

void Core::report(proto::Result result, Outputs& out) {
    result.set_sequence(next_sequence_++);
    Persist p;
    *p.record.mutable_result() = result;
    out.push_back(std::move(p));
    deliver(result, out);
    unacknowledged_.emplace(result.sequence(), std::move(result));
}

void Core::deliver(const proto::Result& result, Outputs& out) {
    const auto session = clients_.find(result.client());
    if (session == clients_.end()) return;
    Send send{session->second, {}};
    *send.message.mutable_result() = result;
    out.push_back(std::move(send));
}

void Core::on_ack(const MessageIn& in, Outputs& out) {
    const std::uint64_t sequence = in.message.ack().sequence();
    const auto it = unacknowledged_.find(sequence);
    if (it == unacknowledged_.end() || it->second.client() != sessions_.at(in.session)) return;
    unacknowledged_.erase(it);
    Persist p;
    p.record.set_acknowledged(sequence);
    out.push_back(std::move(p));
}

proto::Table Core::table() const {
    proto::Table t;
    t.set_boot_id(options_.boot_id);
    for (const auto& [name, r] : resources_) {
        proto::ResourceEntry& entry = *t.add_resources();
        entry.set_resource(name);
        entry.set_klass(r.klass);
        entry.set_provider(r.provider);
        entry.set_type(r.type);
        for (const auto& [key, result] : r.last) *entry.add_last_results() = result;
        for (const auto& [key, e] : r.recurring) {
            proto::RecurringEntry& recurring = *entry.add_recurring();
            *recurring.mutable_run() = e.run;
            if (e.last) *recurring.mutable_last() = *e.last;
        }
        if (r.flight && r.flight->run.interval_ms() <= 0 && !r.flight->dropped) *entry.add_in_flight() = r.flight->run;
        for (const auto& p : r.queue) *entry.add_in_flight() = p.run;
    }
    return t;
}

}  // namespace muster::lrmd
