// What `crm simulate` prints.
#pragma once

#include <optional>
#include <string>

#include "policy-engine/cluster_view.h"
#include "policy-engine/plan.h"
#include "policy-engine/playback.h"

namespace muster::crm::simulate {

struct Report {
    policy::ClusterView before;
    policy::Plan plan;
    std::optional<policy::Playback> played;
    std::optional<policy::ClusterView> after;
    bool scores = false;
};

std::string text(const Report& report);
std::string json(const Report& report);
// {"initial": [[resource, node, role], ...], "final": [...]}.
std::string placement_json(const policy::ClusterView& before, const policy::ClusterView& after);

}  // namespace muster::crm::simulate
