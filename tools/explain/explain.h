// `crm explain`: why a resource is where it is, or is nowhere; why an action is in the plan and what it waits for.  All of
// it is looked up in the planner's own record (Plan): nothing is computed a second time.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "base/result.h"
#include "policy-engine/cluster_view.h"
#include "policy-engine/plan.h"
#include "tools/simulate/simulate.h"

namespace muster::crm {

struct NodeVerdict {
    std::string node;
    std::string state;  // why the node can run nothing, or empty
    Score score;
    std::vector<policy::ScoreTerm> terms;
};

struct ResourceExplanation {
    std::string resource;
    std::string role;                  // now
    std::vector<std::string> nodes;    // now
    std::vector<policy::Reason> decisions;
    std::vector<NodeVerdict> verdicts;  // best first
    std::vector<std::string> actions;   // what the plan does with it
    std::string remedy;                 // what would change it; may be empty
};

struct ActionExplanation {
    std::string action;   // "web_start_0 on n1"
    std::string reason;
    std::vector<std::string> waits_for;  // milestones looked through
    std::vector<std::string> waited_for_by;
};

// The error names what is near.
Result<ResourceExplanation> explain_resource(const policy::Plan& plan, const policy::ClusterView& view,
                                             const std::string& resource, const std::string& node = {});
Result<std::vector<ActionExplanation>> explain_action(const policy::Plan& plan, const std::string& action);

std::string text(const ResourceExplanation& e);
std::string text(const ActionExplanation& e);
std::string json(const ResourceExplanation& e);
std::string json(const std::vector<ActionExplanation>& all);

// [--in FILE] [--at TIME] [-o json] RESOURCE [NODE] | --action KEY[@NODE]
int explain_main(const std::vector<std::string>& arguments, const SimulateWorld& world, std::ostream& out,
                 std::ostream& err);

}  // namespace muster::crm
