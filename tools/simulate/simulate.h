// `crm simulate`: what the cluster would do about a CIB, from a file or from the running cluster.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "cib/model/cib.h"

namespace muster::crm {

// What only a shell can give.
struct SimulateWorld {
    WallTime now;
    std::function<Result<cib::Cib>()> running_cluster;  // empty: --in is required
    // The process ends right after: a large CIB is left to the kernel, for freeing it record by record takes a tenth of the run.
    bool last_act = false;
};

// Exit status: 0; 1 for what cannot be read or done; 2 for wrong usage.
int simulate_main(const std::vector<std::string>& arguments, const SimulateWorld& world, std::ostream& out,
                  std::ostream& err);
// With the real clock, without a running cluster.
int simulate_main(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace muster::crm
