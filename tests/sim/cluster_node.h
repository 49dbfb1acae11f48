// One node of the whole-cluster simulation: the real coordinator (with its replica), the real planner and lrmd's real
// core; fake are corosync, the disk, the agents and the fence device.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cluster/fake/network.h"
#include "crmd/core/coordinator.h"
#include "crmd/protocol/crmd.pb.h"
#include "fencing/protocol/fencing.pb.h"
#include "lrmd/core/core.h"
#include "tests/sim/fake_disk.h"
#include "tests/sim/simulation.h"

namespace muster::sim {

// What the world decides or wants to hear.
struct ClusterEvents {
    std::function<void(const std::string& line)> log;
    std::function<void(const std::string& what)> broken;
    // A fence device is told to reboot a node: the answer comes when it is off, or false.
    std::function<void(NodeId by, const std::string& target, std::function<void(bool)> done)> fence;
    std::function<void(NodeId, const crmd::proto::Message&)> to_client;
    std::function<bool()> agent_fails;  // this time
};

class ClusterNode {
  public:
    ClusterNode(Simulation& sim, cluster::fake::Network& network, NodeId id, std::vector<NodeId> all, ClusterEvents& events);

    void power_on();
    void power_off();
    void crash_crmd();
    void start_crmd();
    void crash_lrmd();  // shims and resources go on
    void start_lrmd();
    void ask(crmd::proto::Message request);  // a local client

    NodeId id() const { return id_; }
    bool powered() const { return powered_; }
    bool crmd_runs() const { return core_ != nullptr; }
    crmd::Coordinator* core() { return core_.get(); }
    const std::set<std::string>& active() const { return active_; }  // resources that really run here
    void kill_resource(const std::string& resource) { active_.erase(resource); }
    static std::string name(NodeId id) { return "node" + std::to_string(id); }

  private:
    struct Shim {  // lives on when lrmd dies
        lrmd::proto::Run run;
        bool ended = false;
        lrmd::proto::Ended result;
    };
    void feed(const crmd::Input& input);
    void carry_out(std::vector<crmd::Output> outputs);
    void write_journal();
    void log_pending(const cib::Cib& cib, std::uint64_t plan) const;
    void tick();
    void to_daemon(const crmd::ToDaemon& message);
    void link_up(crmd::Daemon daemon);
    void lrmd_step(const lrmd::Input& input);
    void lrmd_outputs(lrmd::Outputs outputs);
    void lrmd_tick();
    void start_run(const std::string& run_id, const lrmd::proto::Run& run);
    void end_run(const std::string& run_id);
    int effect_of(const lrmd::proto::Run& run);
    Duration in_order(Instant& last, Duration low, Duration high);
    void watch_orders(const lrmd::proto::Message& message);
    void watch_results(const lrmd::proto::Message& message);
    void on_fenced(const fencing::proto::Message& message);
    void from_fenced(const fencing::proto::Message& message, Duration delay);
    crmd::Now now() const;

    Simulation& sim_;
    cluster::fake::Network& network_;
    NodeId id_;
    std::vector<NodeId> all_;
    ClusterEvents& events_;
    bool powered_ = false;
    std::uint64_t boots_ = 0;
    std::uint64_t crmd_life_ = 0;
    std::uint64_t lrmd_life_ = 0;

    FakeDisk disk_;
    std::optional<cib::replica::JournalEncoder> encoder_;
    std::deque<cib::replica::Persist> to_write_;
    bool writing_ = false;
    std::optional<cib::replica::Term> warm_;
    std::unique_ptr<cluster::fake::Endpoint> endpoint_;
    std::unique_ptr<crmd::Coordinator> core_;
    std::deque<crmd::Input> inputs_;
    bool feeding_ = false;

    std::unique_ptr<lrmd::Core> lrmd_;
    std::uint64_t session_ = 0;
    Instant last_out_, last_in_;  // a socket keeps its order
    std::vector<lrmd::proto::JournalRecord> lrmd_journal_;  // on this boot's tmpfs
    std::map<std::string, Shim> shims_;
    std::set<std::string> started_ids_;                     // action ids whose agent ran on this boot
    std::set<std::string> active_;
    std::set<std::string> cancelled_;                       // recurring operations that nobody wants any more
    std::map<std::string, fencing::proto::Message> fenced_answers_;
    std::set<std::string> fenced_running_;
};

}  // namespace muster::sim
