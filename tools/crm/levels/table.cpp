// The resource, node, cluster, fence and cib levels in the command table.
#include "tools/crm/levels/history.h"
#include "tools/crm/levels/node.h"
#include "tools/crm/levels/resource.h"
#include "tools/crm/levels/top.h"
#include "tools/crm/status/command.h"
#include "tools/crm/table/all.h"

namespace muster::crm {
namespace {

using W = Want;

void add_resource(Table& t) {
    const std::string l = "resource";
    t.add(Level{l, {"rsc", "res"}, "Resources: start, stop, move, clean up, look", ""});
    t.add({l, "status", {"show", "list"}, "[<rsc>...]", "Show state and place of resources", "", {W::resource}, {}, 0, 1000, false, resource_status});
    t.add({l, "start", {}, "<rsc> [<rsc>...]", "Start resources (target-role=Started)", "", {W::resource}, {}, 1, 1000, true, resource_start});
    t.add({l, "stop", {}, "<rsc> [<rsc>...]", "Stop resources (target-role=Stopped)", "", {W::resource}, {}, 1, 1000, true, resource_stop});
    t.add({l, "restart", {}, "<rsc> [<rsc>...]", "Stop resources, wait, start them", "", {W::resource}, {}, 1, 1000, true, resource_restart});
    t.add({l, "promote", {}, "<rsc>", "Promote a promotable clone (target-role=Promoted)", "", {W::resource}, {}, 1, 1, true, resource_promote});
    t.add({l, "demote", {}, "<rsc>", "Demote a promotable clone (target-role=Unpromoted)", "", {W::resource}, {}, 1, 1, true, resource_demote});
    t.add({l, "manage", {}, "<rsc> [<rsc>...]", "Let the cluster manage resources", "", {W::resource}, {}, 1, 1000, true, resource_manage});
    t.add({l, "unmanage", {}, "<rsc> [<rsc>...]", "Leave resources alone", "", {W::resource}, {}, 1, 1000, true, resource_unmanage});
    t.add({l, "maintenance", {}, "<rsc> [on|off]", "Leave a resource alone, monitors too", "", {W::resource, W::on_off}, {}, 1, 2, true, resource_maintenance});
    t.add({l, "move", {"migrate"}, "<rsc> [<node>] [<lifetime>] [force]", "Move a resource to another node",
           "Makes the constraint cli-prefer-RSC (or a ban from where it runs if no node is named).  A lifetime such as PT1H\n"
           "or 30min lets it expire; else `crm resource clear RSC` removes it.", {W::resource, W::node, W::lifetime}, {}, 1, 4, true, resource_move});
    t.add({l, "ban", {}, "<rsc> [<node>] [<lifetime>] [force]", "Keep a resource away from a node", "Makes the constraint cli-ban-RSC-on-NODE; see move.",
           {W::resource, W::node, W::lifetime}, {}, 1, 4, true, resource_ban});
    t.add({l, "clear", {"unmove", "unmigrate", "unban"}, "<rsc> [<node>]", "Remove what move and ban left", "", {W::resource, W::node}, {}, 1, 3, true, resource_clear});
    t.add({l, "constraints", {}, "<rsc>", "Show constraints that name a resource", "", {W::resource}, {}, 1, 1, false, resource_constraints});
    t.add({l, "locate", {}, "[<rsc>...]", "Show where resources run", "", {W::resource}, {}, 0, 1000, false, resource_locate});
    t.add({l, "meta", {}, "<rsc> set <name> <value> | delete <name> | show <name>", "A meta attribute", "", {W::resource, W::keyword, W::meta}, {"set", "delete", "show"}, 3, 4, true, resource_meta});
    t.add({l, "param", {}, "<rsc> set <name> <value> | delete <name> | show <name>", "A parameter", "", {W::resource, W::keyword, W::parameter}, {"set", "delete", "show"}, 3, 4, true, resource_param});
    t.add({l, "utilization", {}, "<rsc> set <name> <value> | delete <name> | show <name>", "A utilization value", "", {W::resource, W::keyword, W::word}, {"set", "delete", "show"}, 3, 4, true, resource_utilization});
    t.add({l, "failcount", {}, "<rsc> show <node> | delete <node> | set <node> <value>", "Fail counts of a resource", "", {W::resource, W::keyword, W::node}, {"show", "delete", "set"}, 3, 4, true, resource_failcount});
    t.add({l, "cleanup", {}, "[<rsc>] [<node>] [force]", "Forget failures, so the cluster tries again", "", {W::resource, W::node}, {}, 0, 3, true, resource_cleanup});
    t.add({l, "refresh", {"reprobe"}, "[<rsc>] [<node>] [force]", "Forget all history and look again", "", {W::resource, W::node}, {}, 0, 3, true, resource_refresh});
    t.add({l, "operations", {}, "[<rsc>] [<node>]", "Show results of operations", "", {W::resource, W::node}, {}, 0, 2, false, resource_operations});
    t.add({l, "scores", {}, "[<rsc>]", "Show scores and what they are made of", "", {W::resource}, {}, 0, 1, false, resource_scores});
    t.add({l, "trace", {}, "<rsc> [<operation>] [<interval>] [<folder>]", "Have the agent write a trace", "", {W::resource, W::operation, W::word}, {}, 1, 4, true, resource_trace});
    t.add({l, "untrace", {}, "<rsc> [<operation>]", "End a trace", "", {W::resource, W::operation}, {}, 1, 2, true, resource_untrace});
}

void add_node(Table& t) {
    const std::string l = "node";
    t.add(Level{l, {}, "Nodes: standby, maintenance, attributes, fencing", ""});
    t.add({l, "show", {"status"}, "[<node>]", "Show nodes and their attributes", "", {W::node}, {}, 0, 1, false, node_show});
    t.add({l, "standby", {}, "[<node>] [reboot|forever]", "Let a node run nothing", "", {W::node, W::keyword}, {"reboot", "forever"}, 0, 2, true, node_standby});
    t.add({l, "online", {}, "[<node>]", "End standby", "", {W::node}, {}, 0, 1, true, node_online});
    t.add({l, "maintenance", {}, "[<node>]", "Leave all resources of a node alone", "", {W::node}, {}, 0, 1, true, node_maintenance});
    t.add({l, "ready", {}, "[<node>]", "End maintenance", "", {W::node}, {}, 0, 1, true, node_ready});
    t.add({l, "attribute", {}, "<node> set <name> <value> | delete <name> | show <name>", "A permanent attribute", "", {W::node, W::keyword, W::word}, {"set", "delete", "show"}, 3, 4, true, node_attribute});
    t.add({l, "utilization", {}, "<node> set <name> <value> | delete <name> | show <name>", "A utilization value", "", {W::node, W::keyword, W::word}, {"set", "delete", "show"}, 3, 4, true, node_utilization});
    t.add({l, "status-attr", {}, "<node> set <name> <value> | delete <name> | show <name>", "An attribute until the node's next start", "", {W::node, W::keyword, W::word}, {"set", "delete", "show"}, 3, 4, true, node_status_attribute});
    t.add({l, "fence", {}, "<node> [reboot|off]", "Fence a node", "", {W::node, W::keyword}, {"reboot", "off"}, 1, 2, true, node_fence});
    t.add({l, "clearstate", {}, "<node>", "Confirm that a node is off", "", {W::node}, {}, 1, 1, true, node_clearstate});
    t.add({l, "delete", {}, "<node>", "Remove a node that is gone for good", "", {W::node}, {}, 1, 1, true, node_delete});
}

void add_cluster(Table& t) {
    const std::string l = "cluster";
    t.add(Level{l, {}, "The cluster as a whole", ""});
    t.add({l, "status", {}, "", "Show members, quorum and DC", "", {}, {}, 0, 0, false, cluster_status});
    t.add({l, "start", {}, "[--absent <node>...]", "Start the cluster here, or without absent nodes", "", {W::keyword, W::node}, {"--absent"}, 0, 100, true, cluster_start});
    t.add({l, "stop", {}, "[<node>]", "Move everything away and stop the cluster on a node", "", {W::node}, {}, 0, 1, true, cluster_stop});
    t.add({l, "wait", {"wait_for_startup"}, "[<time>]", "Wait until nothing is left to do", "", {W::word}, {}, 0, 1, false, cluster_wait});
    t.add({l, "health", {}, "", "Check quorum and nodes", "", {}, {}, 0, 0, false, cluster_health});
    t.add(Level{"fence", {"stonith"}, "Fencing", ""});
    t.add({"fence", "list", {}, "", "Show fence devices", "", {}, {}, 0, 0, false, fence_list});
    t.add({"fence", "history", {}, "[<node>]", "Show what was fenced", "", {W::node}, {}, 0, 1, false, fence_history});
    t.add({"fence", "node", {}, "<node> [reboot|off]", "Fence a node", "", {W::node, W::keyword}, {"reboot", "off"}, 1, 2, true, node_fence});
    t.add({"fence", "confirm", {}, "<node>", "Confirm that a node is off", "", {W::node}, {}, 1, 1, true, node_clearstate});
}

void add_shadow(Table& t) {
    const std::string l = "cib";
    t.add(Level{l, {}, "Shadow copies of the configuration", ""});
    t.add({l, "new", {}, "<name> [empty] [force]", "Make a shadow copy and use it", "", {W::word, W::keyword}, {"empty", "force"}, 1, 4, false, shadow_new});
    t.add({l, "use", {}, "[<name>|live]", "Work on a shadow copy, or on the cluster again", "", {W::shadow}, {}, 0, 1, false, shadow_use});
    t.add({l, "list", {}, "", "List shadow copies", "", {}, {}, 0, 0, false, shadow_list});
    t.add({l, "diff", {}, "[<name>]", "Show what differs from the cluster", "", {W::shadow}, {}, 0, 1, false, shadow_diff});
    t.add({l, "commit", {}, "[<name>]", "Bring a shadow copy into force", "", {W::shadow}, {}, 0, 1, true, shadow_commit});
    t.add({l, "reset", {}, "[<name>]", "Copy the cluster's configuration again", "", {W::shadow}, {}, 0, 1, false, shadow_reset});
    t.add({l, "import", {}, "<file> [<name>]", "Make a shadow copy of a file", "", {W::file, W::word}, {}, 1, 2, false, shadow_import});
    t.add({l, "delete", {}, "<name>", "Delete a shadow copy", "", {W::shadow}, {}, 1, 1, false, shadow_delete});
}

void add_history(Table& t) {
    const std::string l = "history";
    const char* kept = "The newest result of each operation on each node, its newest failure, and what was fenced; older results are not kept.";
    t.add(Level{l, {}, "What happened", ""});
    t.add({l, "latest", {}, "", "Show the last ten events", kept, {}, {}, 0, 0, false, history_latest});
    t.add({l, "events", {}, "[<rsc>|<node>...]", "Show events in order of time", kept, {W::resource}, {}, 0, 1000, false, history_events});
}

void add_top(Table& t) {
    t.add({"", "status", {"st"}, "[bynode] [verbose|full|brief|simple] [inactive] [attributes] [failures] [tickets] [history] [timing] [noheaders] [quiet] [--watch]",
           "Is everything up; what is wrong and what helps",
           "Exit status: 0 all is well, 1 degraded, 2 a service is down, 3 no quorum or unsafe, 4 it can not be found out,\n"
           "64 usage.  crm -o json status and crm -o xml status are for programs.",
           {W::keyword},
           {"bynode", "verbose", "full", "brief", "simple", "inactive", "attributes", "failures", "tickets", "history", "timing", "noheaders", "quiet", "--watch", "json", "xml"}, 0, 1000, false, status_command});
    t.add({"", "verify", {}, "", "Check the stored configuration", "Exit status 1 if there is an error.", {}, {}, 0, 0, false, verify_stored});
    t.add({"", "simulate", {}, "[<option>...]", "What would the cluster do, and what if", "crm simulate --help lists the options.", {W::file}, {}, 0, 1000, false, simulate});
    t.add({"", "explain", {}, "<rsc> [<node>] | --action <action>", "Why a resource is where it is, or an action is planned",
           "The deciding cause first, then each node's score with what it is made of, then what would change it.", {W::resource, W::node}, {}, 1, 1000, false, explain});
    t.add(Level{"options", {}, "Options of crm itself", ""});
    t.add({"options", "show", {}, "", "Show the options in force", "", {}, {}, 0, 0, false, options_show});
}

}  // namespace

void add_levels(Table& table) {
    add_top(table);
    add_resource(table);
    add_node(table);
    add_cluster(table);
    add_shadow(table);
    add_history(table);
}

}  // namespace muster::crm
