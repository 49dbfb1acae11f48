// A fence device as configured: a stonith resource's instance attributes, the pcmk_* ones among them taken out and
// read once (Pacemaker Explained, "Special Meta-Attributes for Fencing Resources").
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace muster::fencing {

// How it is known whether a device reaches a node.
enum class HostCheck : std::uint8_t {
    automatic,     // not said: see effective_check()
    static_list,   // pcmk_host_list, pcmk_host_map
    dynamic_list,  // the agent's action list
    status,        // the agent's action status says something about the node
    none,          // every node
};

// How one action is run on a device.
struct ActionPolicy {
    std::string command;             // what the agent is told: pcmk_off_action, else the action's own name
    std::optional<Duration> timeout; // pcmk_off_timeout
    int tries = 2;                   // pcmk_off_retries: runs within one time budget
};

struct DeviceConfig {
    std::string id;
    std::string agent;
    std::vector<std::pair<std::string, std::string>> parameters;
    bool runs_here = false;
    friend bool operator==(const DeviceConfig&, const DeviceConfig&) = default;
};

struct Device {
    std::string id;
    std::string agent;
    std::map<std::string, std::string> parameters;          // for the agent: no pcmk_*
    HostCheck check = HostCheck::automatic;
    std::vector<std::string> hosts;                         // of pcmk_host_list and pcmk_host_map
    std::map<std::string, std::string> ports;               // node -> outlet(s), of pcmk_host_map
    std::optional<std::string> host_argument;               // "none": the agent gets no outlet
    std::map<std::string, ActionPolicy> actions;            // those that differ from the default
    std::map<std::string, Duration> delay_of;               // pcmk_delay_base as a map
    Duration delay_base{0};
    Duration delay_max{0};
    int action_limit = 1;                                   // -1: no limit

    ActionPolicy policy(const std::string& action) const;
    // pcmk_delay_base of the target and a share of what pcmk_delay_max leaves, chosen by the dice.
    Duration delay(const std::string& target, std::uint64_t dice) const;
};

Result<Device> read_device(const DeviceConfig& config);

// What an agent says of itself.
struct AgentInfo {
    std::vector<std::string> actions;
    std::string host_argument;    // "plug" or "port"; empty: it takes no outlet
    bool unfences = false;        // its "on" is automatic: a node needs it to join
    bool offers(const std::string& action) const;
};
Result<AgentInfo> read_metadata(const std::string& xml);
// For an agent whose metadata cannot be had: what nearly all offer.
AgentInfo presumed_agent();

HostCheck effective_check(const Device& device, const AgentInfo& agent);
const char* to_string(HostCheck check);

// The nodes in the output of an agent's "list": lines "outlet,alias", or words.  Both names of a line count.
std::vector<std::string> read_host_list(const std::string& output);

// What the agent reads on its standard input.
std::string agent_options(const Device& device, const AgentInfo& agent, const std::string& command,
                          const std::string& target);

}  // namespace muster::fencing
