#include "fencing/core/topology.h"

#include <regex.h>

#include <algorithm>

namespace muster::fencing {
namespace {

bool matches(const std::string& pattern, const std::string& text) {
    regex_t compiled;
    if (::regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB) != 0) return false;
    const bool result = ::regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
    ::regfree(&compiled);
    return result;
}

// 0: by name, 1: by pattern, 2: by attribute, 3: does not hold.
int rank(const Level& level, const std::string& target, const NodeAttributes& attributes) {
    if (!level.target.empty()) return level.target == target ? 0 : 3;
    if (!level.target_pattern.empty()) return matches(level.target_pattern, target) ? 1 : 3;
    const auto it = attributes.find(level.target_attribute);
    return it != attributes.end() && it->second == level.target_value ? 2 : 3;
}

}  // namespace

std::vector<Level> levels_for(const std::vector<Level>& all, const std::string& target,
                              const NodeAttributes& attributes) {
    int best = 3;
    for (const auto& level : all) best = std::min(best, rank(level, target, attributes));
    std::vector<Level> result;
    for (const auto& level : all) {
        if (best < 3 && rank(level, target, attributes) == best) result.push_back(level);
    }
    std::stable_sort(result.begin(), result.end(), [](const Level& a, const Level& b) { return a.index < b.index; });
    return result;
}

std::vector<Step> steps_of(const std::vector<std::string>& devices, const std::string& action) {
    std::vector<Step> steps;
    const bool apart = devices.size() > 1 && action == "reboot";
    for (const auto& device : devices) steps.push_back({device, apart ? "off" : action, false});
    for (const auto& device : devices) {
        if (apart) steps.push_back({device, "on", true});
    }
    return steps;
}

}  // namespace muster::fencing
