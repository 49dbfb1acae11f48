// What is heard, and from whom.  View order gives speed and one commit point; safety rests on terms and
// promises alone.
#include <algorithm>
#include <utility>

#include "base/planted.h"
#include "cib/replica/impl.h"

namespace muster::cib::replica {

void Replica::Impl::on(const Message& message) {
    auto m = wire::decode(message.bytes);
    if (!m) {
        // An effect that we do not know: never guess.
        say(Log::Level::error, "from " + name_of(message.sender) + ": " + m.error().message);
        if (m.error().code == ErrorCode::unsupported) fail(m.error().message);
        return;
    }
    if (is_ours(message.sender, *m)) hear(message.sender, *m);
}

// Two clusters are never merged; a blank replica has none yet.
bool Replica::Impl::is_ours(NodeId sender, const wire::Message& m) {
    if (m.cluster_uuid == 0 || blank() || m.cluster_uuid == cluster_uuid) return true;
    if (foreign.insert(sender).second) {
        say(Log::Level::error, name_of(sender) +
                                   " carries the configuration of another cluster; it is left alone. " +
                                   "Empty the journal of the node that is to give its configuration up");
    }
    return false;
}

void Replica::Impl::hear(NodeId sender, const wire::Message& m) {
    highest_number = std::max(highest_number, m.term.number);
    // Who was blank when he said hello is not once he speaks for a cluster.
    if (const auto it = heard.find(sender); it != heard.end() && m.cluster_uuid != 0) it->second.blank = false;
    if (sender == settings.self && ring_proved < asked_ring) ring_proved = now.monotonic;
    std::visit([&](const auto& body) { take(sender, m, body); }, m.body);
}

// R4: only the term's own node leads it; a higher term than the promised one is promised first.
bool Replica::Impl::from_leader(NodeId sender, const wire::Message& m) {
    if (sender != m.term.node || sender == settings.self) return false;
    if (m.term < promised) {
        // It does not know of the higher promise: tell it.
        if (now.monotonic - last_hello >= kAskAgain) hello();
        return false;
    }
    if (planted(Bug::two_leaders) && role == Role::leader && m.term > promised) return false;
    if (m.term > promised) {
        if (role == Role::leader) step_down(name_of(sender) + " leads the newer era " + to_string(m.term));
        promise(m.term);
    }
    return true;
}

void Replica::Impl::take(NodeId sender, const wire::Message& m, const wire::Hello& b) {
    if (sender == settings.self) return;
    heard[sender] = Heard{m.uuid, b.last, m.term, b.blank, b.failed, b.leading};
    if (b.failed && sender == leader) {
        leader = 0;
        active = false;
        if (role == Role::follower) role = Role::recovering;
    }
    // Somebody has promised more than our era: the post is kept by a new era of ours.
    if (role == Role::leader && m.term > promised && !(b.leading && m.term.node == sender)) {
        say(Log::Level::info,
            name_of(sender) + " has promised " + to_string(m.term) + ": a new era is needed");
        campaign();
        return;
    }
    maybe_campaign();
    if (role == Role::candidate) evaluate_candidacy();
}

void Replica::Impl::take(NodeId sender, const wire::Message& m, const wire::Collect&) {
    if (sender == settings.self || m.term.node != sender) return;
    if (planted(Bug::two_leaders) && role == Role::leader) return;
    if (m.term > promised) {
        if (role == Role::leader || role == Role::candidate)
            step_down(name_of(sender) + " collects for " + to_string(m.term));
        promise(m.term);  // STATE is sent when it is on the disk
    } else if (m.term == promised && (role == Role::recovering || role == Role::blank)) {
        heard_leader = now.monotonic;  // it still collects
        if (promise_durable == promised) report_state();
    }
}

void Replica::Impl::take(NodeId sender, const wire::Message& m, const wire::StateReport& b) {
    if (role != Role::candidate || m.term != promised) return;
    auto& said = heard[sender];
    said.uuid = m.uuid;
    said.blank = b.blank;
    said.failed = b.failed;
    candidacy->states[sender] = {m.uuid, b};
    evaluate_candidacy();
}

void Replica::Impl::take(NodeId sender, const wire::Message& m, const wire::Append& b) {
    if (role == Role::candidate && candidacy->fetching && m.term == promised && b.to == settings.self) {
        if (blank()) cluster_uuid = m.cluster_uuid;  // the cluster began while we were collecting
        append_all(b);                               // what we lacked of the best log
        if (!candidacy) return;                      // it contradicts what is committed here: we stand no more
        candidacy->fetching.reset();
        evaluate_candidacy();
        return;
    }
    if (!from_leader(sender, m)) return;
    if (b.to != 0 && b.to != settings.self) return;
    leader = sender;
    role = Role::follower;
    heard_leader = now.monotonic;
    if (failed) return;
    if (blank()) cluster_uuid = m.cluster_uuid;
    if (!append_all(b)) {
        need();
        return;
    }
    if (b.to != 0) needed.reset();
    count();
    commit_to(std::min(b.committed, verified));
    say_durable();
}

void Replica::Impl::take(NodeId, const wire::Message& m, const wire::Durable& b) {
    if (m.term != promised) return;
    auto& index = durable_by[m.uuid];
    index = std::max(index, b.index);
    count();
}

void Replica::Impl::take(NodeId sender, const wire::Message& m, const wire::Beat& b) {
    if (!from_leader(sender, m)) return;
    leader = sender;
    role = Role::follower;
    heard_leader = now.monotonic;
    if (failed) return;
    if (verified < b.last.index || appended.last.index < b.last.index) {
        if (term_at(b.last.index) == b.last.term) {
            verified = b.last.index;  // one writer for each term: the same last entry, the same log
        } else {
            need();
        }
    }
    commit_to(std::min(b.committed, verified));
    if (b.committed < std::min(durable_index, verified))
        sent_durable = 0;  // ours may have been lost on the way
    say_durable();
}

void Replica::Impl::take(NodeId sender, const wire::Message& m, const wire::Need& b) {
    if (role != Role::leader || m.term != promised || b.leader != settings.self) return;
    give(sender, b.common, b.last);
}

void Replica::Impl::take(NodeId sender, const wire::Message& m, const wire::Fetch& b) {
    if (b.from != settings.self || m.term != promised || m.term.node != sender) return;
    if (role == Role::recovering) give(sender, b.common, b.last);
}

void Replica::Impl::take(NodeId, const wire::Message&, const wire::ClientRequest& b) {
    if (role == Role::leader && !failed) judge(b);
}

void Replica::Impl::take(NodeId, const wire::Message& m, const wire::Refusal& b) {
    if (b.id.session != settings.session || m.term < promised) return;
    const auto it = outstanding.find(b.id.sequence);
    if (it == outstanding.end()) return;
    if (!b.outcome && b.outcome.error().code == ErrorCode::timeout) {  // the leader's pipeline is full
        it->second.again = now.monotonic + kBusyRetry;
        return;
    }
    finish(b.id.sequence, b.outcome);
}

}  // namespace muster::cib::replica
