// R5: an entry is committed when voters with more than half of the votes have said DURABLE for it in this
// term, and the term's own OPEN is covered.  All members of a view count the same messages in the same order.
#include <algorithm>
#include <set>
#include <utility>

#include "base/planted.h"
#include "cib/replica/impl.h"

namespace muster::cib::replica {

// Where this term's OPEN stands in our log; 0: not here yet.
std::uint64_t Replica::Impl::open_index() const {
    for (std::uint64_t i = appended.last.index; i > log_base.index; --i) {
        const Entry* e = entry_at(i);
        if (e->term != promised) break;
        if (e->kind == EntryKind::open) return i;
    }
    return 0;
}

void Replica::Impl::count() {
    if (role != Role::leader && role != Role::follower) return;
    if (committed.last.index >= verified) return;
    std::set<std::uint64_t> candidates;  // highest first
    for (const auto& [id, index] : durable_by) candidates.insert(std::min(index, verified));
    const std::uint64_t opened = committed.last.term == promised ? 1 : open_index();
    const VoterChain c = chain();
    for (auto it = candidates.rbegin(); it != candidates.rend() && *it > committed.last.index; ++it) {
        const bool covered = opened != 0 && *it >= opened;
        if (!covered && !planted(Bug::commit_without_open)) return;
        Uuids have;
        for (const auto& [id, index] : durable_by) {
            if (index >= *it) have.insert(id);
        }
        if (planted(Bug::blank_votes)) {
            for (const NodeId node : view) {
                const auto h = heard.find(node);
                const ReplicaUuid said = node == settings.self ? uuid : h == heard.end() ? 0 : h->second.uuid;
                if (have.count(said)) have.insert(counted(node, said));
            }
        }
        if (majority(have, c)) return commit_to(*it);
    }
}

void Replica::Impl::commit_to(std::uint64_t index) {
    while (!failed && committed.last.index < index) {
        const Entry* e = entry_at(committed.last.index + 1);
        if (!e) return;
        commit_one(*e);
    }
    settle_deferred();
}

void Replica::Impl::commit_one(const Entry& entry) {
    if (auto done = apply(committed, entry); !done) return fail(done.error().message);
    bytes_uncommitted -= std::min(bytes_uncommitted, wire::size_of(entry));
    out.push_back(Committed{entry, committed.version()});
    if (entry.request.session == settings.session) {
        finish(entry.request.sequence, Done{entry.index, committed.version(), entry.result});
    }
    // After a cold start it counts whether a change of voters is known to be in force.
    if (!entry.voters.empty()) persist(Persist{});
}

// R9, R7: listed nodes that are here, caught up and no voters become voters; one change at a time.
void Replica::Impl::readmit() {
    const VoterChain c = chain();
    if (role != Role::leader || failed || !active || !c.changes.empty() || !era.writable) return;
    for (const ListedNode& n : settings.nodes) {
        const auto h = heard.find(n.id);
        if (h == heard.end() || h->second.failed || !view.count(n.id)) continue;
        const ReplicaUuid id = h->second.uuid;
        if (id == 0 || contains(c.base, id)) continue;
        const auto has = durable_by.find(id);
        if (has == durable_by.end() || has->second < committed.last.index) continue;
        Entry entry;
        entry.kind = EntryKind::set_voters;
        entry.author = "hacluster";
        entry.client = "crmd";
        entry.voters = c.base;
        std::erase_if(entry.voters, [&](const Voter& v) { return v.node == n.id; });
        entry.voters.push_back({n.id, id, n.votes});
        std::sort(entry.voters.begin(), entry.voters.end());
        say(Log::Level::info, name_of(n.id) + " has caught up and becomes a voter");
        return order(std::move(entry));
    }
}

}  // namespace muster::cib::replica
