// The era in one sentence, for status and logs.
#include "cib/replica/impl.h"

namespace muster::cib::replica {

std::string Replica::Impl::reason() const {
    if (!view.count(settings.self)) return "corosync is not connected";
    if (failed) return "this replica votes no more: " + failure;
    if (role == Role::leader || role == Role::follower) {
        const std::string who = role == Role::leader ? "this node leads" : name_of(leader) + " leads";
        if (!active) return who + " era " + to_string(promised) + ", which is being opened";
        if (!majority(present(), chain()))
            return who + " era " + to_string(promised) + "; " + read_only_reason();
        return who + " era " + to_string(promised);
    }
    if (blank()) {
        return everybody_blank()
                   ? "a new cluster is being created"
                   : "this node has no configuration yet and waits for one that has, or for all nodes of the "
                     "nodelist to start a new cluster";
    }
    if (majority(present(), chain())) return "a leader is being chosen";
    return read_only_reason();
}

void Replica::Impl::report() {
    // Any committed entry of the term says that its OPEN is committed.
    active = leader != 0 && committed.last.term == promised;
    if (active && contains(committed.voters, uuid)) warm = promised;
    Era e;
    e.leader = leader;
    e.term = promised;
    e.active = active && leader != 0;
    const VoterChain c = chain();
    const Uuids here = present();
    e.writable = e.active && view.count(settings.self) && majority(here, c);
    e.warm = warm.has_value();
    e.warm_term = warm.value_or(Term{});
    if (!c.newest().empty()) e.missing = missing(here, c);
    if (e.leader == era.leader && e.term == era.term && e.active == era.active &&
        e.writable == era.writable && e.warm_term == era.warm_term && e.missing == era.missing && !era.reason.empty() &&
        role != Role::blank && role != Role::recovering && role != Role::candidate) {
        return;
    }
    e.reason = reason();
    if (e == era) return;
    const bool now_writable = e.writable && (!era.writable || e.term != era.term);
    era = std::move(e);
    out.push_back(EraChanged{era});
    if (now_writable) send_requests(true);
}

}  // namespace muster::cib::replica
