// R6: a request is broadcast, judged by the leader against its newest appended state, ordered as an effect,
// and answered by the asking replica when that is committed.  The same request id is never carried out twice.
// Where the asker leads, it judges at once: what is ordered is the effect, and that the ring carries either way.
#include <algorithm>
#include <utility>

#include "cib/replica/impl.h"

namespace muster::cib::replica {

// ---- the asker
// -----------------------------------------------------------------------------------------------------

std::string Replica::Impl::read_only_reason() const {
    const VoterChain c = chain();
    if (c.newest().empty()) {
        std::string absent;
        for (const ListedNode& n : settings.nodes) {
            if (!view.count(n.id)) absent += (absent.empty() ? "" : ", ") + name_of(n.id);
        }
        return "the configuration is read-only: this node has none yet and has found no node that has; a new cluster begins when all "
               "nodes of corosync.conf are here" + (absent.empty() ? std::string{} : " (missing: " + absent + ")");
    }
    const Uuids here = present();
    std::string names;
    for (const NodeId node : missing(here, c)) names += (names.empty() ? "" : ", ") + name_of(node);
    if (names.empty()) return "the configuration is read-only: no leader has been found yet";
    return "the configuration is read-only: voters missing: " + names + " (" +
           std::to_string(votes_of(here, c.newest())) + " of " + std::to_string(votes(c.newest())) +
           " votes are here, more than half are needed)";
}

void Replica::Impl::on(const ClientRequest& r) {
    if (failed) {
        out.push_back(Answer{r.handle, muster::fail(ErrorCode::unavailable, reason() + "; ask another node")});
        return;
    }
    // Without the votes it is refused at once; a node that is new waits a moment for the others to come (requests_tick).
    if (!era.writable && !blank() && !majority(present(), chain())) {
        out.push_back(Answer{r.handle, muster::fail(ErrorCode::unavailable, read_only_reason())});
        return;
    }
    if (waiting.size() >= kMostWaiting) {
        out.push_back(
            Answer{r.handle, muster::fail(ErrorCode::unavailable, "busy: too many changes are waiting")});
        return;
    }
    waiting.push_back(r);
    send_requests(false, role == Role::leader);
}

void Replica::Impl::send_requests(bool again, bool judge_here) {
    // The table remembers 64 of a session: never more than that between the oldest and the newest that is
    // out.
    while (!waiting.empty() &&
           (outstanding.empty() || next_sequence - outstanding.begin()->first < kMostOutstanding)) {
        ClientRequest& r = waiting.front();
        Outstanding o;
        o.handle = r.handle;
        o.request = {
            {settings.session, next_sequence}, r.request.author, r.request.client, r.request.operation};
        o.asked = now.monotonic;
        outstanding.emplace(next_sequence++, std::move(o));
        waiting.pop_front();
    }
    if (!era.writable) return;
    for (auto& [sequence, o] : outstanding) {
        const bool due = o.again && *o.again <= now.monotonic;
        if (o.sent && !again && !due) continue;
        o.sent = true;
        o.again.reset();
        if (judge_here) {
            judge(o.request);
        } else {
            broadcast(o.request);
        }
    }
}

void Replica::Impl::finish(std::uint64_t sequence, Result<Done> outcome) {
    const auto it = outstanding.find(sequence);
    if (it == outstanding.end()) return;
    out.push_back(Answer{it->second.handle, std::move(outcome)});
    outstanding.erase(it);
    send_requests(false);
}

void Replica::Impl::answer_from_table() {
    std::vector<std::pair<std::uint64_t, Done>> found;
    for (const auto& [sequence, o] : outstanding) {
        const Done* done = nullptr;
        if (committed.requests.look_up(o.request.id, &done) == RequestTable::Answer::done) {
            found.emplace_back(sequence, *done);
        }
    }
    for (auto& [sequence, done] : found) finish(sequence, std::move(done));
}

void Replica::Impl::requests_tick() {
    std::vector<std::pair<std::uint64_t, Error>> over;
    for (const auto& [sequence, o] : outstanding) {
        const Duration age = now.monotonic - o.asked;
        if (!o.sent && age >= kQueueWithoutEra) {
            over.emplace_back(sequence, Error{ErrorCode::unavailable, read_only_reason()});
        } else if (o.again && age >= kQueueWithoutEra) {
            over.emplace_back(sequence,
                              Error{ErrorCode::unavailable, "busy: too many changes are in flight"});
        } else if (o.sent && age >= (era.writable ? kRequestTimeout : kQueueWithoutEra)) {
            over.emplace_back(sequence, Error{ErrorCode::timeout,
                                              "the change was not confirmed in time; it may still "
                                              "take effect: look before asking again"});
        }
    }
    for (auto& [sequence, error] : over) finish(sequence, tl::make_unexpected(std::move(error)));
    send_requests(false);
}

// ---- the leader
// ----------------------------------------------------------------------------------------------------

void Replica::Impl::judge(const wire::ClientRequest& r) {
    const Done* done = nullptr;
    switch (appended.requests.look_up(r.id, &done)) {
        case RequestTable::Answer::done:
            if (done->index <= committed.last.index) broadcast(wire::Refusal{r.id, *done});
            return;  // else: answered at its commit
        case RequestTable::Answer::too_old:
            broadcast(wire::Refusal{
                r.id, muster::fail(ErrorCode::timeout,
                                   "the request is too old to say whether it was carried out")});
            return;
        case RequestTable::Answer::fresh:
            break;
    }
    if (!era.writable && active) return;  // the asker sees that, too
    if (refused.count(r.id)) return;
    if (appended.last.index - committed.last.index >= kMostEntriesInFlight ||
        bytes_uncommitted >= kMostBytesInFlight) {
        broadcast(wire::Refusal{r.id, muster::fail(ErrorCode::timeout, "busy")});
        return;
    }
    const WallTime stamp = std::max(now.wall, appended.stamp);
    auto evaluated = settings.evaluate(appended.document, Request{r.author, r.client, r.operation}, stamp);
    if (!evaluated) {
        defer({r.id, tl::make_unexpected(evaluated.error())});
    } else if (evaluated->document.hash() == appended.digest()) {
        defer({r.id, Done{appended.last.index, appended.version(), evaluated->result}});
    } else {
        order_effect(r, std::move(*evaluated), stamp);
    }
}

void Replica::Impl::order_effect(const wire::ClientRequest& r, Evaluated evaluated, WallTime stamp) {
    Version before = appended.version();
    Version after = version_of_document(evaluated.document);
    before.num_updates = after.num_updates = 0;
    if (after <= before) after = {before.admin_epoch, before.epoch + 1, 0};
    set_version(evaluated.document, after);
    Entry entry;
    entry.kind = EntryKind::effect;
    entry.patch = diff(appended.document, evaluated.document);
    entry.digest_after = evaluated.document.hash();
    entry.request = r.id;
    entry.author = r.author;
    entry.client = r.client;
    entry.result = std::move(evaluated.result);
    if (entry.result.size() > kMostResult) entry.result.resize(kMostResult);
    entry.stamp = stamp;
    order(std::move(entry));
}

// Said once the state that it was judged by is committed: else it could be about something that never was.
void Replica::Impl::defer(wire::Refusal refusal) {
    refused.insert(refusal.id);
    deferred.push_back({appended.last.index, std::move(refusal)});
    settle_deferred();
}

void Replica::Impl::settle_deferred() {
    while (!deferred.empty() && deferred.front().index <= committed.last.index) {
        broadcast(deferred.front().refusal);
        deferred.pop_front();
    }
}

}  // namespace muster::cib::replica
