// A resource as the planner knows it: what is configured, what its history says, what this run decides.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/xml/element.h"
#include "policy-engine/kinds.h"

namespace muster::policy {

// One <op> of a resource as configured.
struct OpConfig {
    std::string id;
    std::string name;
    std::int64_t interval_ms = 0;
    Role role = Role::unknown;
    bool enabled = true;
    const xml::Element* xml = nullptr;
};

// What instances of one configured primitive share.
struct Definition {
    const xml::Element* xml = nullptr;
    const xml::Element* tmpl = nullptr;
    std::string klass, provider, type;
    std::vector<OpConfig> ops;
    std::vector<const xml::Element*> param_sets_of_owners;  // elements whose instance_attributes apply, inner first
    bool params_use_rules = false;
    std::map<int, std::shared_ptr<StringMap>> params_cache;  // by node, or kNone
    bool reloadable_needed = false;
};

struct BundleReplica {
    int index = 0;
    std::string ip_address;
    RscIx ip = kNone, container = kNone, remote = kNone, child = kNone;
    NodeIx node = kNone;  // the guest node
};

struct BundleInfo {
    std::string agent;  // docker, podman
    int replicas = 1;
    int per_host = 1;
    int promoted_max = 0;
    std::string control_port;
    bool has_ip = false;
    bool add_host = true;
    RscIx child_clone = kNone;
    std::vector<BundleReplica> list;
};

struct Resource {
    std::string id;       // "web", instance "web:0"
    std::string base;     // as configured, without instance number
    std::string history;  // the name that the node's history has
    RscKind kind = RscKind::primitive;
    RscIx self = kNone, parent = kNone;
    int instance = kNone;             // number within its clone
    std::vector<RscIx> children;
    const xml::Element* xml = nullptr;
    std::shared_ptr<Definition> def;  // primitives
    StringMap meta;

    // What the meta attributes say.
    bool managed = true, maintenance = false, removed = false, critical = true;
    bool blocked = false, failed = false, failure_ignored = false, start_pending = false;
    bool anonymous = false;  // an instance of an anonymous clone
    bool unique = false, notify = false, promotable = false, interleave = false, ordered = false;
    bool needs_quorum = true, needs_fencing = false, needs_unfencing = false;
    bool is_fence_device = false, is_unfence_device = false;
    bool migratable = false, allow_unhealthy = false;
    bool stop_unexpected = false, restarting = false, rebalance = false;
    bool is_remote_connection = false;
    bool restart_needed = false, reload_needed = false;
    bool lock_active = false;
    bool exclusive_discovery = false;
    bool stop_required = false;
    bool remove_after_stop = false;
    bool standalone = true;
    int stickiness = 0;
    int migration_threshold = kInf;
    std::int64_t failure_timeout_ms = 0;
    int priority = 0;
    Role target_role = Role::unknown;  // as configured; unknown: nothing said
    MultipleActive multiple_active = MultipleActive::stop_start;
    RscIx container = kNone;           // guest node's connection: the container; container: see fillers
    std::vector<RscIx> fillers;        // resources inside this container
    NodeIx remote_node = kNone;        // connection resource: the node that it makes reachable
    std::int64_t remote_reconnect_ms = 0;
    std::map<std::string, int, std::less<>> utilization;

    // Clones.
    int clone_max = 0, clone_node_max = 1, clone_min = 0, promoted_max = 0, promoted_node_max = 0;
    std::unique_ptr<BundleInfo> bundle;

    // From the history.
    Role role = Role::stopped;
    Role next_role = Role::unknown;
    std::string next_role_reason;
    std::vector<NodeIx> running_on;
    std::vector<NodeIx> dangling_migrations;
    std::set<NodeIx> known_on;
    std::set<NodeIx> discovered_by_probe;
    NodeIx partial_source = kNone, partial_target = kNone;
    NodeIx lock_node = kNone;
    std::int64_t lock_time = 0;
    std::string pending_task;
    NodeIx pending_node = kNone;  // where it is pending
    std::string block_reason;
    std::map<NodeIx, Discovery> discovery;

    // From placement.
    bool provisional = true;
    bool assigning = false;
    NodeIx assigned = kNone;
    int promotion_score = 0;
    Role promotion_done = Role::unknown;
    std::string decision_reason;
    bool merging = false;
    bool promote_scores_added = false;

    bool is_collective() const { return kind != RscKind::primitive; }
    NodeIx current() const { return running_on.empty() ? kNone : running_on.front(); }
};

}  // namespace muster::policy
