// Changes to a CIB that `crm simulate` makes before planning: "what if".
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "cib/model/cib.h"
#include "tools/simulate/options.h"

namespace muster::crm::simulate {

// The error names the node, resource or ticket that is not there.
Result<void> apply(cib::Cib& cib, const Change& change, WallTime now);

}  // namespace muster::crm::simulate
