// The words of the era journal (doc/replication.md): terms, voters, entries.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "base/names.h"
#include "base/time.h"
#include "cib/change/patch.h"

namespace muster::cib::replica {

// An era's name.  Only `node` may lead it, once: it persists the number before it uses it.
struct Term {
    std::uint64_t number = 0;
    NodeId node = 0;
    friend auto operator<=>(const Term&, const Term&) = default;
};
std::string to_string(const Term& term);  // "7.2": number.node

// Where an entry stands; the greater one is the newer log.  One writer for each term, so (term, index) names
// an entry.
struct Position {
    Term term;
    std::uint64_t index = 0;
    friend auto operator<=>(const Position&, const Position&) = default;
};

// Random, made with the disk's journal.  A disk that was wiped has another one and is no voter until it is
// readmitted.
using ReplicaUuid = std::uint64_t;

struct Voter {
    NodeId node = 0;
    ReplicaUuid uuid = 0;
    std::uint32_t votes = 1;
    friend auto operator<=>(const Voter&, const Voter&) = default;
};
using Voters = std::vector<Voter>;  // ascending by node

// Who asked and which of its requests it is: one session is one life of a crmd.
struct RequestId {
    std::uint64_t session = 0;  // 0: nobody asked
    std::uint64_t sequence = 0;
    friend auto operator<=>(const RequestId&, const RequestId&) = default;
};

enum class EntryKind : std::uint8_t {
    open,        // first of an era; the very first one also carries the initial document
    effect,      // a change of the document
    set_voters,  // C -> C', by joint majorities
};

struct Entry {
    Term term;
    std::uint64_t index = 0;
    Term prev_term;
    EntryKind kind = EntryKind::effect;
    Patch patch;
    std::uint64_t digest_before = 0;
    std::uint64_t digest_after = 0;
    Voters voters;           // set_voters, and open where it changes them; else empty
    bool survivors = false;  // an OPEN by rule R7: commits when all of `voters` have it
    RequestId request;
    std::string author;  // user
    std::string client;  // program
    std::string result;  // what the asker gets
    WallTime stamp;
    Position position() const { return {term, index}; }
};

}  // namespace muster::cib::replica
