// One operation of an agent, run here and now for a check: with its time, its outputs, its end.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "tools/crm/meta/agents.h"

namespace muster::crm {

struct AgentRun {
    int rc = -1;             // exit status; 128 + signal
    int signal = 0;          // that it died by, of its own
    bool timed_out = false;
    std::string out;
    std::string err;
    Duration took{0};
};

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct AgentUnderTest {
    AgentName name;
    std::string path;        // of the program
    Parameters parameters;
    std::string scratch = "/run/resource-agents";
    milliseconds timeout{20'000};
    bool alone = false;      // in a sandbox: every process that is new is the agent's
};

// In the environment of whatever it runs, NAME=value: tells its processes from others.
std::string process_mark();

// Blocks.  `more`: further variables, whole names.
AgentRun run_agent(const AgentUnderTest& agent, const std::string& operation, const Parameters& more = {});

}  // namespace muster::crm
