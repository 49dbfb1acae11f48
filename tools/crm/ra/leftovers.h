// What an agent may leave behind: processes, mounts, addresses, files of its own.  Looked at before and after.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace muster::crm {

struct NodeTraces {
    std::set<std::string> processes;  // "PID name"
    std::set<std::string> mounts;     // "what on where"
    std::set<std::string> addresses;  // "ip on interface"
    std::set<std::string> files;      // in the agents' scratch folder
};
struct Leftover {
    bool harmless = false;
    std::string text;
};

// `mark`: only processes that have it in their environment; empty: all.
NodeTraces look_around(const std::string& scratch, const std::string& mark);
std::vector<Leftover> new_things(const NodeTraces& before, const NodeTraces& after);
// Why the comment block of an init script does not do; empty if it does.
std::string lsb_header_problem(const std::string& path);

}  // namespace muster::crm
