// Plays a transition to its end on a CIB: what the status would say if every action did what was expected of it, or
// failed as told.  The history is written as the cluster writes it, so the result can be planned again.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "cib/model/cib.h"
#include "policy-engine/plan.h"

namespace muster::policy {

// This operation ends with this exit status instead of the expected one.
struct OperationFault {
    std::string resource;  // the instance's or the history's name
    std::string task;
    milliseconds interval{0};
    std::string node;
    int rc = 1;
};

struct PlaybackOptions {
    WallTime now;
    int transition_id = 0;
    std::vector<OperationFault> faults;
    std::vector<std::string> failing_fencings;  // nodes whose fencing fails
    // A node that was told to shut down has left at the end; false: it is still there, idle.
    bool leave_on_shutdown = true;
};

struct Playback {
    cib::Cib cib;
    std::vector<int> done;     // ids in the order in which they ended
    std::vector<int> failed;
    std::vector<int> skipped;  // waited for a failed one
};

Playback play(const cib::Cib& cib, const TransitionGraph& graph, const PlaybackOptions& options);

// Records a result as the cluster would: the history entry and, for a failure, the fail count.  For faults that are to
// have happened before the plan is made.
struct OperationResult {
    std::string resource;  // the history's name
    std::string klass, provider, type;
    std::string task;
    milliseconds interval{0};
    std::string node;
    int rc = 0;
    int expected_rc = 0;
};
void record(cib::Cib& cib, const OperationResult& result, WallTime now);

}  // namespace muster::policy
