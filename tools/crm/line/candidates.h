// What Tab offers here and now: complete() with the session's document and the agents that are installed.
#pragma once

#include <string>
#include <vector>

#include "tools/crm/line/complete.h"
#include "tools/crm/shell/context.h"

namespace muster::crm {

std::vector<Candidate> candidates(Context& context, const std::string& line_to_cursor);

}  // namespace muster::crm
