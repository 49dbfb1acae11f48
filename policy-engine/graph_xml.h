// A transition graph as Pacemaker writes it: for the graph yardsticks, for crm simulate and for saved transitions.
#pragma once

#include <string>

#include "policy-engine/plan.h"

namespace muster::policy {

struct GraphXmlOptions {
    int transition_id = 0;
    std::string feature_set = "3.20.5";  // crm_feature_set, as every action carries it
};

// <transition_graph>, pretty-printed, ends with a newline.
std::string graph_xml(const TransitionGraph& graph, const GraphXmlOptions& options = {});
// The same graph for Graphviz.
std::string graph_dot(const TransitionGraph& graph);

}  // namespace muster::policy
