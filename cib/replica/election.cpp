// R1 R2 R3 R7 R9: who leads.
#include <algorithm>
#include <utility>

#include "base/planted.h"
#include "cib/replica/impl.h"

namespace muster::cib::replica {

// R9: a new cluster begins when all nodes of the nodelist are here and none has a journal.
bool Replica::Impl::everybody_blank() const {
    if (!blank() || settings.nodes.empty()) return false;
    return std::all_of(settings.nodes.begin(), settings.nodes.end(), [&](const ListedNode& n) {
        if (n.id == settings.self) return true;
        const auto it = heard.find(n.id);
        return it != heard.end() && it->second.blank && !it->second.failed;
    });
}

// Raising terms where no era can come of it would only cost a later leader his.
bool Replica::Impl::may_try() const {
    if (failed) return false;
    return blank() ? everybody_blank() : half(present(), chain());
}

// R1: the lowest node id in the view that is not blank; after a stall the next.
std::optional<NodeId> Replica::Impl::chosen() const {
    std::vector<NodeId> fit;
    const bool first_start = everybody_blank();
    for (const NodeId node : view) {
        const auto it = heard.find(node);
        const bool known = it != heard.end();
        const bool is_blank = node == settings.self ? blank() : known && it->second.blank;
        const bool is_failed = node == settings.self ? failed : known && it->second.failed;
        if (!is_failed && (!is_blank || first_start)) fit.push_back(node);
    }
    if (fit.empty()) return std::nullopt;
    return fit[round % fit.size()];
}

void Replica::Impl::maybe_campaign() {
    if (leader != 0 || role == Role::leader || role == Role::candidate || !view.count(settings.self)) return;
    const bool all_spoke = std::all_of(view.begin(), view.end(), [&](NodeId node) {
        return node == settings.self || heard.count(node) != 0;
    });
    const bool waited = now.monotonic - view_since >= kWaitForHellos;
    if (!all_spoke && !waited) return;
    // A leader that stays through our coming will be heard; round moves on if it is not.
    if (round == 0) {
        for (const NodeId node : view) {
            const auto it = heard.find(node);
            if (it != heard.end() && it->second.leading && !it->second.failed) return;
        }
    }
    if (may_try() && chosen() == settings.self) campaign();
}

void Replica::Impl::campaign() {
    const Term term{std::max(highest_number, promised.number) + 1, settings.self};
    highest_number = term.number;
    promise(term);
    role = Role::candidate;
    candidacy.emplace();
    candidacy->repeated = now.monotonic;
    say(Log::Level::info, "collecting the others' state for era " + to_string(term));
}

void Replica::Impl::promise(const Term& term) {
    promised = term;
    highest_number = std::max(highest_number, term.number);
    role = blank() ? Role::blank : Role::recovering;
    leader = 0;
    active = false;
    candidacy.reset();
    verified = 0;
    sent_durable = 0;
    durable_by.clear();
    needed.reset();
    deferred.clear();
    refused.clear();
    heard_leader = now.monotonic;
    promise_on_disk(term);
}

void Replica::Impl::step_down(const std::string& why) {
    say(Log::Level::info,
        "no longer " + std::string{to_string(role)} + " of era " + to_string(promised) + ": " + why);
    role = blank() ? Role::blank : Role::recovering;
    leader = 0;
    active = false;
    candidacy.reset();
    deferred.clear();
    refused.clear();
    heard_leader = now.monotonic;
}

void Replica::Impl::collect() {
    if (promise_durable != promised) return;  // Durable comes back here
    candidacy->sent = true;
    candidacy->repeated = now.monotonic;
    const Term warm_term = warm.value_or(Term{});
    candidacy->states[settings.self] = {uuid, wire::StateReport{appended.last, warm_term, blank(), failed}};
    broadcast(wire::Collect{});
    evaluate_candidacy();
}

void Replica::Impl::report_state() {
    broadcast(
        wire::StateReport{{appended.last.term, appended.last.index}, warm.value_or(Term{}), blank(), failed});
}

Uuids Replica::Impl::answered() const {
    Uuids uuids;
    for (const auto& [node, said] : candidacy->states) {
        if (!said.second.failed) uuids.insert(counted(node, said.first));
    }
    return uuids;
}

namespace {

bool newer(const Position& a, const Position& b) {
    return planted(Bug::best_by_index) ? a.index > b.index : a > b;
}

}  // namespace

// R3: best = greatest last() among the STATEs; its voters decide; what we lack of it is fetched first.
void Replica::Impl::evaluate_candidacy() {
    if (!candidacy || !candidacy->sent || candidacy->fetching || failed) return;
    const bool all_answered = std::all_of(view.begin(), view.end(),
                                          [&](NodeId node) { return candidacy->states.count(node) != 0; });
    if (!all_answered && !majority(answered(), chain())) return;
    NodeId from = settings.self;
    Position best = appended.last;
    for (const auto& [node, said] : candidacy->states) {
        if (!said.second.failed && newer(said.second.last, best)) {
            best = said.second.last;
            from = node;
        }
    }
    if (from != settings.self) {
        candidacy->fetching = best;
        candidacy->repeated = now.monotonic;
        broadcast(wire::Fetch{from, committed.last.index, appended.last});
        return;
    }
    if (blank()) {
        if (all_answered && everybody_blank()) open(false);
        return;
    }
    if (majority(answered(), chain())) {
        open(false);
    } else if (all_answered && survivors_may_open()) {
        open(true);
    }
}

// R7: half of the votes go on alone once the others are surely off, and only those who were in the era that
// was active.
bool Replica::Impl::survivors_may_open() const {
    const VoterChain c = chain();
    const Uuids here = answered();
    if (!half(here, c) || !service_quorum) return false;
    for (const NodeId node : missing(here, c)) {
        if (view.count(node) || !confirmed_off.count(node)) return false;
    }
    if (planted(Bug::survivors_when_cold)) return true;
    return std::any_of(candidacy->states.begin(), candidacy->states.end(), [&](const auto& s) {
        return contains(c.newest(), s.second.first) && s.second.second.warm == appended.last.term &&
               s.second.second.warm.number != 0;
    });
}

// A leader that has lost the others, and knows that they are off, needs an era of those who are left.
void Replica::Impl::consider_survivors() {
    if (role != Role::leader || failed || !service_quorum) return;
    const VoterChain c = chain();
    const Uuids here = present();
    if (majority(here, c) || !half(here, c)) return;
    for (const NodeId node : missing(here, c)) {
        if (view.count(node) || !confirmed_off.count(node)) return;
    }
    if (warm == appended.last.term) campaign();
}

void Replica::Impl::open(bool survivors) {
    Entry entry;
    entry.kind = EntryKind::open;
    entry.survivors = survivors;
    entry.author = "hacluster";
    entry.client = "crmd";
    if (blank()) {
        cluster_uuid = settings.fresh_cluster_uuid;
        for (const auto& [node, said] : candidacy->states) {
            const auto n = std::find_if(settings.nodes.begin(), settings.nodes.end(),
                                        [&](const ListedNode& x) { return x.id == node; });
            if (n != settings.nodes.end()) entry.voters.push_back({node, said.first, n->votes});
        }
        entry.patch = diff(appended.document, settings.initial_document);
    } else if (survivors) {
        const VoterChain c = chain();
        const Uuids here = answered();
        for (const Voter& v : c.newest()) {
            if (here.count(v.uuid)) entry.voters.push_back(v);
        }
    }
    say(Log::Level::info, std::string{"opening era "} + to_string(promised) +
                              (survivors ? ": the other voters are confirmed off" : ""));
    role = Role::leader;
    leader = settings.self;
    candidacy.reset();
    last_beat = now.monotonic;
    verified = appended.last.index;
    order(std::move(entry));
}

// While corosync has lost its token (token + consensus: 2.2 s by default) nothing passes, and a silent leader is no sign
// of anything: it counts only when a message of our own came back and the leader's still did not.
bool Replica::Impl::ring_carries() {
    if (asked_ring <= heard_leader) {
        asked_ring = now.monotonic;
        hello();
        return false;
    }
    return ring_proved >= asked_ring && now.monotonic - ring_proved >= kBeatEvery;
}

void Replica::Impl::election_tick() {
    const Duration quiet = now.monotonic - heard_leader;
    if (role == Role::candidate) {
        if (now.monotonic - candidacy->repeated < kBeatEvery) return;
        if (candidacy->fetching && now.monotonic - candidacy->repeated >= kElectionStalls) {
            candidacy->fetching.reset();  // it is gone or slow: hear everybody again
            candidacy->states.clear();
        }
        collect();
        return;
    }
    if (leader != 0 && leader != settings.self && quiet >= kLeaderSilent && ring_carries()) {
        say(Log::Level::warning, "the leader " + name_of(leader) + " has been silent for " +
                                     std::to_string(quiet.count() / 1'000'000) + " s");
        if (const auto it = heard.find(leader); it != heard.end()) it->second.leading = false;
        if (chosen() == leader) ++round;
        leader = 0;
        active = false;
        role = blank() ? Role::blank : Role::recovering;
        heard_leader = now.monotonic;
    } else if (leader == 0 && quiet >= kElectionStalls) {
        heard_leader = now.monotonic;
        ++round;
    }
    if (leader == 0) maybe_campaign();
}

}  // namespace muster::cib::replica
