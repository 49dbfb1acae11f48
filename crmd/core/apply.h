// What each delivered message and view means for the replicated state.  Pure: every member gets the same result.
#pragma once

#include <string>
#include <vector>

#include "crmd/core/state.h"

namespace muster::crmd {

struct Completed {
    std::string action_id;
    bool ok = false;
    bool recurring = false;  // its first result: nothing waits for that
};
// What it changed, beside the state.
struct Applied {
    std::vector<Completed> completed;  // orders and fencing records that are over
    std::string unexpected;            // not empty: a fact that needs a new plan, in a few words
    std::vector<wire::Order> dropped;  // recurring operations that are over
    bool changed = false;              // the status section looks different
    std::vector<std::string> events;   // one line each for logs and subscribers
};

Applied apply_view(State& state, const cluster::ViewChanged& view);
Applied apply_ring(State& state, const cluster::RingChanged& ring);
Applied apply_hello(State& state, NodeId sender, const wire::MemberHello& hello);
Applied apply_report(State& state, NodeId sender, const wire::NodeReport& report);
Applied apply_quorum(State& state, NodeId sender, const wire::QuorumReport& report);

Applied apply_order(State& state, NodeId sender, const wire::Order& order);
Applied apply_outcome(State& state, NodeId sender, const wire::Outcome& outcome);
Applied apply_forget(State& state, const wire::Forget& forget);
Applied apply_clear(State& state, const wire::ClearFailCount& clear);
Applied apply_attribute(State& state, const wire::AttributeChange& change);

Applied apply_fence(State& state, NodeId sender, const wire::FencingRecord& record);
Applied apply_fence_begin(State& state, const wire::FenceBegin& begin);
Applied apply_fence_done(State& state, const wire::FenceDone& done);
Applied apply_fence_confirm(State& state, const wire::FenceConfirm& confirm);

Applied apply_leads(State& state, NodeId sender, const wire::Leads& leads);
Applied apply_started(State& state, const wire::Started& started);
Applied apply_give_up(State& state, const wire::CrmdGiveUp& give_up);
Applied apply_shutdown(State& state, const wire::Shutdown& shutdown);
Applied apply_leaving(State& state, const wire::Leaving& leaving);

// What would let in a node that is not here (any more): not done, if it is not under way already.
void drop_unfencing(State& state, Applied& applied);
// The node's old life is over: nothing of it runs any more.
void end_life(State& state, NodeFacts& node, Applied& applied);

}  // namespace muster::crmd
