// One node of the replica's simulation: the real replica and journal format on a fake disk and a fake corosync, and a
// client that commits numbered edits.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cib/replica/journal_format.h"
#include "cib/replica/replica.h"
#include "cluster/fake/network.h"
#include "tests/sim/fake_disk.h"
#include "tests/sim/simulation.h"

namespace muster::sim {

// What everybody who watches wants to hear.
struct ReplicaEvents {
    std::function<void(NodeId, const cib::replica::Committed&)> committed;
    std::function<void(NodeId, const std::string& edit, const cib::replica::Done&)> acknowledged;
    std::function<void(NodeId, const std::string& what)> broken;   // what must never happen
    std::function<void(NodeId, const std::string& line)> log;
};

class ReplicaNode {
  public:
    ReplicaNode(Simulation& sim, cluster::fake::Network& network, NodeId id, std::vector<NodeId> all, ReplicaEvents& events)
        : sim_{sim}, network_{network}, id_{id}, all_{std::move(all)}, events_{events} {}

    void power_on();           // corosync and the process
    void power_off();          // everything at once; the disk keeps what it has synced, more or less
    void crash();              // kill -9 of the process alone; what was written is in the page cache
    void start_process();
    void wipe_disk();          // only while it is off
    void corosync_lost();      // the view is gone
    void confirm_off(NodeId other);
    void edit(const std::string& name);  // ask for a numbered edit

    bool powered() const { return powered_; }
    bool running() const { return replica_ != nullptr; }
    NodeId id() const { return id_; }
    cib::replica::Replica* replica() { return replica_.get(); }
    const std::set<NodeId>& view() const { return view_; }
    bool service_quorum() const { return quorate_; }
    void set_slow_disk(Duration most) { slowest_sync_ = most; }
    void fail_writes(bool on) { fail_next_write_ = on; }

  private:
    void feed(const cib::replica::Input& input);
    void on_messaging(const cluster::Event& event);
    void carry_out(std::vector<cib::replica::Output> outputs);
    void work_on_disk();
    void tick();
    cib::replica::Now now() const;

    Simulation& sim_;
    cluster::fake::Network& network_;
    NodeId id_;
    std::vector<NodeId> all_;
    ReplicaEvents& events_;
    FakeDisk disk_;
    bool powered_ = false;
    std::uint64_t life_ = 0;  // of the process
    std::unique_ptr<cluster::fake::Endpoint> endpoint_;
    std::unique_ptr<cib::replica::Replica> replica_;
    std::optional<cib::replica::JournalEncoder> encoder_;
    std::deque<cib::replica::Persist> to_write_;
    bool writing_ = false;
    bool fail_next_write_ = false;
    Duration slowest_sync_ = milliseconds{2};
    std::optional<cib::replica::Term> warm_;  // its /run: gone with the power
    std::set<NodeId> view_;
    cluster::RingId ring_;
    cluster::QuorumChanged quorum_;
    bool quorate_ = false;
    std::uint64_t next_handle_ = 1;
    std::map<std::uint64_t, std::string> asked_;
};

// The evaluator of numbered edits: "NAME" appends an element of that id; if it were applied twice its count would say so.
Result<cib::replica::Evaluated> evaluate_edit(const xml::Element& document, const cib::replica::Request& request,
                                              WallTime stamp);
// id -> how often it was applied.
std::map<std::string, int> edits_in(const xml::Element& document);

}  // namespace muster::sim
