// A decision of the planner in an operator's words, the same on the status screen and in the plan before a change.
#pragma once

#include <string>

#include "base/xml/element.h"
#include "policy-engine/plan.h"

namespace muster::crm::status {

// The plan, in whose reasons what rules each node out is named where a resource has none: that costs, so only then.
policy::Plan plan_with_causes(const cib::Cib& cib, WallTime now);
// "move web from node1 to node2 (node1 is in standby)"
std::string decision_text(const policy::Reason& reason, const xml::Element& configuration);
// The cause alone, for a sentence: "no node may run it".
std::string cause_text(const policy::Reason& reason);

}  // namespace muster::crm::status
