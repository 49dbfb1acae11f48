// The status section as the planner and the readers of the CIB see it, made from the replicated state.
#pragma once

#include "cib/model/cib.h"
#include "crmd/core/state.h"

namespace muster::crmd {

cib::Status status_of(const State& state);
// What the cluster itself says on <cib>: have-quorum, dc-uuid.
void stamp(cib::Cib& cib, const State& state, NodeId dc);

}  // namespace muster::crmd
