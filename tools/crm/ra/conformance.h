// Does an agent behave as OCF (or LSB) says?  Each check is one line of a table.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/crm/ra/agent_run.h"

namespace muster::crm {

struct ConformanceCheck {
    enum class Verdict { passed, failed, advice };
    Verdict verdict = Verdict::passed;
    std::string name;
    std::string detail;   // what was seen and what was expected, if it did not pass
    Duration took{0};
};

// Runs the agent for real: start and stop included.  `each` is told of each check as soon as it is known.
std::vector<ConformanceCheck> check_conformance(const AgentUnderTest& agent, const std::function<void(const ConformanceCheck&)>& each);
std::string to_line(const ConformanceCheck& check);

// Runs `body` in fresh namespaces (network, mounts, processes, /run of its own) as process 1 and gives its exit status; what
// it started ends with it.  Needs root; an error says what is missing.
Result<int> in_sandbox(const std::function<int()>& body);

}  // namespace muster::crm
