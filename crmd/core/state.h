// The replicated volatile state: who is here, what ran where with which result, what is in flight, who is being fenced.
//
// Never on disk.  Every member holds the same one, because each applies the same messages in the agreed order (apply.h);
// joiners get it as a snapshot.  The configuration is not in here: the era journal has it (cib/replica).
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "base/names.h"
#include "cib/model/cib.h"
#include "cluster/messaging.h"
#include "crmd/protocol/cluster.pb.h"

namespace muster::crmd {

enum class Life : std::uint8_t {
    unseen,     // configured, but not heard of since the cluster began to work
    up,         // its crmd is in the view
    crmd_lost,  // its crmd died or left without goodbye: what ran there counts as running, nothing is ordered there
    lost,       // gone: may be running anything until it is fenced
    down,       // left cleanly, or is known to be off
};

// A recurring operation that is set on a node.
struct RecurringKey {
    std::string resource;
    std::string operation;
    std::int64_t interval_ms = 0;
    friend auto operator<=>(const RecurringKey&, const RecurringKey&) = default;
};

struct NodeFacts {
    NodeId id = 0;
    std::string name;
    std::string boot_id;
    Life life = Life::unseen;
    bool joined = false;         // its report has been applied: it can be given work
    bool shutting_down = false;  // said goodbye; its departure will be clean
    std::uint32_t jobs = 0;      // operations at once that it takes
    std::map<std::string, std::string> attributes;          // transient
    std::map<std::string, std::string> private_attributes;  // kept out of the CIB
    std::map<std::string, cib::ResourceHistory> history;
    std::map<RecurringKey, wire::Order> recurring;
    cluster::RingId quorum_ring;  // what it last said of quorum, and for which ring
    bool quorate = false;
};

struct State {
    std::map<NodeId, NodeFacts> nodes;
    std::map<std::string, wire::Order> in_flight;         // by action id
    std::map<std::string, wire::FencingRecord> fencing;   // by record id; finished ones are kept for a while
    bool started = false;            // work has begun (all were there, or dc-deadtime passed)
    std::set<std::string> absent;    // the operator says that these are off
    cluster::RingId ring;
    std::uint64_t era_number = 0;    // newest whose DC said that it leads; older orders are nothing
    NodeId dc = 0;                   // the one that said so: nobody else's orders count

    NodeFacts* node(const std::string& name);
    const NodeFacts* node(const std::string& name) const;
    const NodeFacts* node(NodeId id) const;
};

bool is_open(const wire::FencingRecord& record);   // assigned or begun
bool is_unfencing(const wire::FencingRecord& record);  // lets the target in ("on") instead of cutting it off

// Quorum as the members told it in the agreed order.
enum class Quorum : std::uint8_t { unknown, no, yes };
// What `speaker` (the DC) said, if it said it of the ring that we are in.
Quorum quorum_of(const State& state, NodeId speaker);

}  // namespace muster::crmd
