// Cluster properties, tags, tickets.
#include "base/text.h"
#include "policy-engine/model.h"

namespace muster::policy {
namespace {

struct Prop {
    const cib::NameValues& p;
    std::string_view text(std::string_view name, std::string_view old = {}) const {
        if (const auto* v = p.find(name)) return v->value;
        if (!old.empty())
            if (const auto* v = p.find(old)) return v->value;
        return {};
    }
    bool flag(std::string_view name, bool otherwise, std::string_view old = {}) const {
        return parse_bool(text(name, old)).value_or(otherwise);
    }
    std::int64_t ms(std::string_view name, std::int64_t otherwise, std::string_view old = {}) const {
        return duration_ms(text(name, old), otherwise);
    }
};

QuorumPolicy quorum_policy(std::string_view text) {
    if (iequals(text, "freeze")) return QuorumPolicy::freeze;
    if (iequals(text, "ignore")) return QuorumPolicy::ignore;
    if (iequals(text, "demote")) return QuorumPolicy::demote;
    if (iequals(text, "suicide") || iequals(text, "fence")) return QuorumPolicy::fence;
    return QuorumPolicy::stop;
}

void health_defaults(Config& c, const Prop& p) {
    c.health_strategy = to_lower(p.text("node-health-strategy"));
    if (c.health_strategy.empty()) c.health_strategy = "none";
    c.health_base = score_of(p.text("node-health-base"), 0);
    c.health_green = score_of(p.text("node-health-green"), 0);
    c.health_yellow = score_of(p.text("node-health-yellow"), 0);
    c.health_red = score_of(p.text("node-health-red"), -kInf);
    if (c.health_strategy == "migrate-on-red") {
        c.health_red = -kInf;
        c.health_yellow = c.health_green = 0;
    } else if (c.health_strategy == "only-green") {
        c.health_red = c.health_yellow = -kInf;
        c.health_green = 0;
    }
}

}  // namespace

std::int64_t duration_ms(std::string_view text, std::int64_t otherwise) {
    if (trim(text).empty()) return otherwise;
    if (iequals(text, "INFINITY")) return INT64_C(1'000'000'000);
    auto d = parse_interval(text);
    return d ? d->count() : otherwise;
}

std::int32_t score_of(std::string_view text, std::int32_t otherwise) {
    if (trim(text).empty()) return otherwise;
    auto s = parse_score(trim(text));
    return s ? s->value() : otherwise;
}

namespace {

void fencing_properties(Config& c, const Prop& p) {
    c.fencing = p.flag("fencing-enabled", true, "stonith-enabled");
    c.startup_fencing = p.flag("startup-fencing", true);
    c.concurrent_fencing = p.flag("concurrent-fencing", true);
    c.have_watchdog = p.flag("have-watchdog", false);
    c.watchdog_timeout_ms = p.ms("fencing-watchdog-timeout", 0, "stonith-watchdog-timeout");
    c.fence_remote_without_quorum = p.flag("fence-remote-without-quorum", false);
    c.fence_action = std::string{p.text("fencing-action", "stonith-action")};
    if (c.fence_action == "poweroff") c.fence_action = "off";
    if (c.fence_action.empty()) c.fence_action = "reboot";
    c.fencing_timeout_ms = p.ms("fencing-timeout", 60'000, "stonith-timeout");
    c.node_pending_timeout_ms = p.ms("node-pending-timeout", 0);
    c.priority_fencing_delay_ms = p.ms("priority-fencing-delay", 0);
    c.priority_fencing_delay_set = c.priority_fencing_delay_ms > 0;
}

void resource_properties(Config& c, const Prop& p) {
    c.symmetric = p.flag("symmetric-cluster", true);
    c.stop_removed_rsc = p.flag("stop-removed-resources", true, "stop-orphan-resources");
    c.cancel_removed = p.flag("cancel-removed-actions", true, "stop-orphan-actions");
    c.maintenance = p.flag("maintenance-mode", false);
    c.stop_all = p.flag("stop-all-resources", false);
    c.start_failure_fatal = p.flag("start-failure-is-fatal", true);
    c.startup_probes = p.flag("enable-startup-probes", true);
    c.remove_after_stop = p.flag("remove-after-stop", false);
    c.shutdown_lock = p.flag("shutdown-lock", false);
    c.shutdown_lock_limit_ms = p.ms("shutdown-lock-limit", 0);
    c.placement = to_lower(p.text("placement-strategy"));
    if (c.placement.empty()) c.placement = "default";
}

// no-quorum-policy=fence needs fencing, and a partition without quorum for which no-quorum-panic is set.
void judge_quorum(Model& m) {
    Config& c = m.config;
    const std::string* quorum = m.cib->find("have-quorum");
    c.have_quorum = quorum != nullptr && parse_bool(*quorum).value_or(false);
    if (c.no_quorum != QuorumPolicy::fence) return;
    const std::string* panic = m.cib->find("no-quorum-panic");
    const bool do_panic = panic != nullptr && parse_bool(*panic).value_or(false);
    if (!c.fencing) {
        m.error("no-quorum-policy=fence needs fencing; resources are stopped instead");
        c.no_quorum = QuorumPolicy::stop;
    } else if (!c.have_quorum && !do_panic) {
        c.no_quorum = QuorumPolicy::stop;
    }
}

}  // namespace

void unpack_config(Model& m) {
    Config& c = m.config;
    if (const auto* section = m.cib->section("crm_config"))
        c.props = cib::resolve(*section, "cluster_property_set", m.context(), m.index);
    const Prop p{c.props};
    fencing_properties(c, p);
    resource_properties(c, p);
    health_defaults(c, p);
    c.no_quorum = quorum_policy(p.text("no-quorum-policy"));
    c.cluster_name = std::string{p.text("cluster-name")};
    if (const auto* dc = m.cib->find("dc-uuid")) c.dc_uuid = *dc;
    judge_quorum(m);
}

void unpack_tags(Model& m) {
    const auto* section = m.cib->section("tags");
    if (section == nullptr) return;
    for (const auto* tag : section->children_named("tag"))
        for (const auto* ref : tag->children_named("obj_ref")) m.tags[tag->id()].refs.push_back(ref->id());
}

void unpack_tickets(Model& m) {
    for (const auto& other : m.cib->status.others) {
        if (other.name() != "tickets") continue;
        for (const auto* e : other.children_named("ticket_state")) {
            Ticket& t = m.tickets[e->id()];
            t.id = e->id();
            for (const auto& a : e->attributes()) t.state[a.name] = a.value;
            t.granted = parse_bool(e->get("granted")).value_or(false);
            t.standby = parse_bool(e->get("standby")).value_or(false);
        }
    }
}

}  // namespace muster::policy
