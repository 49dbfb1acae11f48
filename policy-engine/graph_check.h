// The laws of every transition graph: ids are dense, a trigger names an action that is there, nothing waits for itself.
#pragma once

#include <string>
#include <vector>

#include "policy-engine/plan.h"

namespace muster::policy {

// What is wrong with it, one sentence each; empty: valid.
std::vector<std::string> graph_errors(const TransitionGraph& graph);

// Ids in an order in which the actions may be carried out (the smallest id that may go, first).  Shorter than the graph
// if there is a loop.
std::vector<int> execution_order(const TransitionGraph& graph);

}  // namespace muster::policy
