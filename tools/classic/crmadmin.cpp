// crmadmin: the DC, a node's state, the list of nodes; pacemakerd: the version that scripts ask for.
#include <fmt/format.h>

#include "base/text.h"
#include "crmd/protocol/crmd.pb.h"
#include "tools/classic/live.h"
#include "tools/classic/node_list.h"
#include "tools/classic/programs.h"
#include "tools/classic/report.h"
#include "tools/classic/store.h"

namespace muster::classic {
namespace {

const std::vector<Option>& known_options() {
    static const std::vector<Option> all = with_common({
        {"status", 'S', Takes::value, "State of the coordinator on this node"},
        {"pacemakerd", 'P', Takes::nothing, "State of the local daemons"},
        {"dc_lookup", 'D', Takes::nothing, "The node that coordinates the cluster"},
        {"dc-lookup", 0, Takes::nothing, "", "dc_lookup"},
        {"nodes", 'N', Takes::maybe, "All nodes, or those of these kinds: cluster guest remote"},
        {"timeout", 't', Takes::value, "How long to wait for an answer"},
        {"bash-export", 'B', Takes::nothing, "With -N: as shell commands"},
        {"ipc-name", 'i', Takes::value, "Accepted for compatibility"},
        {"quiet", 'q', Takes::nothing, "Only the essential"},
    });
    return all;
}

Exit list_nodes(Context& context, Report& report, const Options& options) {
    auto store = open_store(context);
    if (!store) return report.error(exit_of(store.error()), store.error().message);
    auto document = (*store)->read();
    if (!document) return report.error(exit_of(document.error()), document.error().message);
    const std::string filter = options.get("nodes");
    const auto wanted = [&](const std::string& kind) {
        if (filter.empty() || filter == "all") return true;
        for (const auto f : split(filter, ',')) {
            if (trim(f) == kind) return true;
        }
        return false;
    };
    xml::Element list{"nodes"};
    for (const auto& n : nodes_of(*document)) {
        if (!wanted(n.kind)) continue;
        if (options.has("bash-export")) {
            report.text(fmt::format("export {}={}\n", n.name, n.id));
        } else if (options.has("quiet")) {
            report.text(n.name + "\n");
        } else {
            report.text(fmt::format("{} node: {} ({})\n", n.kind, n.name, n.id));
        }
        list.add(xml::Element{"node", {{"type", n.kind == "cluster" ? "member" : n.kind}, {"name", n.name}, {"id", n.id}}});
    }
    if (report.xml()) report.element(std::move(list));
    return kOk;
}

Exit show_state(Report& report, const crmd::proto::ClusterState& state, const std::string& node) {
    for (const auto& m : state.members()) {
        if (m.name() != node) continue;
        const std::string words = !m.in_view() ? "S_PENDING" : m.name() != state.dc() ? "S_NOT_DC"
                                  : state.idle()                                      ? "S_IDLE"
                                                                                      : "S_TRANSITION_ENGINE";
        report.add(fmt::format("Controller on {} in state {}: ok\n", node, words),
                   xml::Element{"crmd", {{"node", node}, {"state", words}, {"result", "ok"}}});
        return kOk;
    }
    return report.error(kNoSuch, fmt::format("there is no node {}", node));
}

}  // namespace

Exit crmadmin(Context& context) {
    Exit status = kOk;
    const auto options = begin(context, "ask the coordinator", known_options(), status);
    if (!options) return status;
    Report report{context, *options};
    if (options->has("nodes")) return report.finish(list_nodes(context, report, *options));
    if (!options->has("dc_lookup") && !options->has("status") && !options->has("pacemakerd")) {
        return report.finish(report.error(kUsage, "Must specify a command: -S, -P, -D or -N"));
    }
    auto crmd = connect_crmd(context);
    if (!crmd) return report.finish(report.error(kDisconnect, crmd.error().message));
    const auto state = crmd->cluster_state();
    if (!state) return report.finish(report.error(exit_of(state.error()), state.error().message));
    if (options->has("status")) return report.finish(show_state(report, *state, options->get("status")));
    if (options->has("pacemakerd")) {
        report.add("Status of pacemakerd: 'Pacemaker is running'\n",
                   xml::Element{"pacemakerd", {{"sys_from", "pacemakerd"}, {"state", "running"}}});
        return report.finish(kOk);
    }
    if (state->dc().empty()) return report.finish(report.error(kNoDc, "there is no Designated Controller"));
    report.add(options->has("quiet") ? state->dc() + "\n" : fmt::format("Designated Controller is: {}\n", state->dc()),
               xml::Element{"dc", {{"node_name", state->dc()}}});
    return report.finish(kOk);
}

Exit pacemakerd(Context& context) {
    static const auto known = with_common({{"features", 'F', Takes::nothing, "What it can do"},
                                           {"shutdown", 'S', Takes::nothing, "Refused: musterd is stopped by systemd"},
                                           {"foreground", 'f', Takes::nothing, "Accepted for compatibility"}});
    Exit status = kOk;
    const auto options = begin(context, "answers for the daemon of that name", known, status);
    if (!options) return status;
    if (options->has("features")) {
        context.out += "Pacemaker 2.1.5 (Muster)\n Supporting v3.16.1: agent-manpages corosync-ge-2 lsb ocf stonith systemd\n";
        return kOk;
    }
    return context.complain(kUsage, "this name only answers questions about the version; the cluster is started by musterd");
}

}  // namespace muster::classic
