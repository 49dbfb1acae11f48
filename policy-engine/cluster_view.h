// The cluster as its status shows it: nodes with their states, resources with their roles and places.  The planner's own
// reading of the document, for status screens and simulations; nothing is planned here.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "cib/model/cib.h"

namespace muster::policy {

struct NodeView {
    std::string name;
    std::string id;
    std::string kind;  // member remote guest
    bool online = false;
    bool unclean = false;
    bool pending = false;
    bool standby = false;
    bool maintenance = false;
    bool shutdown = false;
    bool is_dc = false;
};

struct ResourceView {
    std::string id;    // "web", instance "web:0"
    std::string kind;  // primitive group clone bundle
    std::string klass, provider, type;
    std::string role;  // Stopped Started Promoted Unpromoted; Starting Stopping Promoting Demoting Migrating: not done yet
    std::vector<std::string> nodes;  // where it is active
    bool unique = false;      // a clone whose instances differ
    bool promotable = false;
    bool managed = true;
    bool removed = false;     // configured no more
    bool failed = false;
    bool blocked = false;
    bool disabled = false;    // target-role=Stopped
    std::vector<ResourceView> children;
};

struct ClusterView {
    std::vector<NodeView> nodes;
    std::vector<ResourceView> resources;
    bool have_quorum = true;
};

ClusterView cluster_view(const cib::Cib& cib, WallTime now);

// One line for each node where an instance is active, sorted; numbers of anonymous instances are left out.
struct Placement {
    std::string resource;
    std::string node;
    std::string role;
    friend auto operator<=>(const Placement&, const Placement&) = default;
};
std::vector<Placement> placement(const ClusterView& view);

}  // namespace muster::policy
