// An agent's meta-data as a page for people.
#pragma once

#include <string>
#include <vector>

#include "tools/crm/meta/agents.h"

namespace muster::crm {

std::string describe_agent(const AgentName& name, const AgentMeta& meta);
// What is wrong with these parameters by the meta-data: unknown names, missing required ones, values of the wrong type.
std::vector<std::string> check_parameters(const AgentMeta& meta, const std::vector<std::pair<std::string, std::string>>& given);

}  // namespace muster::crm
