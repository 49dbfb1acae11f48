#include "cib/schema/properties.h"

#include <algorithm>

#include "base/score.h"
#include "base/text.h"
#include "base/time.h"
#include "cib/change/operation.h"

namespace muster::cib {

const std::vector<Property>& properties() {
    static const std::vector<Property> kProperties = {
        {"dc-version", "", "text", "", "", "version that the DC runs"},
        {"cluster-infrastructure", "", "text", "corosync", "", "messaging layer"},
        {"cluster-name", "", "text", "", "", "name of this cluster"},
        {"dc-deadtime", "", "time", "20s", "", "how long to wait for others at start"},
        {"cluster-recheck-interval", "", "time", "15min", "", "how often time-based rules are looked at anew"},
        {"election-timeout", "", "time", "2min", "", "longest election"},
        {"shutdown-escalation", "", "time", "20min", "", "longest orderly shutdown"},
        {"join-integration-timeout", "crmd-integration-timeout", "time", "3min", "", "longest wait for joining nodes"},
        {"join-finalization-timeout", "crmd-finalization-timeout", "time", "30min", "", "longest end of a join"},
        {"transition-delay", "crmd-transition-delay", "time", "0s", "", "wait before acting on a change"},
        {"no-quorum-policy", "", "enum", "stop", "stop freeze ignore demote fence suicide", "what to do without quorum"},
        {"shutdown-lock", "", "boolean", "false", "", "keep resources for a node that was shut down"},
        {"shutdown-lock-limit", "", "time", "0", "", "how long such a lock lasts"},
        {"enable-acl", "", "boolean", "false", "", "apply access control lists"},
        {"symmetric-cluster", "", "boolean", "true", "", "resources may run anywhere unless forbidden"},
        {"maintenance-mode", "", "boolean", "false", "", "leave all resources alone"},
        {"start-failure-is-fatal", "", "boolean", "true", "", "one failed start bans the node"},
        {"enable-startup-probes", "", "boolean", "true", "", "look for resources that run already"},
        {"fence-remote-without-quorum", "", "boolean", "false", "", "fence remote nodes without quorum"},
        {"stonith-enabled", "fencing-enabled", "boolean", "true", "", "fence lost nodes"},
        {"stonith-action", "fencing-action", "enum", "reboot", "reboot off poweroff", "what fencing does"},
        {"fence-reaction", "fencing-reaction", "enum", "stop", "stop panic", "what a node does that was fenced"},
        {"stonith-timeout", "fencing-timeout", "time", "60s", "", "longest fencing"},
        {"stonith-watchdog-timeout", "fencing-watchdog-timeout", "time", "0", "", "when a watchdog has surely fired"},
        {"stonith-max-attempts", "fencing-max-attempts", "score", "10", "", "fencing attempts before giving up"},
        {"have-watchdog", "", "boolean", "false", "", "a watchdog is in use"},
        {"concurrent-fencing", "", "boolean", "true", "", "fence several nodes at once"},
        {"startup-fencing", "", "boolean", "true", "", "fence nodes that were never seen"},
        {"priority-fencing-delay", "", "time", "0", "", "head start for the node with the heavier resources"},
        {"node-pending-timeout", "", "time", "0", "", "fence a member that does not join in time"},
        {"cluster-delay", "", "time", "60s", "", "longest round trip in the cluster"},
        {"load-threshold", "", "percentage", "80%", "", "load above which work is delayed"},
        {"node-action-limit", "", "integer", "0", "", "actions at once on a node"},
        {"batch-limit", "", "integer", "0", "", "actions at once in the cluster"},
        {"migration-limit", "", "integer", "-1", "", "live migrations at once on a node"},
        {"cluster-ipc-limit", "", "integer", "500", "", "longest queue of a client"},
        {"stop-all-resources", "", "boolean", "false", "", "stop everything"},
        {"stop-orphan-resources", "stop-removed-resources", "boolean", "true", "", "stop what is no longer configured"},
        {"stop-orphan-actions", "cancel-removed-actions", "boolean", "true", "", "cancel monitors no longer configured"},
        {"remove-after-stop", "", "boolean", "false", "", "forget a resource after its stop"},
        {"pe-error-series-max", "", "integer", "-1", "", "saved planner inputs with errors"},
        {"pe-warn-series-max", "", "integer", "5000", "", "saved planner inputs with warnings"},
        {"pe-input-series-max", "", "integer", "4000", "", "other saved planner inputs"},
        {"node-health-strategy", "", "enum", "none", "none migrate-on-red only-green progressive custom",
         "how node health counts"},
        {"node-health-base", "", "score", "0", "", "health score that a node starts from"},
        {"node-health-green", "", "score", "0", "", "score of a green attribute"},
        {"node-health-yellow", "", "score", "0", "", "score of a yellow attribute"},
        {"node-health-red", "", "score", "-INFINITY", "", "score of a red attribute"},
        {"placement-strategy", "", "enum", "default", "default utilization minimal balanced", "how nodes are chosen"},
    };
    return kProperties;
}

const Property* find_property(std::string_view name) {
    for (const Property& p : properties()) {
        if (p.name == name || (!p.older.empty() && p.older == name)) return &p;
    }
    return nullptr;
}

std::string expected_of(const Property& p, std::string_view value) {
    if (p.type == "boolean" && !parse_bool(value)) return "true or false";
    if (p.type == "integer" && !parse_int(value)) return "a whole number";
    if (p.type == "score" && !parse_score(value)) return "a whole number, INFINITY or -INFINITY";
    if (p.type == "time") {
        // A negative watchdog timeout means "find it out".
        if (!value.empty() && value.front() == '-' && parse_int(value)) return {};
        if (!parse_interval(value)) return "a time such as 30s, 5min or PT5M";
    }
    if (p.type == "percentage" && (!ends_with(value, "%") || !parse_int(value.substr(0, value.size() - 1)))) {
        return "a percentage such as 80%";
    }
    if (p.type == "enum") {
        const auto known = split_words(p.choices);
        if (std::find(known.begin(), known.end(), value) == known.end()) {
            return "one of " + std::string{p.choices};
        }
    }
    return {};
}

namespace {

struct Set {
    const xml::Element* element;
    Score score;
};

std::vector<Set> sets_in_order(const xml::Element& crm_config) {
    std::vector<Set> sets;
    for (const auto* set : crm_config.children_named("cluster_property_set")) {
        if (set->child("rule")) continue;
        sets.push_back({set, parse_score(set->get("score", "0")).value_or(Score{})});
    }
    std::stable_sort(sets.begin(), sets.end(), [](const Set& a, const Set& b) {
        const bool first_a = a.element->id() == "cib-bootstrap-options";
        const bool first_b = b.element->id() == "cib-bootstrap-options";
        if (first_a != first_b) return first_a;
        return a.score > b.score;
    });
    return sets;
}

}  // namespace

std::string property_value(const xml::Element& cib, std::string_view name) {
    const Property* known = find_property(name);
    const xml::Element* crm_config = find_section(cib, "crm_config");
    if (crm_config) {
        for (const Set& set : sets_in_order(*crm_config)) {
            for (const auto* pair : set.element->children_named("nvpair")) {
                const std::string& n = pair->get("name");
                if (n == name || (known && (n == known->name || n == known->older))) return pair->get("value");
            }
        }
    }
    return known ? std::string{known->fallback} : std::string{};
}

}  // namespace muster::cib
