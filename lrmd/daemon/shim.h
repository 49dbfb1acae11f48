// The small process that one operation runs under.  It outlives lrmd: it holds the agent's outputs, its time and its
// process group, and leaves the result as a file.
#pragma once

#include <string>

#include "lrmd/classes/invocation.h"
#include "lrmd/core/journal.pb.h"

namespace muster::lrmd {

inline constexpr int kShimClaimed = 3;  // exit status: another shim has this run
inline constexpr int kShimBroken = 4;   // exit status: it could not write its files; nothing was started

struct ShimOrder {
    std::string run_id;
    proto::Run run;
    Invocation invocation;
    std::string folder;  // of the traces
};

// In a fresh fork of lrmd; ends the process.
[[noreturn]] void run_shim(const ShimOrder& order);

// Class systemd (and service without a script): the operation as calls to systemd, within the order's timeout.
proto::Ended run_on_bus(const proto::Run& run);

}  // namespace muster::lrmd
