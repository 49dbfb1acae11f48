// R4: appending, cutting, persisting; helping those who lag.
#include <algorithm>
#include <utility>

#include "base/planted.h"
#include "cib/replica/impl.h"

namespace muster::cib::replica {

const Entry* Replica::Impl::entry_at(std::uint64_t index) const {
    if (index <= log_base.index || index > appended.last.index) return nullptr;
    return &log[static_cast<std::size_t>(index - log_base.index - 1)];
}

std::optional<Term> Replica::Impl::term_at(std::uint64_t index) const {
    if (index == 0) return Term{};
    if (index == log_base.index) return log_base.term;
    const Entry* e = entry_at(index);
    return e ? std::optional{e->term} : std::nullopt;
}

void Replica::Impl::persist(Persist p) {
    if (failed) return;
    p.ticket = next_ticket++;
    // The cluster's name goes to the disk with its first entry, or a torn tail would leave a member without a journal.
    if ((!p.entries.empty() || p.snapshot) && persisted_cluster != cluster_uuid) {
        p.cluster_uuid = persisted_cluster = cluster_uuid;
    }
    p.committed = committed_hint = committed.last.index;
    persisted_since_snapshot = p.snapshot ? 0 : persisted_since_snapshot + p.entries.size();
    pending.push_back(Pending{p.ticket, appended.last.index, p.promised});
    const bool lies = planted(Bug::durable_without_fsync) && !p.entries.empty();
    out.push_back(std::move(p));
    if (lies) durable_index = appended.last.index;
}

void Replica::Impl::promise_on_disk(const Term& term) {
    Persist p;
    p.promised = term;
    persist(std::move(p));
}

void Replica::Impl::fail(const std::string& why) {
    if (failed) return;
    failed = true;
    failure = why;
    say(Log::Level::error, "this replica votes no more: " + why);
    if (role == Role::leader || role == Role::candidate) step_down(why);
    hello();
}

bool Replica::Impl::append(Entry entry) {
    if (auto done = apply(appended, entry); !done) {
        fail(done.error().message);
        return false;
    }
    bytes_uncommitted += wire::size_of(entry);
    log.push_back(std::move(entry));
    return true;
}

// What the leader does not have goes; the writer saves it to divergent/ first.  Committed entries are never
// cut.
void Replica::Impl::cut(std::uint64_t after, Persist& to_disk) {
    MUSTER_ASSERT(after >= committed.last.index);
    if (after >= appended.last.index) return;
    say(Log::Level::warning, "entries " + std::to_string(after + 1) + " to " +
                                 std::to_string(appended.last.index) + " were never committed and are cut");
    to_disk.cut_after = after;
    while (!log.empty() && log.back().index > after) log.pop_back();
    appended = committed;
    for (const Entry& e : log) {
        if (e.index <= committed.last.index) continue;
        if (auto done = apply(appended, e); !done) return fail(done.error().message);
    }
    durable_index = std::min(durable_index, after);
    for (Pending& p : pending) p.last_index = std::min(p.last_index, after);
}

// False: we lack what comes before.
bool Replica::Impl::append_all(const wire::Append& b) {
    if (b.snapshot && !install(*b.snapshot)) return false;
    if (!b.snapshot) {
        const auto term = term_at(b.prev.index);
        // Below what is kept in memory everything is committed, and so shared.
        const bool known_committed = b.prev.index < log_base.index;
        if (!known_committed && (!term || *term != b.prev.term)) return false;
    }
    Persist p;
    for (const Entry& e : b.entries) {
        if (e.index <= log_base.index) continue;
        if (const auto mine = term_at(e.index)) {
            if (*mine == e.term) continue;
            if (e.index <= committed.last.index) {
                fail("entry " + std::to_string(e.index) +
                     " is committed here, and the leader has another one");
                return true;
            }
            cut(e.index - 1, p);
        }
        if (!append(e)) return true;
        p.entries.push_back(e);
    }
    if (!p.entries.empty() || p.cut_after) persist(std::move(p));
    const std::uint64_t to = b.entries.empty() ? b.prev.index : b.entries.back().index;
    if (role != Role::candidate) verified = std::max(verified, std::min(to, appended.last.index));
    compact();
    return true;
}

// Committed state of the sender.  Nothing that we said is durable and that fits is ever dropped.
bool Replica::Impl::install(const State& snapshot) {
    if (snapshot.last.index <= committed.last.index) return true;
    if (const auto mine = term_at(snapshot.last.index); mine && *mine == snapshot.last.term) {
        if (role != Role::candidate) verified = std::max(verified, snapshot.last.index);
        commit_to(snapshot.last.index);
        return true;
    }
    committed = appended = snapshot;
    log.clear();
    log_base = snapshot.last;
    durable_index = 0;
    for (Pending& p : pending) p.last_index = 0;
    bytes_uncommitted = 0;
    say(Log::Level::info, "took the configuration " + to_string(committed.version()) + " whole");
    Persist p;
    p.snapshot = std::make_shared<const State>(committed);
    persist(std::move(p));
    out.push_back(Restored{committed.version()});
    answer_from_table();
    return true;
}

void Replica::Impl::order(Entry entry) {
    const Position prev = appended.last;
    entry.term = promised;
    entry.index = prev.index + 1;
    entry.prev_term = prev.term;
    entry.stamp = std::max(now.wall, appended.stamp);
    entry.digest_before = appended.digest();
    if (entry.kind != EntryKind::effect) {  // effects come with theirs
        xml::Element document = appended.document;
        if (auto done = cib::apply(document, entry.patch); !done) return fail(done.error().message);
        entry.digest_after = document.hash();
    }
    if (!append(entry)) return;
    verified = appended.last.index;
    broadcast(wire::Append{0, prev, std::nullopt, {entry}, committed.last.index});
    Persist p;
    p.entries.push_back(std::move(entry));
    persist(std::move(p));
    compact();
    say_durable();
}

// DURABLE(t, idx): what the leader of t ordered is on our disk up to idx, and so is our promise of t.
void Replica::Impl::say_durable() {
    if (failed || (role != Role::follower && role != Role::leader) || promise_durable != promised) return;
    const std::uint64_t index = std::min(durable_index, verified);
    if (index <= sent_durable) return;
    sent_durable = index;
    broadcast(wire::Durable{index});
}

// For one who lags: entries after what we share, or the committed state and what follows it.
void Replica::Impl::give(NodeId to, std::uint64_t common, const Position& last) {
    wire::Append a;
    a.to = to;
    a.committed = committed.last.index;
    const auto shared = [&]() -> std::optional<std::uint64_t> {
        if (const auto t = term_at(last.index); t && *t == last.term && last.index <= appended.last.index)
            return last.index;
        if (common <= appended.last.index && term_at(common)) return common;
        return std::nullopt;
    }();
    std::uint64_t from = committed.last.index;
    if (shared) {
        from = *shared;
        a.prev = {*term_at(from), from};
    } else {
        a.snapshot = committed;
        a.prev = committed.last;
    }
    const std::uint64_t to_index = std::min<std::uint64_t>(appended.last.index, from + kEntriesPerMessage);
    for (std::uint64_t i = from + 1; i <= to_index; ++i) a.entries.push_back(*entry_at(i));
    broadcast(std::move(a));
}

void Replica::Impl::need() {
    if (needed && now.monotonic - *needed < kAskAgain) return;
    needed = now.monotonic;
    broadcast(wire::Need{leader, committed.last.index, appended.last});
}

void Replica::Impl::compact() {
    while (log.size() > kLogKept && log.front().index < committed.last.index) {
        log_base = log.front().position();
        log.pop_front();
    }
    if (failed || persisted_since_snapshot < kSnapshotEvery) return;
    Persist p;
    p.snapshot = std::make_shared<const State>(committed);
    for (const Entry& e : log) {
        if (e.index > committed.last.index) p.entries.push_back(e);
    }
    persist(std::move(p));
    persisted_since_snapshot = 0;
}

}  // namespace muster::cib::replica
