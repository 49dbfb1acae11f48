#include "policy-engine/graph_xml.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/xml/write.h"

namespace muster::policy {
namespace {

const std::string* attribute(const Action& a, std::string_view name) {
    for (const auto& [n, value] : a.attributes) {
        if (n == name) return &value;
    }
    return nullptr;
}

std::string_view tag_of(ActionKind kind) {
    switch (kind) {
        case ActionKind::resource: return "rsc_op";
        case ActionKind::fencing:
        case ActionKind::cluster: return "crm_event";
        case ActionKind::pseudo: break;
    }
    return "pseudo_event";
}

bool needs_escape(char c) { return c == '&' || c == '<' || c == '>' || c == '"' || c < ' '; }

class Writer {
  public:
    explicit Writer(std::string& out) : out_{out} {}

    Writer& raw(std::string_view text) {
        out_ += text;
        return *this;
    }
    Writer& attr(std::string_view name, std::string_view value) {
        out_ += ' ';
        out_ += name;
        out_ += "=\"";
        if (std::none_of(value.begin(), value.end(), needs_escape)) out_ += value;  // nearly always
        else out_ += xml::escape(value);
        out_ += '"';
        return *this;
    }
    Writer& attr(std::string_view name, int value) { return attr(name, std::to_string(value)); }
    Writer& attr_if(std::string_view name, std::string_view value) { return value.empty() ? *this : attr(name, value); }

  private:
    std::string& out_;
};

// The head of an action: as itself and as another's trigger.
void write_head(Writer& w, const Action& a) {
    w.raw("<").raw(tag_of(a.kind)).attr("id", a.id).attr("operation", a.task).attr("operation_key", a.key);
    w.attr_if("internal_operation_key", a.internal_key);
    if (a.kind != ActionKind::pseudo || a.task == "stonith") w.attr_if("on_node", a.node).attr_if("on_node_uuid", a.node_id);
    w.attr_if("router_node", a.router);
}

// An anonymous clone's instances share the primitive's id; the number is only in long-id.
void write_primitive(Writer& w, const Action& a) {
    if (a.resource.empty() || a.klass.empty()) return;
    const std::string& known_as = a.history_id.empty() ? a.resource : a.history_id;
    std::string id = known_as;
    std::string long_id = known_as == a.resource ? std::string{} : a.resource;
    if (a.anonymous) {
        if (known_as.find(':') != std::string::npos) long_id = known_as;
        else if (a.resource.find(':') != std::string::npos) long_id = a.resource;
        id = known_as.substr(0, known_as.find(':'));
    }
    w.raw("        <primitive").attr("id", id).attr_if("long-id", long_id).attr("class", a.klass);
    w.attr_if("provider", a.provider).attr("type", a.type).raw("/>\n");
}

bool is_xml_name(const std::string& name) {
    auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    if (name.empty() || !letter(name.front())) return false;
    for (char c : name)
        if (!letter(c) && !(c >= '0' && c <= '9') && c != '-' && c != '.') return false;
    return true;
}

void write_action(Writer& w, const Action& a, const GraphXmlOptions& options) {
    w.raw("      ");
    write_head(w, a);
    w.attr_if("shutdown-lock", a.shutdown_lock).raw(">\n");
    if (a.kind != ActionKind::pseudo) write_primitive(w, a);
    w.raw("        <attributes");
    bool odd_names = false;
    for (const auto& [name, value] : a.attributes) {
        if (is_xml_name(name)) w.attr(name, value);
        else odd_names = true;
    }
    if (attribute(a, "crm_feature_set") == nullptr) w.attr("crm_feature_set", options.feature_set);
    w.raw(odd_names ? ">\n" : "/>\n");
    if (odd_names) {  // names that no XML attribute can have stand in elements of their own
        for (const auto& [name, value] : a.attributes)
            if (!is_xml_name(name)) w.raw("          <param").attr("name", name).attr("value", value).raw("/>\n");
        w.raw("        </attributes>\n");
    }
    if (!a.downed.empty()) {
        w.raw("        <downed>\n");
        for (const std::string& id : a.downed) w.raw("          <node").attr("id", id).raw("/>\n");
        w.raw("        </downed>\n");
    }
    w.raw("      </").raw(tag_of(a.kind)).raw(">\n");
}

void write_synapse(Writer& w, const TransitionGraph& graph, const Action& a, const GraphXmlOptions& options) {
    w.raw("  <synapse").attr("id", a.id);
    if (a.priority != 0) w.attr("priority", a.priority);
    w.raw(">\n    <action_set>\n");
    write_action(w, a, options);
    w.raw("    </action_set>\n");
    if (a.after.empty()) {
        w.raw("    <inputs/>\n");
    } else {
        w.raw("    <inputs>\n");
        for (const int id : a.after) {
            w.raw("      <trigger>\n        ");
            write_head(w, graph.actions[static_cast<std::size_t>(id)]);
            w.raw("/>\n      </trigger>\n");
        }
        w.raw("    </inputs>\n");
    }
    w.raw("  </synapse>\n");
}

std::string interval_text(milliseconds d) {
    return d.count() % 1000 == 0 ? fmt::format("{}s", d.count() / 1000) : fmt::format("{}ms", d.count());
}

std::string dot_name(const Action& a) {
    std::string name = a.key;
    if (!a.node.empty()) name += " " + a.node;
    return "\"" + replace_all(name, "\"", "\\\"") + "\"";
}

}  // namespace

std::string graph_xml(const TransitionGraph& graph, const GraphXmlOptions& options) {
    std::string out;
    out.reserve(graph.actions.size() * 1024);
    Writer w{out};
    w.raw("<transition_graph").attr("cluster-delay", interval_text(graph.cluster_delay));
    w.attr("fencing-timeout", interval_text(graph.fencing_timeout));
    w.attr_if("failed-stop-offset", graph.failed_stop_offset).attr_if("failed-start-offset", graph.failed_start_offset);
    if (graph.batch_limit != 0) w.attr("batch-limit", graph.batch_limit);
    if (graph.migration_limit >= 0) w.attr("migration-limit", graph.migration_limit);
    w.attr("transition_id", options.transition_id);
    if (graph.actions.empty()) {
        w.raw("/>\n");
        return out;
    }
    w.raw(">\n");
    for (const Action& a : graph.actions) write_synapse(w, graph, a, options);
    w.raw("</transition_graph>\n");
    return out;
}

std::string graph_dot(const TransitionGraph& graph) {
    std::string out = "digraph \"g\" {\n";
    for (const Action& a : graph.actions) {
        const std::string_view colour = a.kind == ActionKind::pseudo ? "orange" : "black";
        out += fmt::format("{} [ style=bold color=\"green\" fontcolor=\"{}\"]\n", dot_name(a), colour);
    }
    for (const Action& a : graph.actions) {
        for (const int before : a.after) {
            out += fmt::format("{} -> {} [ style = bold]\n", dot_name(graph.actions[static_cast<std::size_t>(before)]),
                               dot_name(a));
        }
    }
    out += "}\n";
    return out;
}

}  // namespace muster::policy
