// Where a CIB to be planned comes from, and for which moment.
#pragma once

#include <string>

#include "tools/simulate/simulate.h"

namespace muster::crm::simulate {

// A file, "-" for standard input, empty for the running cluster.
Result<cib::Cib> load_cib(const std::string& in, const SimulateWorld& world);
// `at`, else when the document says that it is to be evaluated, else now.
Result<WallTime> moment(const std::string& at, const cib::Cib& cib, WallTime now);

}  // namespace muster::crm::simulate
