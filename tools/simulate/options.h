// What `crm simulate` was asked for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy-engine/playback.h"

namespace muster::crm::simulate {

enum class ChangeKind {
    node_up, node_down, node_fail, node_standby, node_online, node_maintenance, inject, quorum, watchdog,
    ticket_grant, ticket_revoke, ticket_standby, ticket_activate, attribute, parameter, meta, property
};

// One change made to the document before it is planned, in the order of the command line.
struct Change {
    ChangeKind kind;
    std::string target;  // node, ticket or resource
    std::string name;
    std::string value;
    policy::OperationFault fault;  // inject
};

struct Options {
    std::string in;         // file, "-": standard input, empty: the running cluster
    std::string graph, dot, placement, save, save_input;
    std::string at;         // empty: the document's execution-date, else now
    bool scores = false;
    bool run = false;
    bool json = false;
    bool quiet = false;
    bool help = false;
    std::vector<Change> changes;
    std::vector<policy::OperationFault> faults;
    std::vector<std::string> failing_fencings;
};

Result<Options> parse_options(const std::vector<std::string>& arguments);
std::string usage();

// RESOURCE_TASK_INTERVALMS@NODE=RC, as "web_monitor_10000@n1=7".
Result<policy::OperationFault> parse_fault(std::string_view text);

}  // namespace muster::crm::simulate
