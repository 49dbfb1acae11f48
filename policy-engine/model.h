// The working state of one planning run: nodes and resources under dense integer ids, scores in flat tables.
// Stages fill it in turn: unpack -> place -> actions -> order -> fence -> graph.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/names.h"
#include "base/time.h"
#include "cib/model/cib.h"
#include "cib/rules/id_index.h"
#include "cib/rules/nvset.h"
#include "policy-engine/history_table.h"
#include "policy-engine/kinds.h"
#include "policy-engine/plan.h"
#include "policy-engine/resource.h"

namespace muster::policy {

struct FailCount {
    std::string resource;  // history name
    std::string op;
    std::int64_t interval_ms = 0;
    std::int32_t count = 0;
};

struct Node {
    std::string id;
    std::string name;
    NodeKind kind = NodeKind::member;
    bool online = false;
    bool unclean = false;
    bool pending = false;
    bool in_membership = false;     // the messaging layer has it
    bool standby = false;
    bool standby_onfail = false;
    bool maintenance = false;
    bool shutdown = false;
    bool expected_up = false;
    bool unseen = true;
    bool is_dc = false;
    bool discovery = true;
    bool fencing_possible = true;
    bool remote_reset = false;      // the connection must be reset
    bool remote_was_fenced = false;
    bool rsc_in_maintenance = false;
    bool has_state = false;
    bool coming = false;            // a remote node whose connection this plan starts
    int remote_rsc = kNone;         // its connection resource (remote and guest nodes)
    int priority = 0;               // priority-fencing-delay
    int health = 0;
    bool health_red = false;
    int assigned = 0;               // resources that this run assigned here
    StringMap attrs;                // node and transient attributes, pseudo attributes included
    StringMap permanent;            // only those that do not go with a reboot
    std::map<std::string, int, std::less<>> capacity;  // utilization still free
    std::vector<FailCount> fail_counts;
    std::vector<std::pair<std::string, std::int64_t>> last_failures;
    std::vector<RscIx> running;
    const cib::NodeState* state = nullptr;
    std::string fence_reason;       // why it is unclean

    bool available(bool /*for_score*/ = false) const {
        return (online || coming) && !unclean && !shutdown && !pending && !standby && !maintenance;
    }
    bool is_remote() const { return kind != NodeKind::member; }
};

// Constraint with resources as ids.
struct Colocation {
    std::string id;
    RscIx dependent = kNone, primary = kNone;
    Role dependent_role = Role::unknown, primary_role = Role::unknown;
    std::string node_attribute;  // empty: #uname
    std::int32_t score = 0;
    bool influence = true;
    bool internal_group = false;
};

enum class OrderKind : std::uint8_t { mandatory, optional, serialize };

struct LocationEntry {
    std::string id;
    NodeIx node;
    std::int32_t score;
};
struct Location {
    std::string id;
    RscIx resource = kNone;
    Role role = Role::unknown;
    Discovery discovery = Discovery::always;
    std::vector<LocationEntry> scores;
    int sequence = 0;
};

struct Ticket {
    std::string id;
    bool granted = false, standby = false;
    StringMap state;
};
struct TicketConstraint {
    std::string id, ticket, loss_policy;
    RscIx resource = kNone;
    Role role = Role::unknown;
};

struct Tag {
    std::vector<std::string> refs;
};

struct ClearFailCount {
    RscIx resource;
    NodeIx node;
    std::string reason;
};
struct Cancel {  // a recurring operation in the history that is configured no more
    RscIx resource;
    NodeIx node;
    std::string task;
    std::int64_t interval_ms;
    int call_id;
    std::string reason;
};
struct DeleteHistory {
    RscIx resource;
    NodeIx node;
    std::string reason;
    bool optional = false;
};

struct OpHistoryRef {
    NodeIx node;
    const cib::ResourceHistory* history;
};

struct Config {
    cib::NameValues props;
    bool symmetric = true, fencing = true, startup_fencing = true, concurrent_fencing = true;
    bool stop_removed_rsc = true, cancel_removed = true, maintenance = false, stop_all = false;
    bool start_failure_fatal = true, startup_probes = true, remove_after_stop = false;
    bool shutdown_lock = false, have_quorum = true, have_watchdog = false;
    bool priority_fencing_delay_set = false;
    bool fence_remote_without_quorum = false;
    QuorumPolicy no_quorum = QuorumPolicy::stop;
    std::string fence_action = "reboot";
    std::string placement = "default";
    std::string health_strategy = "none";
    std::int64_t fencing_timeout_ms = 60'000, node_pending_timeout_ms = 0, priority_fencing_delay_ms = 0;
    std::int64_t shutdown_lock_limit_ms = 0, watchdog_timeout_ms = 0;
    int health_green = 0, health_yellow = 0, health_red = -kInf, health_base = 0;
    std::string cluster_name, site_name;
    std::string dc_uuid;
    bool have_unfencing = false;     // some device unfences
    bool have_fence_devices = false; // some fence device is configured
    bool dc_is_remote = false;
};

struct Model {
    const cib::Cib* cib = nullptr;
    WallTime now;
    PlanOptions options;
    cib::IdIndex index;
    Config config;
    std::vector<Node> nodes;             // sorted by name, as numbers where names have them
    std::vector<Resource> resources;
    std::vector<RscIx> top;              // in the order of the document
    std::unordered_map<std::string, NodeIx> node_by_name, node_by_id;
    std::unordered_map<std::string, RscIx> rsc_by_id;  // full ids, and clone instances' configured ids
    std::map<std::string, Tag, std::less<>> tags;
    std::map<std::string, std::vector<std::string>, std::less<>> template_users;
    std::map<std::string, Ticket, std::less<>> tickets;
    std::vector<Colocation> colocations;
    std::vector<std::vector<int>> with_this;  // by resource: colocations in which it is the primary
    std::vector<std::vector<int>> this_with;  //              ... the dependent
    std::vector<Location> locations;
    std::vector<TicketConstraint> ticket_constraints;
    std::vector<std::pair<RscIx, NodeIx>> stays_on;  // said to be inside a container that is a guest node
    std::vector<std::int32_t> scores;    // [resource * nodes + node]
    std::vector<ClearFailCount> clear_fail_counts;
    std::vector<Cancel> cancels, rescheduled;
    std::vector<DeleteHistory> deletes;
    std::map<std::pair<RscIx, NodeIx>, std::vector<ScoreTerm>> terms;  // only with keep_scores
    std::vector<std::shared_ptr<const xml::Element>> made;  // elements of implied resources
    std::vector<NodeIx> fence_order;     // order in which nodes became unclean (reasons)
    std::optional<WallTime> recheck_at;
    std::vector<Message> messages;
    std::vector<NodeScore> score_log;
    std::vector<Reason> reasons;
    std::vector<const cib::ResourceHistory*> unused;
    HistoryTable history;
    int location_sequence = 0;
    int dc = kNone;

