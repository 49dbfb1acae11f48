// Write quorum: more than half of the votes of the voter set that the journal itself records.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "cib/replica/types.h"

namespace muster::cib::replica {

using Uuids = std::set<ReplicaUuid>;

std::uint64_t votes(const Voters& voters);
std::uint64_t votes_of(const Uuids& present, const Voters& voters);
bool majority(const Uuids& present, const Voters& voters);  // more than half
bool half(const Uuids& present, const Voters& voters);      // half or more
bool all(const Uuids& present, const Voters& voters);
const Voter* find(const Voters& voters, NodeId node);
bool contains(const Voters& voters, ReplicaUuid uuid);

// The voter set that is surely committed, then every change that may or may not be, oldest first.
struct VoterChange {
    Voters voters;
    bool survivors = false;  // rule R7: in force once all of `voters` have it
};
struct VoterChain {
    Voters base;
    std::vector<VoterChange> changes;
    const Voters& newest() const { return changes.empty() ? base : changes.back().voters; }
};
// Majority of the newest and of every set that a change not known to be committed came from.  A survivors'
// change is resolved when all of its voters take part: then nobody else can have gone on from the set before
// it.
bool majority(const Uuids& present, const VoterChain& chain);
// Rule R7 needs its condition for every set that may be in force.
bool half(const Uuids& present, const VoterChain& chain);
// Voters of any set in force whose replica is not present, ascending.
std::vector<NodeId> missing(const Uuids& present, const VoterChain& chain);

}  // namespace muster::cib::replica
