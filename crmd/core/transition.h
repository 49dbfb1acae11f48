// The executor of a transition graph: which actions may be ordered now.  Only the DC has one.
//
// A new plan replaces the graph at once.  What is in flight stays a fact: an action of the new graph that is the same
// as one in flight is that one; an action that has to do with a resource in flight, or that waited in the old graph for
// an action still in flight, waits for it.  Nothing waits for unrelated actions.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "crmd/core/state.h"
#include "policy-engine/plan.h"

namespace muster::crmd {

struct Limits {
    int total = 0;             // batch-limit; 0: none
    int node = 0;              // node-action-limit; 0: as each node told (twice its cores)
    int migrations = -1;       // per node; -1: none
};

class Transition {
  public:
    void adopt(std::shared_ptr<const policy::Plan> plan, std::uint64_t number, const State& state);
    // Actions whose time has come, within the limits; pseudo ones are passed through here.  Each is named once.
    std::vector<const policy::Action*> ready(const State& state, const Limits& limits);
    void ordered(const policy::Action& action, const std::string& id);
    void put_back(const policy::Action& action);  // not now after all
    // It came to an end while the plan was being made from a state in which it was in flight.
    void was_done(const std::string& identity);
    // True if it was one of this graph's.
    bool completed(const std::string& id, bool ok);
    // What was in flight has ended before what this graph wanted first: nothing more of it is ordered.
    bool overtaken() const { return overtaken_; }
    bool mine(const std::string& id) const { return by_order_.count(id) != 0; }
    const policy::Action* action_of(const std::string& order_id) const;

    std::uint64_t number() const { return number_; }
    std::size_t total() const { return steps_.size(); }
    std::size_t done() const { return done_; }
    bool idle() const { return by_order_.empty() && active_ == 0; }  // nothing of it ordered, nothing in flight
    const policy::Plan* plan() const { return plan_.get(); }
    std::string why_waiting() const;  // one sentence; empty if nothing waits

  private:
    enum class Progress : std::uint8_t { waiting, given, in_flight, done, failed };
    struct Step {
        Progress progress = Progress::waiting;
        int missing = 0;               // of the actions before it, not done yet
        std::size_t lane = 0;
        std::string identity;
        std::vector<int> successors;
    };
    // Actions for one executor whose predecessors are all done, best first; what takes no slot is in the first lane.
    struct Lane {
        std::string node;
        std::set<std::pair<int, int>> open;  // (-priority, action)
    };
    struct Load { int jobs = 0, migrations = 0; };
    const policy::Action& action(int id) const { return plan_->graph.actions[static_cast<std::size_t>(id)]; }
    Step& step(int id) { return steps_[static_cast<std::size_t>(id)]; }
    void lay_out();
    void take_up_flights(const State& state);
    void set(int id, Progress progress);
    void opened(int id);
    std::map<std::string, Load> loads(const State& state) const;
    void pick(const Lane& lane, const State& state, const Limits& limits, Load load, std::vector<const policy::Action*>& out) const;
    bool executor_is_here(const policy::Action& action, const State& state) const;
    bool held_by_flight(const policy::Action& action, const State& state) const;
    void remember_waiters(const State& state);

    std::shared_ptr<const policy::Plan> plan_;
    std::uint64_t number_ = 0;
    bool overtaken_ = false;
    std::vector<Step> steps_;               // by action
    std::vector<Lane> lanes_;
    std::size_t done_ = 0, active_ = 0;     // steps that are done; that are given or in flight
    std::map<std::string, int> by_order_;   // order or fencing record id -> action
    // Identities of the actions that waited for an order still in flight when its graph was replaced.
    std::map<std::string, std::set<std::string>> waiters_;
};

// The resource's name in lrmd and in the history: an anonymous clone's instances have no number there.
const std::string& name_on_node(const policy::Action& action);
// What a fencing action of the graph tells the device: off, reboot, on.
std::string fence_action_of(const policy::Action& action);
// The same action in two graphs, or in a graph and in flight.
std::string identity(const policy::Action& action);
std::string identity(const wire::Order& order);

}  // namespace muster::crmd
