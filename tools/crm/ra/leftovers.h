// What an agent may leave behind: processes, mounts, addresses, files of its own.  Looked at before and after.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace muster::crm {

struct Surroundings {
    std::set<std::string> processes;  // "PID name"
    std::set<std::string> mounts;     // "what on where"
    std::set<std::string> addresses;  // "ip on interface"
    std::set<std::string> files;      // in the agents' scratch folder
};
struct Leftover {
    bool harmless = false;
    std::string text;
};

Surroundings look_around(const std::string& scratch);
std::vector<Leftover> new_things(const Surroundings& before, const Surroundings& after);
// Why the comment block of an init script does not do; empty if it does.
std::string lsb_header_problem(const std::string& path);

}  // namespace muster::crm
