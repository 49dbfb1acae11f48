// crm_resource: lists, places, configuration, reasons.
#include <fmt/format.h>

#include <ctime>

#include "base/text.h"
#include "base/xml/write.h"
#include "cib/model/read.h"
#include "cib/rules/nvset.h"
#include "tools/classic/resource.h"

namespace muster::classic {
namespace {

using xml::Element;

std::string meta_of(const ResourceCall& call, const Element& resource, const std::string& name) {
    cib::EvalContext evaluation;
    evaluation.now = call.context.now;
    const cib::IdIndex index{*call.cib.child("configuration")};
    for (const Element* e = &resource; e; e = parent_of(call.cib, e->id())) {
        const auto values = cib::resolve(*e, "meta_attributes", evaluation, index);
        if (const auto* v = values.find(name)) return std::string{v->value};
    }
    return {};
}

std::string role_of(const std::vector<RunningOn>& places) {
    if (places.empty()) return "Stopped";
    return places.front().promoted ? "Promoted" : "Started";
}

Element describe(const ResourceCall& call, const Element& primitive) {
    const auto places = running_on(call.cib, primitive.id());
    const bool managed = parse_bool(meta_of(call, primitive, "is-managed")).value_or(true);
    Element e{"resource"};
    e.set("id", primitive.id()).set("resource_agent", agent_name(primitive)).set("role", role_of(places));
    e.set("active", places.empty() ? "false" : "true").set("orphaned", "false").set("blocked", "false");
    e.set("managed", managed ? "true" : "false").set("failed", "false").set("failure_ignored", "false");
    e.set("nodes_running_on", std::to_string(places.size()));
    for (const auto& p : places) e.add(Element{"node", {{"name", p.node}}});
    return e;
}

std::string line_of(const ResourceCall& call, const Element& primitive) {
    const auto places = running_on(call.cib, primitive.id());
    std::string line = fmt::format("{}\t({}):\t {}", primitive.id(), agent_name(primitive), role_of(places));
    std::vector<std::string> names;
    for (const auto& p : places) names.push_back(p.node);
    if (names.size() == 1) line += " " + names.front();
    if (names.size() > 1) line += " [ " + join(names, " ") + " ]";
    if (!parse_bool(meta_of(call, primitive, "is-managed")).value_or(true)) line += " (unmanaged)";
    const std::string role = meta_of(call, primitive, "target-role");
    if (role == "Stopped" || role == "stopped") line += " (disabled)";
    return line;
}

void list_one(const ResourceCall& call, const Element& e, const std::string& indent, Element& all) {
    if (e.name() == "primitive") {
        call.report.text(fmt::format("{}* {}\n", indent, line_of(call, e)));
        all.add(describe(call, e));
        return;
    }
    if (e.name() == "template") return;
    const bool group = e.name() == "group";
    if (group) call.report.text(fmt::format("{}* Resource Group: {}:\n", indent, e.id()));
    if (!group) {
        const Element* inner = e.child("primitive") ? e.child("primitive") : e.child("group");
        const bool promotable = e.name() == "master" || parse_bool(meta_of(call, e, "promotable")).value_or(false);
        call.report.text(fmt::format("{}* {} Set: {} [{}]{}:\n", indent, e.name() == "bundle" ? "Container bundle" : "Clone", e.id(),
                                     inner ? inner->id() : "", promotable ? " (promotable)" : ""));
    }
    Element element{group ? "group" : e.name() == "bundle" ? "bundle" : "clone"};
    element.set("id", e.id());
    for (const Element& c : e.children()) {
        if (is_resource(c)) list_one(call, c, indent + "  ", element);
    }
    all.add(std::move(element));
}

std::string when(std::int64_t seconds) {
    const std::time_t t = static_cast<std::time_t>(seconds);
    std::tm parts{};
    localtime_r(&t, &parts);
    char text[64];
    return {text, std::strftime(text, sizeof text, "%a %b %e %H:%M:%S %Y", &parts)};
}

}  // namespace

Exit list_resources(const ResourceCall& call) {
    const Element* resources = cib::find_section(call.cib, "resources");
    Element all{"resources"};
    call.report.text("Full List of Resources:\n");
    bool any = false;
    for (const Element& e : resources ? resources->children() : std::vector<Element>{}) {
        if (!is_resource(e) || e.name() == "template") continue;
        list_one(call, e, "  ", all);
        any = true;
    }
    if (!any) call.report.text("  * No resources\n");
    if (call.report.xml()) call.report.element(std::move(all));
    return kOk;
}

namespace {

void names_below(const Element& e, std::vector<std::string>& names) {
    for (const Element& c : e.children()) {
        if (!is_resource(c) || c.name() == "template") continue;
        if (c.name() == "primitive") names.push_back(c.id());
        names_below(c, names);
    }
}

}  // namespace

Exit list_names(const ResourceCall& call) {
    std::vector<std::string> names;
    if (const Element* resources = cib::find_section(call.cib, "resources")) names_below(*resources, names);
    Element all{"resources"};
    for (const auto& n : names) {
        call.report.text(n + "\n");
        all.add(Element{"resource", {{"id", n}}});
    }
    if (call.report.xml()) call.report.element(std::move(all));
    return kOk;
}

Exit list_history(const ResourceCall& call, bool) {
    const auto cib = cib::from_element(call.cib);
    if (!cib) return call.failed(cib.error());
    Element all{"operations"};
    for (const auto& node : cib->status.nodes) {
        if (call.options.has("node") && node.uname != call.options.get("node")) continue;
        for (const auto& history : node.history) {
            const Element* resource = find_resource(call.cib, history.id);
            if (!call.id.empty() && history.id != call.id && (!resource || resource->id() != call.id)) continue;
            for (const auto& op : history.ops) {
                const std::string agent = resource ? agent_name(*resource) : history.klass + ":" + history.type;
                const char* status = op.op_status == 0 ? "complete" : op.op_status == -1 ? "pending" : op.op_status == 2 ? "Timed Out" : "Error";
                call.report.text(fmt::format("{}\t({}):\t {}: {} (node={}, call={}, rc={}, last-rc-change='{}', exec={}ms): {}\n", history.id, agent,
                                             role_of(running_on(call.cib, history.id)), op.operation_key, node.uname, op.call_id, op.rc,
                                             when(op.last_rc_change), op.exec_time_ms < 0 ? 0 : op.exec_time_ms, status));
                Element e{"operation", {{"op", op.operation_key}, {"node", node.uname}, {"call", std::to_string(op.call_id)},
                                        {"rc", std::to_string(op.rc)}, {"status", status}, {"rsc", history.id}, {"agent", agent}}};
                if (op.last_rc_change > 0) e.set("last-rc-change", when(op.last_rc_change));
                if (op.exec_time_ms >= 0) e.set("exec-time", std::to_string(op.exec_time_ms));
                all.add(std::move(e));
            }
        }
    }
    if (call.report.xml()) call.report.element(std::move(all));
    return kOk;
}

Exit locate_resource(const ResourceCall& call) {
    const auto places = running_on(call.cib, call.id);
    if (places.empty()) {
        if (!call.report.xml()) call.context.err += fmt::format("resource {} is NOT running\n", call.id);
    }
    Element nodes{"nodes", {{"resource", call.id}}};
    for (const auto& p : places) {
        call.report.text(fmt::format("resource {} is running on: {}{}\n", call.id, p.node, p.promoted ? " Promoted" : ""));
        Element n{"node"};
        if (p.promoted) n.set("state", "promoted");
        n.set_text(p.node);
        nodes.add(std::move(n));
    }
    if (call.report.xml()) call.report.element(std::move(nodes));
    return kOk;
}

Exit show_configuration(const ResourceCall& call, bool raw) {
    const Element* resource = find_resource(call.cib, call.id);
    const Element* top = resource;
    const Element* parent = parent_of(call.cib, resource->id());
    if (parent && (parent->name() == "clone" || parent->name() == "master")) top = parent;
    Element shown = *top;
    if (!raw && resource->has("template")) {
        if (const Element* t = find_resource(call.cib, resource->get("template"))) {
            for (const char* a : {"class", "provider", "type"}) {
                if (t->has(a)) shown.set(a, t->get(a));
            }
        }
    }
    if (call.report.xml()) {
        Element config{"resource_config"};
        if (resource->name() == "primitive") config.add(describe(call, *resource));
        config.add(Element{"xml"}.set_text(xml::write_pretty(shown)));
        call.report.element(std::move(config));
        return kOk;
    }
    if (resource->name() == "primitive") call.report.text(line_of(call, *resource) + "\n");
    call.report.text("Resource XML:\n" + xml::write_pretty(shown));
    return kOk;
}

Exit show_why(const ResourceCall& call) {
    const Element* resource = find_resource(call.cib, call.id);
    const auto places = running_on(call.cib, call.id);
    call.report.text(fmt::format("Resource {} is {}\n", call.id, places.empty() ? "not running" : "running"));
    Element check{"check", {{"id", call.id}}};
    const std::string role = meta_of(call, *resource, "target-role");
    if (iequals(role, "Stopped")) {
        call.report.text(fmt::format("Configuration specifies '{}' should remain stopped\n", call.id));
        check.set("remain_stopped", "true");
    }
    if (!parse_bool(meta_of(call, *resource, "is-managed")).value_or(true)) {
        call.report.text(fmt::format("Configuration prevents cluster from managing '{}'\n", call.id));
        check.set("unmanaged", "true");
    }
    Element reason{"reason"};
    reason.set("running", places.empty() ? "false" : "true");
    if (check.attributes().size() > 1) reason.add(std::move(check));
    if (call.report.xml()) call.report.element(std::move(reason));
    return kOk;
}

}  // namespace muster::classic
