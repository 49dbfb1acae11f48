#include "cib/replica/quorum.h"

#include <algorithm>

namespace muster::cib::replica {

std::uint64_t votes(const Voters& voters) {
    std::uint64_t sum = 0;
    for (const Voter& v : voters) sum += v.votes;
    return sum;
}

std::uint64_t votes_of(const Uuids& present, const Voters& voters) {
    std::uint64_t sum = 0;
    for (const Voter& v : voters) sum += present.count(v.uuid) ? v.votes : 0;
    return sum;
}

bool majority(const Uuids& present, const Voters& voters) {
    return 2 * votes_of(present, voters) > votes(voters);
}

bool half(const Uuids& present, const Voters& voters) {
    const std::uint64_t all_votes = votes(voters);
    return all_votes > 0 && 2 * votes_of(present, voters) >= all_votes;
}

bool all(const Uuids& present, const Voters& voters) {
    return !voters.empty() && std::all_of(voters.begin(), voters.end(),
                                          [&](const Voter& v) { return present.count(v.uuid) != 0; });
}

const Voter* find(const Voters& voters, NodeId node) {
    const auto it =
        std::find_if(voters.begin(), voters.end(), [&](const Voter& v) { return v.node == node; });
    return it == voters.end() ? nullptr : &*it;
}

bool contains(const Voters& voters, ReplicaUuid uuid) {
    return std::any_of(voters.begin(), voters.end(), [&](const Voter& v) { return v.uuid == uuid; });
}

bool majority(const Uuids& present, const VoterChain& chain) {
    if (chain.newest().empty()) return false;  // an empty journal: nobody may vote
    for (std::size_t i = chain.changes.size(); i-- > 0;) {
        const VoterChange& change = chain.changes[i];
        if (change.survivors && all(present, change.voters)) return true;
        if (!majority(present, change.voters)) return false;
    }
    return chain.base.empty() || majority(present, chain.base);
}

bool half(const Uuids& present, const VoterChain& chain) {
    if (chain.newest().empty()) return false;
    return (chain.base.empty() || half(present, chain.base)) &&
           std::all_of(chain.changes.begin(), chain.changes.end(),
                       [&](const VoterChange& c) { return half(present, c.voters); });
}

std::vector<NodeId> missing(const Uuids& present, const VoterChain& chain) {
    std::set<NodeId> nodes;
    const auto add = [&](const Voters& voters) {
        for (const Voter& v : voters) {
            if (!present.count(v.uuid)) nodes.insert(v.node);
        }
    };
    add(chain.base);
    for (const VoterChange& c : chain.changes) add(c.voters);
    return {nodes.begin(), nodes.end()};
}

}  // namespace muster::cib::replica
