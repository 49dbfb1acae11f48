// The lists that a notification carries.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "policy-engine/actions.h"

namespace muster::policy {

struct NotifyLists {
    // Name ("start", "active" ...) with instances and the nodes beside them, in the same order.
    std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::string>>>> pairs;
    std::string inactive, available, all_nodes, all_hosts;
};
NotifyLists notify_lists(Actions& a, RscIx clone, const std::vector<RscIx>& members);
void add_notify_lists(const NotifyLists& lists, StringMap& meta);

}  // namespace muster::policy
