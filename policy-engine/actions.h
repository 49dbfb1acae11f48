// What could be done: actions with their orderings.  An action is in the graph in the end if it is required and runnable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy-engine/model.h"

namespace muster::policy {

using ActIx = int;

enum class Task : std::uint8_t {
    monitor, start, started, stop, stopped, promote, promoted, demote, demoted, notify, notified, migrate_to,
    migrate_from, cancel, del, reload, fence, shutdown, clear_failcount, one_or_more, load_stopped
};
std::string_view task_text(Task t);
Task task_of(std::string_view text, Task otherwise);
// What a collective's first half leads to: start -> started (running) and so on.
Task finished(Task t);
Task begun(Task t);

// How the first action of an ordering bears on the second.
namespace edge {
constexpr std::uint32_t order = 1;             // if both are there
constexpr std::uint32_t imply_then = 2;        // first required: then too
constexpr std::uint32_t imply_first = 4;       // then required: first too
constexpr std::uint32_t block = 8;             // first cannot run: then cannot
constexpr std::uint32_t restart = 16;          // stop -> start of one resource
constexpr std::uint32_t asymmetric = 32;       // only while then is not running yet
constexpr std::uint32_t graph_first = 64;      // then in the graph: first too, as a milestone
constexpr std::uint32_t graph_then = 128;      // first in the graph: then too, as a milestone
constexpr std::uint32_t counted = 256;         // then needs a number of its firsts (min_runnable)
constexpr std::uint32_t same_node = 512;       // only where both are on one node
constexpr std::uint32_t serialize = 1024;
constexpr std::uint32_t off = 2048;            // taken back
constexpr std::uint32_t migratable = 4096;     // does not hold between two migrations
constexpr std::uint32_t load = 8192;           // a capacity freed: dropped rather than loop
constexpr std::uint32_t member_first = 16384;  // an instance's action and its collective's milestone
constexpr std::uint32_t pseudo_left = 32768;
constexpr std::uint32_t if_first_migratable = 65536;
constexpr std::uint32_t promoted_first = 131072; // imply_first only if the resource is promoted
}  // namespace edge

struct Edge {
    ActIx other;
    std::uint32_t flags;
};

struct Act {
    ActIx self = kNone;
    RscIx rsc = kNone;
    NodeIx node = kNone;
    Task task = Task::monitor;
    std::int64_t interval_ms = 0;
    std::string name;   // milestones of their own kinds, notifications: the key
    std::string op;     // where the operation's word differs from the task's
    bool optional = true;
    bool runnable = true;
    bool pseudo = false;
    bool probe = false;
    bool dead = false;           // replaced by something else
    bool migrate_pseudo = false; // a start that a migration made unnecessary
    bool must_graph = false;
    bool no_wait = false;
    bool reschedule = false;
    bool implied_by_fence = false;
    bool queued = false;
    int min_runnable = 0;
    int expected_rc = -1;
    int priority = 0;
    StringMap meta;              // CRM_meta_* beyond what its kind gives
    std::string reason;
    std::string blocked_by;
    std::vector<Edge> before, after;
};

struct Actions {
    explicit Actions(Model& model) : m{model}, of_rsc(model.resources.size()), fence_of(model.nodes.size(), kNone) {}
    Model& m;
    std::vector<Act> list;
    std::vector<std::vector<ActIx>> of_rsc;
    std::vector<ActIx> fence_of;  // by node
    std::vector<ActIx> shutdowns;
    struct CloneOrder {
        RscIx first;
        Task task;
        RscIx then;
        Task then_task;
    };
    std::vector<CloneOrder> clone_orders;  // for notifications: dependants wait for them, too

    Act& at(ActIx a) { return list[static_cast<std::size_t>(a)]; }
    const Act& at(ActIx a) const { return list[static_cast<std::size_t>(a)]; }
    ActIx find(RscIx r, Task t, NodeIx n = -2, std::int64_t interval = 0) const;  // -2: on any node
    std::vector<ActIx> find_all(RscIx r, Task t) const;
    ActIx add(RscIx r, Task t, NodeIx n, bool optional, std::int64_t interval = 0);
    ActIx pseudo(RscIx r, Task t, bool optional = true);
    ActIx milestone(std::string name);
    void link(ActIx first, ActIx then, std::uint32_t flags);
    void judge(Act& a);  // may it run at all?
};

// Stages.
void make_actions(Actions& a);
void make_primitive(Actions& a, RscIx r);
void make_collective(Actions& a, RscIx r);
void make_recurring(Actions& a, RscIx r);
void make_probes(Actions& a);
void check_history(Model& m);                  // digests, removed operations
void apply_history_checks(Actions& a);
NodeIx location_of_next(const Model& m, RscIx r);
void order_internally(Actions& a, RscIx r);
bool group_is(const Resource& group, std::string_view meta);  // ordered, collocated
void order_by_constraints(Actions& a);
void order_probes(Actions& a);
void make_fencing(Actions& a);
void make_unfencing(Actions& a);
void add_device_digests(Model& m, NodeIx n, StringMap& meta);
void make_notifications(Actions& a);
void make_migrations(Actions& a);
void delay_migrations(Actions& a);
void order_remote(Actions& a);
void make_bundle(Actions& a, RscIx r);
void order_bundle(Actions& a, const Resource& bundle);
void order_utilization(Actions& a);
void prepare_tickets(Model& m);
void propagate(Actions& a);
// Gives up the weakest ordering of each loop; how many.  None on any input that we know how to order.
int break_loops(Actions& a);
void write_graph(Actions& a, Plan& plan);
void write_reasons(Actions& a, Plan& plan);
// The graph must have no loop and no trigger on a missing action; the first problem found, or empty.
std::string validate(const TransitionGraph& graph);

}  // namespace muster::policy
