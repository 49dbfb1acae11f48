// A whole cluster in memory for readable tests: real coordinators and the real planner over one ordered queue, a virtual
// clock, agents and fence devices that do at once what they are told (or what a test says).  No loss, no delay: the
// simulator (tests/sim) is for that.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "crmd/core/coordinator.h"
#include "crmd/protocol/crmd.pb.h"
#include "fencing/protocol/fencing.pb.h"
#include "lrmd/protocol/lrmd.pb.h"

namespace muster::crmd::test {

struct Ran {
    std::string node, operation, resource;
    std::int64_t interval_ms = 0;
    friend bool operator==(const Ran&, const Ran&) = default;
};

class SmallCluster {
  public:
    explicit SmallCluster(unsigned count);
    void boot(NodeId id);               // corosync, lrmd, fenced and crmd come up
    void lose(NodeId id);               // power loss, seen by the others
    void kill_crmd(NodeId id);          // its crmd dies; lrmd goes on
    void settle(Duration time = milliseconds{500});  // until nothing happens any more, at least this long
    std::string commit(const std::string& verb, const std::string& section, const std::string& xml);  // answer's text, "" if fine
    proto::Message ask(NodeId node, proto::Message request);

    Coordinator& core(NodeId id) { return *nodes_.at(id)->core; }
    NodeId dc() const;
    bool runs(NodeId id, const std::string& resource) const { return nodes_.at(id)->active.count(resource) != 0; }
    std::vector<NodeId> where(const std::string& resource) const;
    std::vector<Ran> ran;                                        // all that agents did, probes and monitors left out
    std::vector<Ran> watches;  // recurring operations that began
    std::vector<std::string> fenced;                             // targets that were cut off, in order
    std::vector<std::pair<std::string, std::string>> fence_runs; // action and target of all runs of fence agents
    std::function<int(const Ran&)> agent;                        // exit status instead of the obvious one; -1: hangs
    std::function<void(const lrmd::proto::Run&)> on_run;         // each order as it comes to lrmd
    bool agents_take_time = false;                               // their results come with the next tick of 50 ms
    std::function<bool(const std::string& target)> fence_works;  // default: yes
    std::function<void(NodeId sender, const std::string& bytes)> on_message;  // each message, before its delivery

    // A message of this member, in the agreed order: late, or one that it should not have sent.
    void say(NodeId id, const wire::Wire& message);
    // Sends what a recurring monitor found, outside its schedule.
    void monitor_says(NodeId id, const std::string& resource, int rc);
    static std::string name(NodeId id) { return "node" + std::to_string(id); }

  private:
    struct Node {
        bool power = false, process = false;
        std::unique_ptr<Coordinator> core;
        cib::replica::Disk disk;              // what its journal has
        std::set<std::string> active;         // resources that run here
        std::map<std::string, lrmd::proto::Run> recurring;
        std::set<std::string> known;          // action ids that were started
        std::uint64_t sequence = 0, incarnation = 0, boots = 0;
    };
    void input(NodeId id, Input what);
    void carry_out(NodeId id, std::vector<Output> outputs);
    void view();
    bool deliver_one();
    void on_lrmd(NodeId id, const lrmd::proto::Message& m);
    bool run_agent(NodeId id, const lrmd::proto::Run& run, lrmd::proto::Result& r);
    void on_fenced(NodeId id, const fencing::proto::Message& m);
    void start_core(NodeId id);
    Now now() const { return {Instant{clock_}, WallTime{1'700'000'000'000'000 + clock_}}; }

    std::map<NodeId, std::unique_ptr<Node>> nodes_;
    std::deque<std::pair<NodeId, std::string>> wire_;
    std::deque<std::pair<NodeId, Input>> later_;
    std::deque<std::pair<NodeId, Input>> next_tick_;
    std::map<std::uint64_t, proto::Message> answers_;
    std::int64_t clock_ = 1'000'000;
    std::uint64_t ring_ = 0, next_tag_ = 1;
    std::set<NodeId> view_;
    ClientId next_client_ = 1;
};

}  // namespace muster::crmd::test
