// Agents that are installed: which there are and what they say of themselves (their meta-data).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace muster::crm {

struct AgentName {
    std::string klass;     // ocf, stonith, systemd, lsb, service
    std::string provider;  // of class ocf
    std::string type;
};
std::string to_string(const AgentName& name);  // "ocf:heartbeat:IPaddr2"

struct AgentParameter {
    std::string name;
    std::string shortdesc;
    std::string longdesc;
    std::string type;
    std::string value_default;
    bool required = false;
    bool unique = false;
    bool obsolete = false;
};
struct AgentAction {
    std::string name;
    std::string timeout;
    std::string interval;
    std::string role;
};
struct AgentMeta {
    std::string name;
    std::string shortdesc;
    std::string longdesc;
    std::vector<AgentParameter> parameters;
    std::vector<AgentAction> actions;
    const AgentParameter* parameter(std::string_view name) const;
};

// Providers of class ocf that have this type: heartbeat first, then pacemaker, then the others by name.
std::vector<std::string> ocf_providers(const std::string& type);
// The file of the agent; empty if it is not installed (systemd units and the like have none).
std::string agent_path(const AgentName& name);
bool agent_installed(const AgentName& name);
// Runs the agent with "meta-data" ("-o metadata"), or takes it from the cache on disk.
Result<std::string> agent_metadata(const AgentName& name);
Result<AgentMeta> parse_metadata(const std::string& xml);
Result<AgentMeta> agent_meta(const AgentName& name);
// Parameters that every fence device takes besides its agent's (pcmk_host_list ...).
const std::vector<AgentParameter>& fencing_parameters();

}  // namespace muster::crm
