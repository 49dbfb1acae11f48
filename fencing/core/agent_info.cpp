// What agents print: metadata and lists.
#include <algorithm>

#include "base/text.h"
#include "base/xml/parse.h"
#include "fencing/core/device.h"

namespace muster::fencing {

bool AgentInfo::offers(const std::string& action) const {
    return std::find(actions.begin(), actions.end(), action) != actions.end();
}

Result<AgentInfo> read_metadata(const std::string& text) {
    // Some agents print warnings before the document.
    const auto begin = text.find("<?xml");
    const auto root = text.find("<resource-agent");
    if (root == std::string::npos) return fail("its metadata has no element <resource-agent>");
    const auto document = xml::parse(std::string_view{text}.substr(begin < root ? begin : root));
    if (!document) return fail("its metadata is not well-formed XML: " + document.error().message);
    AgentInfo info;
    bool port = false;
    bool plug = false;
    if (const auto* parameters = document->child("parameters")) {
        for (const auto* parameter : parameters->children_named("parameter")) {
            port = port || parameter->get("name") == "port";
            plug = plug || parameter->get("name") == "plug";
        }
    }
    // As Pacemaker: "port" is the older name of "plug"; agents that know both mean the same.
    info.host_argument = plug ? "plug" : port ? "port" : "";
    if (const auto* actions = document->child("actions")) {
        for (const auto* action : actions->children_named("action")) {
            info.actions.push_back(action->get("name"));
            if (action->get("name") == "on" && parse_bool(action->get("automatic")).value_or(false)) {
                info.unfences = true;
            }
        }
    }
    return info;
}

AgentInfo presumed_agent() {
    return AgentInfo{{"on", "off", "reboot", "status", "monitor", "metadata"}, "plug", false};
}

std::vector<std::string> read_host_list(const std::string& output) {
    std::vector<std::string> hosts;
    for (const auto line : split(output, '\n')) {
        for (const auto word : split_words(line)) {
            for (const auto name : split(word, ',')) {
                // "N/A" is what fence-agents print for an outlet without a name.
                if (!name.empty() && name != "N/A") hosts.emplace_back(name);
            }
        }
    }
    return hosts;
}

}  // namespace muster::fencing
