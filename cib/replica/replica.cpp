#include "cib/replica/replica.h"

#include <algorithm>
#include <utility>

#include "base/planted.h"
#include "cib/replica/impl.h"

namespace muster::cib::replica {

std::string_view to_string(Role role) {
    switch (role) {
        case Role::blank:
            return "blank";
        case Role::recovering:
            return "recovering";
        case Role::follower:
            return "follower";
        case Role::candidate:
            return "candidate";
        case Role::leader:
            return "leader";
    }
    return "?";
}

Replica::Impl::Impl(Settings s, Disk disk)
    : settings{std::move(s)},
      cluster_uuid{disk.cluster_uuid},
      uuid{disk.uuid},
      promised{disk.promised},
      promise_durable{disk.promised},
      committed{std::move(disk.snapshot)},
      warm{settings.warm},
      highest_number{disk.promised.number} {
    log_base = committed.last;
    appended = committed;
    durable_index = committed.last.index;
    for (Entry& e : disk.entries) {
        if (!append(std::move(e))) break;
    }
    for (const Entry& e : log) {
        if (e.index > disk.committed || !apply(committed, e)) break;
    }
    durable_index = appended.last.index;
    committed_hint = committed.last.index;
    persisted_cluster = disk.cluster_uuid;
    highest_number = std::max(highest_number, appended.last.term.number);
}

void Replica::Impl::start() {
    heard_leader = view_since = now.monotonic;
    role = blank() ? Role::blank : Role::recovering;
    if (uuid == 0) {
        uuid = settings.fresh_uuid;
        Persist p;
        p.uuid = uuid;
        persist(std::move(p));
    }
    out.push_back(Restored{committed.version()});
}

void Replica::Impl::say(Log::Level level, std::string text) { out.push_back(Log{level, std::move(text)}); }

void Replica::Impl::broadcast(wire::Body body) {
    if (!view.count(settings.self)) return;  // corosync is gone: nobody would hear
    out.push_back(Broadcast{wire::encode(wire::Message{blank() ? 0 : cluster_uuid, uuid, promised, std::move(body)})});
}

void Replica::Impl::hello() {
    last_hello = now.monotonic;
    broadcast(wire::Hello{{appended.last.term, durable_index}, blank(), failed, role == Role::leader});
}

std::string Replica::Impl::name_of(NodeId node) const {
    for (const ListedNode& n : settings.nodes) {
        if (n.id == node && !n.name.empty()) return n.name;
    }
    return "node " + std::to_string(node);
}

ReplicaUuid Replica::Impl::counted(NodeId node, ReplicaUuid said) const {
    if (!planted(Bug::blank_votes)) return said;
    const VoterChain c = chain();
    const Voter* v = find(c.newest(), node);
    return v ? v->uuid : said;
}

Uuids Replica::Impl::present() const {
    Uuids uuids;
    const VoterChain c = chain();
    for (const NodeId node : view) {
        const auto it = heard.find(node);
        if (node == settings.self) {
            if (!failed) uuids.insert(counted(node, uuid));
        } else if (it != heard.end()) {
            if (!it->second.failed) uuids.insert(counted(node, it->second.uuid));
        } else if (const Voter* v = find(c.newest(), node)) {
            uuids.insert(v->uuid);  // has not spoken yet
        }
    }
    return uuids;
}

VoterChain Replica::Impl::chain() const {
    VoterChain c;
    c.base = committed.voters;
    for (std::uint64_t i = committed.last.index + 1; i <= appended.last.index; ++i) {
        const Entry* e = entry_at(i);
        if (e && !e->voters.empty()) c.changes.push_back({e->voters, e->survivors});
    }
    return c;
}

// R1, R10: who left takes his word with him; who joined says who he is.
void Replica::Impl::on(const cluster::ViewChanged& v) {
    const std::set<NodeId> fresh = take_view(v);
    if (!view.count(settings.self)) {
        if (role == Role::leader || role == Role::candidate) step_down("corosync is gone");
        return lose_leader();
    }
    if (candidacy) {
        std::erase_if(candidacy->states, [&](const auto& said) { return !view.count(said.first) || fresh.count(said.first); });
    }
    if (!fresh.empty()) greet(fresh);
    if (leader != 0 && leader != settings.self && !view.count(leader)) {
        say(Log::Level::info, "the leader " + name_of(leader) + " is gone");
        lose_leader();
    }
    heard_leader = now.monotonic;
    maybe_campaign();
    if (role == Role::candidate) evaluate_candidacy();
    consider_survivors();
    say_durable();
}

// Who is new in it, by our own list and by corosync's word.
std::set<NodeId> Replica::Impl::take_view(const cluster::ViewChanged& v) {
    std::set<NodeId> members, fresh;
    for (const auto& m : v.members) members.insert(m.node);
    for (const auto& m : v.joined) fresh.insert(m.node);
    for (const NodeId node : members) {
        if (!view.count(node)) fresh.insert(node);
    }
    for (const auto& d : v.departed) heard.erase(d.member.node);
    std::erase_if(heard, [&](const auto& said) { return !members.count(said.first) || fresh.count(said.first); });
    if (fresh.count(settings.self)) heard.clear();
    for (const NodeId node : fresh) confirmed_off.erase(node);
    view = std::move(members);
    view_since = now.monotonic;
    round = 0;
    return fresh;
}

void Replica::Impl::greet(const std::set<NodeId>& fresh) {
    hello();
    sent_durable = 0;
    needed.reset();
    if (role == Role::leader) broadcast(wire::Beat{appended.last, committed.last.index});
    if (role == Role::candidate) collect();
    if (fresh.count(settings.self)) send_requests(true);
}

void Replica::Impl::lose_leader() {
    leader = 0;
    active = false;
    role = blank() ? Role::blank : Role::recovering;
}

void Replica::Impl::on(const Durable& d) {
    if (failed) return;
    bool state = false;
    while (!pending.empty() && pending.front().ticket <= d.ticket) {
        const Pending& p = pending.front();
        durable_index = std::max(durable_index, p.last_index);
        if (p.promise) {
            promise_durable = *p.promise;
            state = true;
        }
        pending.pop_front();
    }
    if (durable_index > appended.last.index) durable_index = appended.last.index;
    if (state && promise_durable == promised) {
        if (role == Role::candidate && !candidacy->sent) collect();
        if (role == Role::recovering || role == Role::blank) report_state();
    }
    say_durable();
}

void Replica::Impl::on(const WriteFailed& w) { fail("the journal can not be written: " + w.why); }

void Replica::Impl::on(const Tick&) {
    if (!view.count(settings.self)) {
        requests_tick();
        return;
    }
    if (role == Role::leader && now.monotonic - last_beat >= kBeatEvery) {
        last_beat = now.monotonic;
        broadcast(wire::Beat{appended.last, committed.last.index});
        readmit();
    }
    election_tick();
    requests_tick();
}

void Replica::Impl::on(const ServiceQuorum& q) {
    service_quorum = q.quorate;
    if (role == Role::candidate) evaluate_candidacy();
    consider_survivors();
}

void Replica::Impl::on(const ConfirmedOff& off) {
    if (view.count(off.node)) return;  // it is here: whatever was confirmed was another life
    confirmed_off.insert(off.node);
    if (role == Role::candidate) evaluate_candidacy();
    consider_survivors();
}

// ---- the interface
// -------------------------------------------------------------------------------------------------

Replica::Replica(Settings settings, Disk disk)
    : impl_{std::make_unique<Impl>(std::move(settings), std::move(disk))} {}
Replica::~Replica() = default;
Replica::Replica(Replica&&) noexcept = default;
Replica& Replica::operator=(Replica&&) noexcept = default;

std::vector<Output> Replica::start(const Now& now) {
    impl_->now = now;
    impl_->start();
    impl_->report();
    return std::exchange(impl_->out, {});
}

std::vector<Output> Replica::step(const Now& now, const Input& input) {
    impl_->now = now;
    std::visit([this](const auto& in) { impl_->on(in); }, input);
    impl_->report();
    return std::exchange(impl_->out, {});
}

const State& Replica::committed() const { return impl_->committed; }
const Era& Replica::era() const { return impl_->era; }
Role Replica::role() const { return impl_->role; }
Term Replica::promised() const { return impl_->promised; }
Position Replica::last() const { return impl_->appended.last; }
ReplicaUuid Replica::uuid() const { return impl_->uuid; }
std::uint64_t Replica::cluster_uuid() const { return impl_->cluster_uuid; }
bool Replica::failed() const { return impl_->failed; }
Voters Replica::voters() const { return impl_->chain().newest(); }

}  // namespace muster::cib::replica
