// A whole cluster of replicas under faults, for one seed; invariants after every event.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/replica_node.h"

namespace muster::sim {

struct Report {
    bool ok = true;
    std::string failure;
    std::uint64_t events = 0;
    std::uint64_t commits = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t eras = 0;
    std::uint64_t faults = 0;
};

class ReplicaWorld {
  public:
    using LogSink = std::function<void(const std::string&)>;
    ReplicaWorld(std::uint64_t seed, LogSink log);
    Report run();

  private:
    struct Known {  // a committed entry
        cib::replica::Term term;
        std::uint64_t digest = 0;
    };
    void check();
    void check_end();
    void broken(const std::string& what);
    void log(const std::string& line);
    void on_committed(NodeId node, const cib::replica::Committed& committed);
    ReplicaNode& node(NodeId id) { return *nodes_.at(id); }
    ReplicaNode* leader();
    NodeId any_node();

    // faults.cpp
    void schedule_faults();
    void fault();
    void crash(NodeId id);
    void freeze(NodeId id);
    void slow_disk(NodeId id);
    void write_error(NodeId id);
    void power_cycle(NodeId id, Duration off_for, bool may_wipe);
    void outage();
    void partition();
    bool may_wipe(NodeId id) const;
    void watch_fencing();
    void fence(NodeId by, NodeId target);
    void strike_new_leader(NodeId id);
    void heal_everything();
    void clients(NodeId id);
    void later(Duration low, Duration high, std::function<void()> task);

    Simulation sim_;
    LogSink log_;
    Report report_;
    std::vector<NodeId> ids_;
    std::unique_ptr<cluster::fake::Network> network_;
    ReplicaEvents events_;
    std::map<NodeId, std::unique_ptr<ReplicaNode>> nodes_;
    bool faults_over_ = false;
    unsigned strike_percent_ = 0;
    bool storm_ = false;
    std::set<NodeId> wiped_;
    std::map<NodeId, Instant> fencing_;

    std::map<cib::replica::Term, NodeId> leaders_;
    std::map<std::uint64_t, Known> history_;
    std::map<cib::replica::RequestId, std::uint64_t> carried_out_;
    std::map<std::string, std::uint64_t> acknowledged_;
    std::uint64_t next_edit_ = 1;
};

}  // namespace muster::sim
