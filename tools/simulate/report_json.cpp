#include <nlohmann/json.hpp>

#include "tools/simulate/report.h"

namespace muster::crm::simulate {
namespace {

using nlohmann::ordered_json;
using policy::ClusterView;

std::string_view kind_text(policy::ActionKind kind) {
    switch (kind) {
        case policy::ActionKind::resource: return "resource";
        case policy::ActionKind::fencing: return "fencing";
        case policy::ActionKind::cluster: return "cluster";
        case policy::ActionKind::pseudo: break;
    }
    return "milestone";
}

ordered_json resource(const policy::ResourceView& r) {
    ordered_json j{{"id", r.id}, {"kind", r.kind}};
    if (r.kind == "primitive") {
        j["class"] = r.klass;
        if (!r.provider.empty()) j["provider"] = r.provider;
        j["type"] = r.type;
        j["role"] = r.role;
        j["nodes"] = r.nodes;
    }
    j["managed"] = r.managed;
    if (r.failed) j["failed"] = true;
    if (r.blocked) j["blocked"] = true;
    if (r.disabled) j["disabled"] = true;
    if (r.removed) j["removed"] = true;
    for (const auto& c : r.children) j["children"].push_back(resource(c));
    return j;
}

ordered_json view(const ClusterView& v) {
    ordered_json j{{"quorum", v.have_quorum}, {"nodes", ordered_json::array()}, {"resources", ordered_json::array()}};
    for (const auto& n : v.nodes) {
        j["nodes"].push_back({{"name", n.name}, {"id", n.id}, {"kind", n.kind}, {"online", n.online},
                              {"unclean", n.unclean}, {"pending", n.pending}, {"standby", n.standby},
                              {"maintenance", n.maintenance}, {"shutdown", n.shutdown}});
    }
    for (const auto& r : v.resources) j["resources"].push_back(resource(r));
    return j;
}

ordered_json action(const policy::Action& a) {
    ordered_json j{{"id", a.id}, {"kind", kind_text(a.kind)}, {"task", a.task}, {"key", a.key}};
    if (!a.resource.empty()) j["resource"] = a.resource;
    if (!a.node.empty()) j["node"] = a.node;
    if (a.interval.count() > 0) j["interval_ms"] = a.interval.count();
    j["after"] = a.after;
    if (!a.reason.empty()) j["reason"] = a.reason;
    return j;
}

ordered_json scores(const policy::Plan& plan) {
    ordered_json list = ordered_json::array();
    for (const auto& s : plan.scores) {
        ordered_json terms = ordered_json::array();
        for (const auto& t : s.terms) {
            terms.push_back({{"score", muster::to_string(t.score)}, {"source", t.source}, {"text", t.text}});
        }
        list.push_back({{"resource", s.resource}, {"node", s.node}, {"score", muster::to_string(s.score)}, {"terms", terms}});
    }
    return list;
}

ordered_json triples(const ClusterView& v) {
    ordered_json list = ordered_json::array();
    for (const auto& p : policy::placement(v)) list.push_back({p.resource, p.node, p.role});
    return list;
}

}  // namespace

std::string json(const Report& report) {
    const policy::Plan& plan = report.plan;
    ordered_json j{{"before", view(report.before)}};
    for (const char* key : {"messages", "decisions", "actions"}) j[key] = ordered_json::array();
    for (const auto& m : plan.messages) j["messages"].push_back({{"severity", m.error ? "error" : "warning"}, {"text", m.text}});
    for (const auto& r : plan.reasons) {
        j["decisions"].push_back(
            {{"resource", r.resource}, {"decision", r.decision}, {"from", r.from}, {"to", r.to}, {"reason", r.text}});
    }
    for (const auto& a : plan.graph.actions) j["actions"].push_back(action(a));
    if (report.scores) j["scores"] = scores(plan);
    if (plan.recheck_at) j["recheck_at"] = muster::to_iso8601(*plan.recheck_at);
    if (report.played) {
        j["done"] = report.played->done;
        j["failed"] = report.played->failed;
        j["skipped"] = report.played->skipped;
    }
    if (report.after) j["after"] = view(*report.after);
    return j.dump(2) + "\n";
}

std::string placement_json(const ClusterView& before, const ClusterView& after) {
    return ordered_json{{"initial", triples(before)}, {"final", triples(after)}}.dump(1) + "\n";
}

}  // namespace muster::crm::simulate
