// A commented agent to begin with.
#pragma once

#include <string>

#include "base/result.h"

namespace muster::crm {

enum class AgentLanguage { shell, cpp };
// The text of a new agent: it works as it stands (a resource that is a file), and says where to put one's own.
Result<std::string> new_agent(const std::string& name, AgentLanguage language);

}  // namespace muster::crm
