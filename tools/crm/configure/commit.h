// From the editing session to the store.
#pragma once

#include <vector>

#include "tools/crm/check/checks.h"
#include "tools/crm/shell/context.h"

namespace muster::crm {

// Checks and stores what the session changed.  `force` goes on in spite of errors of the checks.
int commit(Context& context, bool force);
// Prints them; true if there is an error among them.
bool report_findings(Context& context, const std::vector<Finding>& findings);
// Leaving the configure level: commits what waits (asks a person), drops the session.
int end_editing(Context& context);

}  // namespace muster::crm
