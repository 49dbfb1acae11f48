// Fencing levels: which devices, in which order, for a node (Pacemaker Explained, "Fencing Topology").
#pragma once

#include <map>
#include <string>
#include <vector>

namespace muster::fencing {

struct Level {
    std::string target;            // exactly one of target,
    std::string target_pattern;    // pattern (extended regular expression)
    std::string target_attribute;  // or attribute and value
    std::string target_value;
    unsigned index = 1;
    std::vector<std::string> devices;
};

using NodeAttributes = std::map<std::string, std::string>;

// The levels that hold for the target, lowest index first; those by name win over pattern, pattern over attribute.
std::vector<Level> levels_for(const std::vector<Level>& all, const std::string& target, const NodeAttributes& attributes);

// One run of an agent in a plan to fence.
struct Step {
    std::string device;
    std::string action;
    bool may_fail = false;  // powering on again: the target is off by then, which is what counts
};

// A level of several devices cuts every one before it powers any on again: with two power supplies a "reboot" of one
// after the other would leave the node running.
std::vector<Step> steps_of(const std::vector<std::string>& devices, const std::string& action);

}  // namespace muster::fencing
