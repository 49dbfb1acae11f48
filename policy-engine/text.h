// A plan as people read it: the decisions with their reasons, then what will be done and what each step waits for.
#pragma once

#include <string>

#include "policy-engine/plan.h"

namespace muster::policy {

// "start db n1", "monitor/10s db n1", "fence n2 (reboot)".
std::string describe(const Action& action);
// Milestones are left out: what waits for one waits for the actions before it.  Ends with a newline, or is empty.
std::string to_text(const TransitionGraph& graph);
std::string to_text(const Plan& plan);

}  // namespace muster::policy
