// What goes into the fencer and what comes out.  Times are given with each input; nothing here reads a clock.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "fencing/core/device.h"
#include "fencing/core/topology.h"

namespace muster::fencing {

using ClientId = std::uint64_t;
using JobId = std::uint64_t;    // one run of an agent
using TimerId = std::uint64_t;

// Inputs -----------------------------------------------------------------------------------------------------------
struct Configure {
    std::vector<DeviceConfig> devices;
    std::vector<Level> levels;
    Duration default_timeout = seconds{60};
    std::string default_action = "reboot";
};
struct SawEra {
    std::uint64_t era = 0;
};
struct Query {
    ClientId client = 0;
    std::string request_id;
    std::string target;
    std::string action;
    NodeAttributes attributes;
};
struct Execute {
    ClientId client = 0;
    std::string request_id;
    std::uint64_t era = 0;
    std::string target;
    std::string action;      // empty: the default action
    Duration timeout{0};     // for each device; 0: the default
    Duration delay{0};
    NodeAttributes attributes;
    std::uint64_t dice = 0;  // for pcmk_delay_max
};
struct MonitorOrder {
    ClientId client = 0;
    std::string action_id;
    DeviceConfig device;     // parameters as the order carries them
    std::string operation;   // start stop monitor cancel
    Duration timeout = seconds{20};
    Duration interval{0};
    std::string user_data;
};
struct AgentDone {
    JobId job = 0;
    bool missing = false;    // there is no such agent
    std::string not_run;     // it could not be run: why
    bool timed_out = false;
    int signal = 0;
    int exit_status = 0;
    std::string out;
    std::string err;
    Duration took{0};
};
struct TimerFired {
    TimerId timer = 0;
};
struct ClientGone {          // its orders go on; nobody hears the result, the history has it
    ClientId client = 0;
};
using Input = std::variant<Configure, SawEra, Query, Execute, MonitorOrder, AgentDone, TimerFired, ClientGone>;

// Outputs ----------------------------------------------------------------------------------------------------------
struct RunAgent {
    JobId job = 0;
    std::string agent;
    std::string options;     // for its standard input
    Duration timeout{0};
    std::string target;      // of a fencing action, else empty
};
struct KillAgent {           // AgentDone for it follows, or may be in flight
    JobId job = 0;
};
struct ArmTimer {
    TimerId timer = 0;
    Duration delay{0};
};
struct Answer {              // to a query
    ClientId client = 0;
    std::string request_id;
    std::string target;
    std::vector<std::string> devices;
    std::string why_none;
};
struct Done {                // of an execute
    ClientId client = 0;
    std::string request_id;
    std::string target;
    std::string action;
    bool ok = false;
    std::string device;
    std::string error;
    std::string output_tail;
    Duration took{0};
    unsigned attempts = 0;
};
struct MonitorDone {
    ClientId client = 0;
    std::string action_id;
    std::string device;
    std::string operation;
    int rc = 0;
    bool timed_out = false;
    std::string exit_reason;
    Duration took{0};
    Duration interval{0};
    std::string user_data;
};
enum class Severity : std::uint8_t { info, notice, error };
struct Log {
    Severity severity = Severity::info;
    std::string text;
};
using Output = std::variant<RunAgent, KillAgent, ArmTimer, Answer, Done, MonitorDone, Log>;

}  // namespace muster::fencing
