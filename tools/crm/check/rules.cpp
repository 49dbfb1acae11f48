// Cluster properties and meta attributes: Pacemaker Explained, "Cluster Options" and "Resource Options".
#include "base/score.h"
#include "base/text.h"
#include "base/time.h"
#include "tools/crm/check/checks.h"

namespace muster::crm {

const std::vector<OptionRule>& property_rules() {
    static const std::vector<OptionRule> all{
        {"dc-version", "text", "", "", "version of the cluster software, set by the cluster"},
        {"cluster-infrastructure", "text", "", "corosync", "messaging layer, set by the cluster"},
        {"cluster-name", "text", "", "", "name of the cluster"},
        {"dc-deadtime", "duration", "", "20s", "how long to wait for other nodes at start"},
        {"cluster-recheck-interval", "duration", "", "15min", "how often to look at time-based rules"},
        {"election-timeout", "duration", "", "2min", "time for an election"},
        {"shutdown-escalation", "duration", "", "20min", "time for a clean shutdown"},
        {"join-integration-timeout", "duration", "", "3min", "time for joining"},
        {"crmd-integration-timeout", "duration", "", "3min", "older name of join-integration-timeout"},
        {"join-finalization-timeout", "duration", "", "30min", "time for joining"},
        {"crmd-finalization-timeout", "duration", "", "30min", "older name of join-finalization-timeout"},
        {"transition-delay", "duration", "", "0s", "delay before acting"},
        {"crmd-transition-delay", "duration", "", "0s", "older name of transition-delay"},
        {"no-quorum-policy", "enum", "stop|freeze|ignore|demote|suicide|fence", "stop", "what to do without quorum"},
        {"shutdown-lock", "boolean", "", "false", "keep resources with a node that is shut down cleanly"},
        {"shutdown-lock-limit", "duration", "", "0", "for how long"},
        {"enable-acl", "boolean", "", "false", "access control lists"},
        {"symmetric-cluster", "boolean", "", "true", "resources may run anywhere"},
        {"maintenance-mode", "boolean", "", "false", "leave everything alone"},
        {"start-failure-is-fatal", "boolean", "", "true", "a failed start bans the node"},
        {"enable-startup-probes", "boolean", "", "true", "look for running resources at start"},
        {"fence-remote-without-quorum", "boolean", "", "false", "fence remote nodes without quorum"},
        {"stonith-enabled", "boolean", "", "true", "fence nodes that are lost"},
        {"fencing-enabled", "boolean", "", "true", "fence nodes that are lost"},
        {"stonith-action", "enum", "reboot|off|poweroff", "reboot", "how to fence"},
        {"fencing-action", "enum", "reboot|off", "reboot", "how to fence"},
        {"fence-reaction", "enum", "stop|panic", "stop", "what a fenced node does if it still lives"},
        {"fencing-reaction", "enum", "stop|panic", "stop", "what a fenced node does if it still lives"},
        {"stonith-timeout", "duration", "", "60s", "time for fencing"},
        {"fencing-timeout", "duration", "", "60s", "time for fencing"},
        {"stonith-watchdog-timeout", "timeout", "", "0", "when a node without contact is surely down"},
        {"fencing-watchdog-timeout", "timeout", "", "0", "when a node without contact is surely down"},
        {"stonith-max-attempts", "score", "", "10", "attempts at fencing"},
        {"fencing-max-attempts", "score", "", "10", "attempts at fencing"},
        {"have-watchdog", "boolean", "", "false", "set by the cluster"},
        {"concurrent-fencing", "boolean", "", "true", "fence several nodes at once"},
        {"startup-fencing", "boolean", "", "true", "fence nodes that were never seen"},
        {"priority-fencing-delay", "duration", "", "0", "the more important half is fenced later"},
        {"node-pending-timeout", "duration", "", "0", "time for a node to join"},
        {"cluster-delay", "duration", "", "60s", "longest way through the network"},
        {"load-threshold", "percentage", "", "80%", "load at which less is done at once"},
        {"node-action-limit", "integer", "", "0", "actions of one node at once"},
        {"batch-limit", "integer", "", "0", "actions of the cluster at once"},
        {"migration-limit", "integer", "", "-1", "live migrations of one node at once"},
        {"cluster-ipc-limit", "integer", "", "500", "ignored"},
        {"stop-all-resources", "boolean", "", "false", "stop everything"},
        {"stop-orphan-resources", "boolean", "", "true", "stop what was deleted"},
        {"stop-removed-resources", "boolean", "", "true", "stop what was deleted"},
        {"stop-orphan-actions", "boolean", "", "true", "cancel deleted operations"},
        {"cancel-removed-actions", "boolean", "", "true", "cancel deleted operations"},
        {"remove-after-stop", "boolean", "", "false", "gone since 4.0"},
        {"pe-error-series-max", "integer", "", "-1", "saved inputs with errors"},
        {"pe-warn-series-max", "integer", "", "5000", "saved inputs with warnings"},
        {"pe-input-series-max", "integer", "", "4000", "saved inputs"},
        {"node-health-strategy", "enum", "none|migrate-on-red|only-green|progressive|custom", "none", "use of #health attributes"},
        {"node-health-base", "score", "", "0", "score of a node's health to begin with"},
        {"node-health-green", "score", "", "0", "score of green"},
        {"node-health-yellow", "score", "", "0", "score of yellow"},
        {"node-health-red", "score", "", "-INFINITY", "score of red"},
        {"placement-strategy", "enum", "default|utilization|minimal|balanced", "default", "use of utilization"},
        {"cib-last-written", "text", "", "", ""}, {"last-lrm-refresh", "text", "", "", ""},
        {"stonith_device_reconcile", "text", "", "", ""},
    };
    return all;
}

const std::vector<OptionRule>& meta_rules() {
    static const std::vector<OptionRule> all{
        {"priority", "score", "", "0", "order of assignment"},
        {"critical", "boolean", "", "true", "its failure moves its group"},
        {"target-role", "enum", "Stopped|Started|Unpromoted|Promoted|Slave|Master", "Started", "what it shall be"},
        {"is-managed", "boolean", "", "true", "the cluster starts and stops it"},
        {"maintenance", "boolean", "", "false", "leave it alone"},
        {"resource-stickiness", "score", "", "0", "how much it stays where it is"},
        {"requires", "enum", "nothing|quorum|fencing|unfencing", "fencing", "what must be before it starts"},
        {"migration-threshold", "score", "", "INFINITY", "failures until it leaves a node"},
        {"failure-timeout", "duration", "", "0", "when failures are forgotten"},
        {"multiple-active", "enum", "block|stop_only|stop_start|stop_unexpected", "stop_start", "when it runs twice"},
        {"allow-migrate", "boolean", "", "false", "live migration"},
        {"allow-unhealthy-nodes", "boolean", "", "false", "runs on unhealthy nodes, too"},
        {"container-attribute-target", "text", "", "", "host"},
        {"remote-node", "text", "", "", "name of the guest node inside"},
        {"remote-addr", "text", "", "", "its address"},
        {"remote-port", "integer", "", "3121", "its port"},
        {"remote-connect-timeout", "duration", "", "60s", "time to connect"},
        {"remote-allow-migrate", "boolean", "", "true", "the guest may migrate"},
        {"clone-max", "integer", "", "", "instances at most"},
        {"clone-node-max", "integer", "", "1", "instances on one node"},
        {"clone-min", "integer", "", "0", "instances before others may start"},
        {"globally-unique", "boolean", "", "false", "each instance does something else"},
        {"notify", "boolean", "", "false", "tell instances about each other"},
        {"ordered", "boolean", "", "false", "start one after another"},
        {"interleave", "boolean", "", "false", "only the instance on the same node counts"},
        {"promotable", "boolean", "", "false", "some instances are promoted"},
        {"promoted-max", "integer", "", "1", "promoted instances"},
        {"promoted-node-max", "integer", "", "1", "promoted instances on one node"},
        {"master-max", "integer", "", "1", "older name of promoted-max"},
        {"master-node-max", "integer", "", "1", "older name of promoted-node-max"},
    };
    return all;
}

const OptionRule* find_rule(const std::vector<OptionRule>& rules, std::string_view name) {
    for (const auto& r : rules) {
        if (name == r.name) return &r;
    }
    return nullptr;
}

std::string misfit(const OptionRule& rule, const std::string& value) {
    const std::string_view type = rule.type;
    if (value == "#default") return "";
    if (type == "boolean") return parse_bool(value) ? "" : "expected true or false";
    if (type == "integer") return parse_int(value) ? "" : "expected a whole number";
    if (type == "score") return parse_score(value) || value == "red" || value == "yellow" || value == "green" ? "" : "expected a number or INFINITY";
    if (type == "duration") return parse_interval(value) ? "" : "expected a time such as 10s or 2min";
    if (type == "timeout") return parse_interval(value) || parse_int(value) ? "" : "expected a time such as 10s";
    if (type == "percentage") {
        const bool fine = ends_with(value, "%") && parse_int(value.substr(0, value.size() - 1));
        return fine ? "" : "expected a percentage such as 80%";
    }
    if (type == "enum") {
        for (auto v : split(rule.values, '|')) {
            if (iequals(v, value)) return "";
        }
        return "expected " + replace_all(rule.values, "|", ", ");
    }
    return "";
}

}  // namespace muster::crm
