// Which agents are installed on this node.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "tools/crm/meta/agents.h"

namespace muster::crm {

std::vector<std::string> agent_classes();
// Of class ocf: all providers, or those that have this type; of class stonith: none.
std::vector<std::string> agent_providers(const std::string& type = {});
// Types of a class; of ocf those of one provider, or of all.
Result<std::vector<std::string>> agent_types(const std::string& klass, const std::string& provider = {});
// "IPaddr2", "heartbeat:IPaddr2", "ocf:heartbeat:IPaddr2", "lsb:x"; "IPaddr2 ocf heartbeat" as three words is joined by
// the caller.  Refuses what is not installed.
Result<AgentName> find_agent(const std::string& text);

}  // namespace muster::crm
