// What crmsh and pcs ask of Pacemaker's daemons by name: their version, and the options that they understand.
#include <fmt/format.h>

#include "base/text.h"
#include "base/xml/element.h"
#include "base/xml/write.h"
#include "cib/schema/properties.h"
#include "tools/classic/programs.h"

namespace muster::classic {
namespace {

using xml::Element;

// Which daemon of Pacemaker's reads a property; the rest is the scheduler's.
std::string reader_of(std::string_view property) {
    if (property == "enable-acl" || property == "cluster-ipc-limit") return "pacemaker-based";
    static const std::vector<std::string_view> controller = {
        "dc-version", "cluster-infrastructure", "cluster-name", "dc-deadtime", "cluster-recheck-interval", "load-threshold",
        "node-action-limit", "fence-reaction", "election-timeout", "shutdown-escalation", "join-integration-timeout",
        "join-finalization-timeout", "transition-delay", "stonith-watchdog-timeout", "stonith-max-attempts", "no-quorum-policy",
        "shutdown-lock", "shutdown-lock-limit", "node-pending-timeout"};
    for (const auto name : controller) {
        if (name == property) return "pacemaker-controld";
    }
    return "pacemaker-schedulerd";
}

Element text(const char* name, const std::string& words) {
    Element e{name, {{"lang", "en"}}};
    e.set_text(words);
    return e;
}

Element parameter(std::string_view name, std::string_view type, std::string_view fallback, std::string_view choices, const std::string& about) {
    Element p{"parameter", {{"name", std::string{name}}}};
    std::string all = about;
    if (!choices.empty()) all += "  Allowed values: " + replace_all(std::string{choices}, " ", ", ");
    p.add(text("longdesc", all));
    p.add(text("shortdesc", about));
    const std::string kind = type == "enum" ? "select" : type == "text" || type == "score" ? "string" : std::string{type};
    Element content{"content", {{"type", kind}}};
    if (!fallback.empty()) content.set("default", std::string{fallback});
    if (type == "enum") {
        for (const auto value : split_words(choices)) content.add(Element{"option", {{"value", std::string{value}}}});
    }
    p.add(std::move(content));
    return p;
}

struct FencingOption {
    const char* name;
    const char* type;
    const char* fallback;
    const char* about;
};

Element fencing_parameters() {
    static const std::vector<FencingOption> kOptions = {
        {"pcmk_host_argument", "string", "port", "Parameter of the device that takes the node's name or plug"},
        {"pcmk_host_map", "string", "", "Plugs of nodes: node1:1;node2:2,3"},
        {"pcmk_host_list", "string", "", "Nodes that the device can fence"},
        {"pcmk_host_check", "string", "dynamic-list", "How to find out which nodes those are: dynamic-list, static-list, status, none"},
        {"pcmk_delay_max", "time", "0s", "Longest random delay before fencing"},
        {"pcmk_delay_base", "string", "0s", "Fixed delay before fencing, or one for each node"},
        {"pcmk_action_limit", "integer", "1", "Actions at once on the device; -1: any number"},
    };
    Element parameters{"parameters"};
    for (const auto& o : kOptions) parameters.add(parameter(o.name, o.type, o.fallback, "", o.about));
    for (const char* action : {"reboot", "off", "on", "list", "monitor", "status"}) {
        parameters.add(parameter(fmt::format("pcmk_{}_action", action), "string", action, "", fmt::format("Command to run instead of {}", action)));
        parameters.add(parameter(fmt::format("pcmk_{}_timeout", action), "time", "60s", "", fmt::format("Longest {}", action)));
        parameters.add(parameter(fmt::format("pcmk_{}_retries", action), "integer", "2", "", fmt::format("How often {} is tried", action)));
    }
    return parameters;
}

Element metadata_of(const std::string& daemon) {
    Element agent{"resource-agent", {{"name", daemon}, {"version", "2.1.5"}}};
    agent.add(Element{"version"}.set_text("1.1"));
    agent.add(text("longdesc", "Options of the cluster that stand in for those of " + daemon));
    agent.add(text("shortdesc", "Options of the cluster"));
    if (daemon == "pacemaker-fenced") {
        agent.add(fencing_parameters());
        return agent;
    }
    Element& parameters = agent.add(Element{"parameters"});
    for (const auto& p : cib::properties()) {
        if (reader_of(p.name) == daemon) parameters.add(parameter(p.name, p.type, p.fallback, p.choices, std::string{p.about}));
    }
    return agent;
}

}  // namespace

Exit daemon_metadata(Context& context) {
    const std::string verb = context.arguments.empty() ? "" : context.arguments.front();
    if (verb == "version" || verb == "--version" || verb == "-$") {
        // The third word is what crmsh reads.
        context.out += "CRM Version: 2.1.5 (Muster)\n";
        return kOk;
    }
    if (verb == "metadata") {
        context.out += "<?xml version=\"1.0\"?>\n" + xml::write_pretty(metadata_of(context.program));
        return kOk;
    }
    return context.complain(kUsage, "this name only answers \"version\" and \"metadata\"; the cluster is started by musterd");
}

}  // namespace muster::classic
