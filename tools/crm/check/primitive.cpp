#include "tools/crm/check/primitive.h"

#include <map>

#include "base/text.h"
#include "base/time.h"
#include "tools/crm/meta/agents.h"

namespace muster::crm {

using xml::Element;

namespace {

AgentName agent_of(const Element& e) { return {e.get("class"), e.get("provider"), e.get("type")}; }

std::string nearest(const AgentMeta& meta, const std::string& name) {
    for (const auto& p : meta.parameters) {
        if (edit_distance(p.name, name) <= 2) return "; did you mean '" + p.name + "'?";
    }
    return "";
}

bool fencing_parameter(const std::string& name) {
    for (const auto& p : fencing_parameters()) {
        if (p.name == name) return true;
    }
    return false;
}

void check_parameters(const Object& o, const Element* its_template, const AgentMeta& meta, bool fence,
                      std::vector<Finding>& out) {
    std::set<std::string> given;
    bool by_reference = false;
    for (const Element* e : {o.element, its_template}) {
        if (e == nullptr) continue;
        for (const auto* set : e->children_named("instance_attributes")) {
            by_reference = by_reference || set->has("id-ref");
            for (const auto& nv : set->children()) {
                if (nv.name() != "nvpair") continue;
                by_reference = by_reference || nv.has("id-ref");
                given.insert(nv.get("name"));
                const std::string& name = nv.get("name");
                if (e != o.element || name.empty() || meta.parameter(name) != nullptr) continue;
                if ((fence && fencing_parameter(name)) || starts_with(name, "CRM_meta_") || starts_with(name, "trace_")) continue;
                out.push_back({true, o.keyword + " " + o.id + ": parameter '" + name + "' is not known to " + meta.name + nearest(meta, name)});
            }
        }
    }
    if (o.keyword == "rsc_template" || by_reference) return;
    for (const auto& p : meta.parameters) {
        const bool filled_by_cluster = fence && (p.name == "port" || p.name == "plug" || p.name == "action" || p.name == "nodename");
        if (p.required && !p.obsolete && p.value_default.empty() && given.count(p.name) == 0 && !filled_by_cluster) {
            out.push_back({true, o.keyword + " " + o.id + ": parameter '" + p.name + "' of " + meta.name + " is missing" +
                                     (p.shortdesc.empty() ? "" : " (" + p.shortdesc + ")")});
        }
    }
}

const OptionRule* op_rule(const std::string& name) {
    static const std::vector<OptionRule> rules{
        {"interval", "duration", "", "", ""},
        {"timeout", "duration", "", "", ""},
        {"start-delay", "duration", "", "", ""},
        {"on-fail", "enum", "ignore|block|stop|restart|fence|standby|demote|restart-container", "", ""},
        {"role", "enum", "Stopped|Started|Unpromoted|Promoted|Slave|Master", "", ""},
        {"enabled", "boolean", "", "", ""},
        {"record-pending", "boolean", "", "", ""},
        {"requires", "enum", "nothing|quorum|fencing|unfencing", "", ""}};
    return find_rule(rules, name);
}

void check_advice(const Object& o, const Element& op, const AgentMeta& meta, std::vector<Finding>& out) {
    const auto* timeout = op.find("timeout");
    const auto mine = timeout == nullptr ? Result<milliseconds>{milliseconds{20000}} : parse_interval(*timeout);
    if (timeout == nullptr || !mine) return;
    for (const auto& action : meta.actions) {
        if (action.name != op.get("name") || action.timeout.empty()) continue;
        const auto advised = parse_interval(action.timeout);
        if (advised && *mine < *advised) {
            out.push_back({false, o.keyword + " " + o.id + ", op " + op.get("name") + ": timeout " + *timeout +
                                      " is shorter than " + action.timeout + ", which the agent advises"});
            return;
        }
    }
}

void check_op(const Object& o, const Element& op, std::map<std::string, std::string>& seen, std::vector<Finding>& out) {
    const std::string where = o.keyword + " " + o.id + ", op " + op.get("name") + ": ";
    for (const auto& a : op.attributes()) {
        const auto* rule = op_rule(a.name);
        if (rule == nullptr) continue;
        if (const auto why = misfit(*rule, a.value); !why.empty()) {
            out.push_back({true, where + a.name + " '" + a.value + "': " + why});
        }
    }
    if (const auto interval = parse_interval(op.get("interval", "0"))) {
        const std::string key = op.get("name") + " " + std::to_string(interval->count());
        if (!seen.emplace(key, op.id()).second) {
            out.push_back({true, where + "the interval " + op.get("interval") + " is used twice for " + op.get("name")});
        }
        if (interval->count() == 0 && op.get("name") == "monitor") {
            out.push_back({false, where + "without an interval it is never repeated"});
        }
    }
}

}  // namespace

void check_meta(const Object& o, std::vector<Finding>& out) {
    for (const auto* set : o.element->children_named("meta_attributes")) {
        for (const auto& nv : set->children()) {
            const auto* rule = nv.name() == "nvpair" ? find_rule(meta_rules(), nv.get("name")) : nullptr;
            if (rule == nullptr || !nv.has("value")) continue;
            if (const auto why = misfit(*rule, nv.get("value")); !why.empty()) {
                out.push_back({true, o.keyword + " " + o.id + ": meta " + nv.get("name") + "='" + nv.get("value") + "': " + why});
            }
        }
    }
}

void check_primitive(const Object& o, const Element* its_template, bool agents, std::vector<Finding>& out) {
    check_meta(o, out);
    const auto* operations = o.element->child("operations");
    if (operations != nullptr) {
        std::map<std::string, std::string> seen;
        for (const auto& op : operations->children()) {
            if (op.name() == "op") check_op(o, op, seen, out);
        }
    }
    const AgentName agent = agent_of(its_template != nullptr ? *its_template : *o.element);
    if (!agents) return;
    if (!agent_installed(agent)) {
        out.push_back({true, o.keyword + " " + o.id + ": agent " + to_string(agent) + " is not installed here"});
        return;
    }
    if (agent.klass != "ocf" && agent.klass != "stonith") return;
    auto meta = agent_meta(agent);
    if (!meta) {
        out.push_back({true, o.keyword + " " + o.id + ": " + meta.error().message});
        return;
    }
    meta->name = to_string(agent);
    check_parameters(o, its_template, *meta, agent.klass == "stonith", out);
    if (operations == nullptr) return;
    for (const auto& op : operations->children()) {
        if (op.name() == "op") check_advice(o, op, *meta, out);
    }
}

}  // namespace muster::crm
