// A whole cluster with resources under faults, for one seed; invariants after every event.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/cluster_node.h"
#include "tests/sim/replica_world.h"

namespace muster::sim {

class ClusterWorld {
  public:
    using LogSink = std::function<void(const std::string&)>;
    ClusterWorld(std::uint64_t seed, LogSink log);
    Report run();

  private:
    void log(const std::string& line);
    void broken(const std::string& what);
    void check();
    void check_end();
    void configure();
    void edits();
    void schedule_faults();
    void fault();
    void fence(NodeId by, const std::string& target, std::function<void(bool)> done);
    void heal_everything();
    ClusterNode& node(NodeId id) { return *nodes_.at(id); }
    void later(Duration low, Duration high, std::function<void()> task) { sim_.after(sim_.between(low, high), std::move(task)); }

    Simulation sim_;
    LogSink log_;
    Report report_;
    std::vector<NodeId> ids_;
    std::unique_ptr<cluster::fake::Network> network_;
    ClusterEvents events_;
    std::map<NodeId, std::unique_ptr<ClusterNode>> nodes_;
    bool configured_ = false;
    bool faults_over_ = false;
    bool agents_fail_ = false;
    std::map<cib::replica::Term, NodeId> leaders_;
    std::map<std::uint64_t, std::uint64_t> digests_;  // of committed documents, by index
};

}  // namespace muster::sim
