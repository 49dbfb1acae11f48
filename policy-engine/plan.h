// What the planner decides: a transition graph, one reason for each decision, and the moment when time alone will
// change the answer.  plan() is a pure function: same CIB and same time, same bytes, on every machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/score.h"
#include "base/time.h"
#include "cib/model/cib.h"

namespace muster::policy {

enum class ActionKind : std::uint8_t {
    resource,  // an agent runs: rsc_op
    fencing,   // crm_event "stonith"
    cluster,   // crm_event of another kind: clear_failcount, lrm_delete, do_shutdown, maintenance
    pseudo,    // a milestone: nothing is executed
};

// One node of the graph.  May be carried out when all of `after` are done.
struct Action {
    int id = 0;                    // dense, from 0; position in TransitionGraph::actions
    ActionKind kind = ActionKind::resource;
    std::string task;              // start stop monitor promote demote notify migrate_to migrate_from reload-agent
                                   // delete cancel; stonith clear_failcount lrm_delete do_shutdown; milestones: running stopped ...
    std::string key;               // operation_key: RSC_TASK_INTERVALMS
    std::string internal_key;      // where the instance's own name differs from the history's
    std::string resource;          // the instance's full id, "web:0"; empty for fencing
    std::string history_id;        // the name that the node's history has, "web" for an anonymous clone's instance
    bool anonymous = false;        // instance of an anonymous clone: its number is only a name
    std::string klass, provider, type;  // of the primitive
    milliseconds interval{0};
    milliseconds timeout{0};
    int expected_rc = 0;
    std::string node;              // where it is executed (fencing: the target)
    std::string node_id;
    std::string router;            // the cluster node that reaches a remote node; empty: the node itself
    int priority = 0;              // synapse priority
    // What the agent sees: parameters and CRM_meta_*, sorted by name.
    std::vector<std::pair<std::string, std::string>> attributes;
    std::string shutdown_lock;        // epoch seconds, on a stop that locks the resource to its node
    std::vector<std::string> downed;  // ids of nodes that this takes down
    std::vector<int> after;           // ids of the actions that must be done first, ascending
    std::string reason;               // why it is there, one sentence
};

struct TransitionGraph {
    std::vector<Action> actions;
    // Attributes of the graph as the executor needs them.
    milliseconds cluster_delay{60'000};
    milliseconds fencing_timeout{60'000};
    std::string failed_stop_offset;
    std::string failed_start_offset;
    int batch_limit = 0;
    int migration_limit = -1;
};

// One term of a node's score: which constraint, meta attribute, failure or rule contributed what.
struct ScoreTerm {
    Score score;
    std::string source;  // id of the constraint, "resource-stickiness", "fail-count", ...
    std::string text;    // one phrase for people
};

struct NodeScore {
    std::string resource;
    std::string node;
    Score score;
    std::vector<ScoreTerm> terms;
};

// One sentence for each decision, for people.
struct Reason {
    std::string resource;  // or the node, for fencing
    std::string decision;  // start stop move restart promote demote leave fence probe recover stay-stopped ...
    std::string from;      // node, where it applies
    std::string to;
    std::string text;      // the deciding cause
};

struct Message {
    bool error = false;  // else a warning
    std::string text;    // about the configuration or the history, with the id it is about
};

struct PlanOptions {
    bool keep_scores = false;  // fill Plan::scores (crm explain, crm simulate --scores)
};

struct Plan {
    TransitionGraph graph;
    std::vector<Reason> reasons;
    std::vector<Message> messages;
    std::vector<NodeScore> scores;
    // Contradicting orderings that were given up (also said in messages): a fault of the configuration or of ours.
    int broken_loops = 0;
    // When a date rule, failure-timeout or lock limit changes the answer with no other event.
    std::optional<WallTime> recheck_at;
};

Plan plan(const cib::Cib& cib, WallTime now, const PlanOptions& options = {});

}  // namespace muster::policy
