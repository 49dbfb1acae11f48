#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cib/model/read.h"
#include "tools/classic/mon.h"

namespace muster::classic {
namespace {

using xml::Element;

const char* word(bool b) { return b ? "true" : "false"; }

Element summary(const MonView& v) {
    Element s{"summary"};
    s.add(Element{"stack", {{"type", v.stack.empty() ? "unknown" : v.stack}}});
    Element dc{"current_dc", {{"present", word(!v.dc.empty())}}};
    if (!v.dc.empty()) {
        dc.set("version", v.dc_version).set("name", v.dc).set("id", v.dc_id).set("with_quorum", word(v.quorum)).set("mixed_version", "false");
    }
    s.add(std::move(dc));
    s.add(Element{"last_update", {{"time", v.updated}}});
    s.add(Element{"last_change", {{"time", v.changed}, {"user", v.user}, {"client", v.client}, {"origin", v.origin}}});
    s.add(Element{"nodes_configured", {{"number", std::to_string(v.nodes.size())}}});
    s.add(Element{"resources_configured", {{"number", std::to_string(v.instances)}, {"disabled", std::to_string(v.disabled)}, {"blocked", "0"}}});
    s.add(Element{"cluster_options", {{"stonith-enabled", word(v.stonith)}, {"symmetric-cluster", word(v.symmetric)},
                                      {"no-quorum-policy", v.no_quorum_policy}, {"maintenance-mode", word(v.maintenance)},
                                      {"stop-all-resources", word(v.stop_all)}, {"stonith-timeout-ms", "60000"}, {"priority-fencing-delay-ms", "0"}}});
    return s;
}

int running(const std::vector<MonResource>& list, const std::string& node) {
    int n = 0;
    for (const auto& r : list) {
        if (r.element->name() == "primitive") {
            for (const auto& p : r.places) n += p.node == node ? 1 : 0;
        }
        for (const auto& replica : r.replicas) {
            for (const auto& m : replica.members) {
                for (const auto& p : m.places) n += p.node == node ? 1 : 0;
            }
        }
        if (r.replicas.empty()) n += running(r.children, node);
    }
    return n;
}

Element node(const MonView& v, const MonNode& n) {
    Element e{"node", {{"name", n.name}, {"id", n.id}, {"online", word(n.online)}, {"standby", word(n.standby)}, {"standby_onfail", "false"},
                       {"maintenance", word(n.maintenance)}, {"pending", word(n.pending)}, {"unclean", word(n.unclean)}, {"health", "green"}}};
    if (n.online && n.kind == "member") e.set("feature_set", n.feature_set.empty() ? "<3.15.1" : n.feature_set);
    e.set("shutdown", "false").set("expected_up", word(n.online && n.kind == "member")).set("is_dc", word(n.dc));
    e.set("resources_running", std::to_string(running(v.resources, n.name))).set("type", n.kind == "member" ? "member" : "remote");
    if (!n.container.empty()) e.set("id_as_resource", n.container);
    return e;
}

Element instance(const MonView& v, const MonResource& r, const std::string& id, const std::string& agent, const RunningOn* place, bool promotable) {
    Element e{"resource", {{"id", id}, {"resource_agent", agent}}};
    e.set("role", !place ? "Stopped" : place->promoted ? "Promoted" : promotable ? "Unpromoted" : "Started");
    if (!r.target_role.empty()) e.set("target_role", r.target_role);
    e.set("active", word(place != nullptr)).set("orphaned", "false").set("blocked", "false").set("managed", word(r.managed));
    e.set("failed", "false").set("failure_ignored", "false").set("nodes_running_on", place ? "1" : "0");
    if (place) {
        std::string node_id = place->node;
        bool online = false;
        for (const auto& n : v.nodes) {
            if (n.name != place->node) continue;
            node_id = n.id;
            online = n.online;
        }
        e.add(Element{"node", {{"name", place->node}, {"id", node_id}, {"cached", word(online)}}});
    }
    return e;
}

Element instance(const MonView& v, const MonResource& r, const RunningOn* place, bool promotable) {
    return instance(v, r, r.element->id(), agent_name(*r.element), place, promotable);
}

const RunningOn* place_on(const MonResource& r, const std::string& node) {
    for (const auto& p : r.places) {
        if (p.node == node) return &p;
    }
    return nullptr;
}

Element group(const MonView& v, const MonResource& r, const std::string& id, const std::string* node, bool promotable, const MonWishes* w = nullptr) {
    Element e{"group", {{"id", id}, {"number_resources", std::to_string(r.children.size())}, {"managed", word(r.managed)}, {"disabled", word(r.disabled)}}};
    for (const auto& c : r.children) {
        if (w && !w->selects(c.element->id())) continue;
        e.add(instance(v, c, node ? place_on(c, *node) : c.places.empty() ? nullptr : &c.places.front(), promotable));
    }
    return e;
}

Element clone(const MonView& v, const MonResource& r) {
    Element e{"clone", {{"id", r.element->id()}, {"multi_state", word(r.promotable)}, {"unique", word(r.unique)}, {"managed", word(r.managed)},
                        {"disabled", word(r.disabled)}, {"failed", "false"}, {"failure_ignored", "false"}}};
    if (!r.target_role.empty()) e.set("target_role", r.target_role);
    if (r.children.empty()) return e;
    const MonResource& inner = r.children.front();
    std::vector<std::string> where;
    std::set<std::string> seen;
    for (const auto& p : r.places) seen.insert(p.node);
    for (const auto& name : v.status_order) {
        if (seen.count(name) != 0) where.push_back(name);
    }
    for (int i = 0; i < r.instances || i < static_cast<int>(where.size()); ++i) {
        const std::string* on = i < static_cast<int>(where.size()) ? &where[static_cast<std::size_t>(i)] : nullptr;
        if (inner.element->name() == "group") {
            const std::string nowhere;
            e.add(group(v, inner, fmt::format("{}:{}", inner.element->id(), i), on ? on : &nowhere, r.promotable));
        } else {
            e.add(instance(v, inner, on ? place_on(inner, *on) : nullptr, r.promotable));
        }
    }
    return e;
}

Element resource(const MonView& v, const MonWishes& w, const MonResource& r) {
    const std::string& kind = r.element->name();
    if (kind == "primitive") return instance(v, r, r.places.empty() ? nullptr : &r.places.front(), false);
    if (kind == "group") return group(v, r, r.element->id(), nullptr, false, &w);
    if (kind == "clone" || kind == "master") return clone(v, r);
    Element e{"bundle", {{"id", r.element->id()}}};
    for (const char* type : {"docker", "podman", "rkt"}) {
        if (const Element* c = r.element->child(type)) e.set("type", type).set("image", c->get("image"));
    }
    e.set("unique", word(r.unique)).set("managed", word(r.managed)).set("failed", "false");
    for (const auto& replica : r.replicas) {
        Element& one = e.add(Element{"replica", {{"id", std::to_string(replica.index)}}});
        for (const auto& m : replica.members) {
            if (w.selects(r.element->id()) || w.selects(m.id)) one.add(instance(v, r, m.id, m.agent, m.places.empty() ? nullptr : &m.places.front(), false));
        }
    }
    return e;
}

const char* rc_text(int rc) {
    static const std::map<int, const char*> kTexts = {
        {0, "ok"}, {1, "error"}, {2, "invalid parameter"}, {3, "unimplemented feature"}, {4, "insufficient privileges"}, {5, "not installed"},
        {6, "not configured"}, {7, "not running"}, {8, "promoted"}, {9, "promoted (failed)"}, {190, "degraded"}, {191, "promoted (degraded)"}};
    const auto at = kTexts.find(rc);
    return at == kTexts.end() ? "unknown" : at->second;
}

// A bundle's parts are not configured one by one.
bool in_bundle(const MonView& v, const std::string& id) {
    for (const auto& r : v.resources) {
        for (const auto& replica : r.replicas) {
            for (const auto& m : replica.members) {
                if (m.id == id) return true;
            }
        }
    }
    return false;
}

Element history(const Element& document, const MonView& v, const MonWishes& w) {
    Element all{"node_history"};
    const auto cib = cib::from_element(document);
    if (!cib) return all;
    for (const auto& n : cib->status.nodes) {
        Element node{"node", {{"name", n.uname}}};
        if (!w.only_node.empty() && n.uname != w.only_node) continue;
        for (const auto& h : n.history) {
            if (!w.selects(h.id)) continue;
            Element r{"resource_history", {{"id", h.id}, {"orphan", word(!find_resource(document, h.id) && !in_bundle(v, h.id))}, {"migration-threshold", "1000000"}}};
            auto ops = h.ops;
            std::stable_sort(ops.begin(), ops.end(), [](const auto& a, const auto& b) { return a.call_id < b.call_id; });
            for (const auto& op : ops) {
                if ((op.operation == "monitor" && op.interval_ms == 0 && op.rc == 7) || op.operation == "notify") continue;
                Element o{"operation_history", {{"call", std::to_string(op.call_id)}, {"task", op.operation}, {"rc", std::to_string(op.rc)}, {"rc_text", rc_text(op.rc)}}};
                if (op.interval_ms > 0) o.set("interval", fmt::format("{}ms", op.interval_ms));
                if (op.last_rc_change > 0) o.set("last-rc-change", calendar(op.last_rc_change));
                if (op.exec_time_ms >= 0) o.set("exec-time", fmt::format("{}ms", op.exec_time_ms));
                if (op.queue_time_ms >= 0) o.set("queue-time", fmt::format("{}ms", op.queue_time_ms));
                r.add(std::move(o));
            }
            if (!r.children().empty()) node.add(std::move(r));
        }
        if (!node.children().empty()) all.add(std::move(node));
    }
    return all;
}

Element attributes(const Element& cib, const MonView& v, const MonWishes& w) {
    Element all{"node_attributes"};
    const auto expected = expected_pings(cib);
    for (const auto& n : v.nodes) {
        const auto at = v.attributes.find(n.name);
        if (at == v.attributes.end() || !n.online || (!w.only_node.empty() && n.name != w.only_node)) continue;
        Element node{"node", {{"name", n.name}}};
        for (const auto& [name, value] : at->second) {
            if (starts_with(name, "#") || starts_with(name, "fail-count-") || starts_with(name, "last-failure-") || name == "standby" ||
                name == "shutdown" || name == "terminate" || name == "maintenance" || name == "probe_complete") continue;
            Element a{"attribute", {{"name", name}, {"value", value}}};
            if (const auto at_best = expected.find(name); at_best != expected.end()) a.set("expected", at_best->second);
            node.add(std::move(a));
        }
        if (!node.children().empty()) all.add(std::move(node));
    }
    return all;
}

Element bans(const Element& cib, const MonWishes& w) {
    Element all{"bans"};
    const Element* constraints = cib::find_section(cib, "constraints");
    for (const Element* c : constraints ? constraints->children_named("rsc_location") : std::vector<const Element*>{}) {
        if (!c->has("node") || c->get("score") != "-INFINITY") continue;
        if (!w.selects(c->get("rsc"))) continue;
        const char* promoted = word(c->get("role") == "Promoted" || c->get("role") == "Master");
        all.add(Element{"ban", {{"id", c->id()}, {"resource", c->get("rsc")}, {"node", c->get("node")}, {"weight", "-1000000"},
                                {"promoted-only", promoted}, {"master_only", promoted}}});
    }
    return all;
}

}  // namespace

void print_xml(Element& root, const Element& cib, const MonView& v, const MonWishes& w) {
    if (w.sections.count("summary")) root.add(summary(v));
    if (w.sections.count("nodes")) {
        Element& nodes = root.add(Element{"nodes"});
        for (const auto& n : v.nodes) {
            if (w.only_node.empty() || n.name == w.only_node) nodes.add(node(v, n));
        }
    }
    if (w.sections.count("resources")) {
        Element& resources = root.add(Element{"resources"});
        for (const auto& r : v.resources) {
            if (shows(w, r)) resources.add(resource(v, w, r));
        }
    }
    if (w.sections.count("attributes")) {
        if (Element all = attributes(cib, v, w); !all.children().empty()) root.add(std::move(all));
    }
    if (w.sections.count("operations")) root.add(history(cib, v, w));
    if (w.sections.count("bans")) {
        if (Element all = bans(cib, w); !all.children().empty()) root.add(std::move(all));
    }
}

}  // namespace muster::classic