    Node& node(NodeIx n) { return nodes[static_cast<std::size_t>(n)]; }
    const Node& node(NodeIx n) const { return nodes[static_cast<std::size_t>(n)]; }
    Resource& rsc(RscIx r) { return resources[static_cast<std::size_t>(r)]; }
    const Resource& rsc(RscIx r) const { return resources[static_cast<std::size_t>(r)]; }
    int node_count() const { return static_cast<int>(nodes.size()); }
    std::int32_t* row(RscIx r) { return &scores[static_cast<std::size_t>(r) * nodes.size()]; }
    std::int32_t& score(RscIx r, NodeIx n) {
        return scores[static_cast<std::size_t>(r) * nodes.size() + static_cast<std::size_t>(n)];
    }
    RscIx top_of(RscIx r) const {
        while (rsc(r).parent != kNone) r = rsc(r).parent;
        return r;
    }
    // The outermost ancestor below a bundle.
    RscIx clone_of(RscIx r) const {
        for (RscIx p = rsc(r).parent; p != kNone; p = rsc(p).parent)
            if (rsc(p).kind == RscKind::clone) return p;
        return kNone;
    }
    RscIx find_rsc(std::string_view id) const {
        auto it = rsc_by_id.find(std::string{id});
        return it == rsc_by_id.end() ? kNone : it->second;
    }
    NodeIx find_node(std::string_view name) const {
        auto it = node_by_name.find(std::string{name});
        return it == node_by_name.end() ? kNone : it->second;
    }
    void add_score(RscIx r, NodeIx n, std::int32_t s, std::string_view source, std::string_view text = {});
    void ban_everywhere(RscIx r, std::string_view source);
    void warn(std::string text) { messages.push_back({false, std::move(text)}); }
    void error(std::string text) { messages.push_back({true, std::move(text)}); }
    cib::EvalContext context() {
        cib::EvalContext c;
        c.now = now;
        c.next_change = &recheck_at;
        return c;
    }
    void fence(NodeIx n, std::string reason);
};

// ---- unpack
void unpack(Model& m);  // all of it, in order
void unpack_config(Model& m);
void unpack_nodes(Model& m);
void unpack_resources(Model& m);
void unpack_tags(Model& m);
void unpack_tickets(Model& m);
void unpack_node_states(Model& m);
void unpack_history(Model& m);
void unpack_constraints(Model& m);
void bind_containers(Model& m);

RscIx new_resource(Model& m, Resource r);
// The parameters that the agent sees on this node (kNone: without node attributes).
const StringMap& parameters(Model& m, RscIx r, NodeIx n);
std::vector<OpConfig> read_operations(Model& m, const Definition& def);
// The meta attributes of an operation: the op's own, its meta_attributes, op_defaults.
StringMap op_meta(Model& m, const Resource& r, const OpConfig* op, std::string_view name, std::int64_t interval_ms);
const OpConfig* find_op(const Resource& r, std::string_view name, std::int64_t interval_ms, bool any_enabled = false);
OnFail on_fail_of(Model& m, const Resource& r, std::string_view name, std::int64_t interval_ms, Role& fail_role);
std::int64_t duration_ms(std::string_view text, std::int64_t otherwise);
std::int32_t score_of(std::string_view text, std::int32_t otherwise = 0);
std::string history_name(const Resource& r);
std::string strip_instance(std::string_view id);
int fail_count(Model& m, RscIx r, NodeIx n, std::int64_t* last_failure, bool effective, bool with_fillers = true);
bool runs_on(const Resource& r, NodeIx n);
void set_next_role(Resource& r, Role role, std::string_view why);
Role effective_target_role(const Model& m, const Resource& r);

}  // namespace muster::policy
