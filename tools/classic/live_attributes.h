// Node attributes of the running cluster: kept by crmd, not edited in the document.
#pragma once

#include <string>

#include "tools/classic/attribute.h"
#include "tools/classic/report.h"

namespace muster::classic {

// This node's name: crmd's word, or the host's where the CIB is a file.
std::string local_node(Context& context, Store& store);
// crm_attribute -l reboot, -t status, -p.
Exit run_live_attribute(Context& context, Report& report, Store& store, const AttributeRequest& request);

}  // namespace muster::classic
