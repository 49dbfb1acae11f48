// Why a resource has no node: one phrase for each of the first nodes, from the planner's own terms where they are kept.
#include <algorithm>

#include "base/text.h"
#include "policy-engine/place.h"

namespace muster::policy {
namespace {

constexpr std::size_t kMostNodes = 3;

std::string state_of(const Node& n) {
    if (n.unclean) return "must be fenced first";
    if (!n.online) return "offline";
    if (n.shutdown) return "shuts down";
    if (n.standby) return "in standby";
    if (n.maintenance) return "in maintenance";
    return {};
}

// What bans it there: what was said last decides nothing more than what was said first, so the first is named.
std::string ban_on(const Model& m, RscIx r, NodeIx n) {
    const auto at = m.terms.find({r, n});
    if (at == m.terms.end()) return {};
    for (const ScoreTerm& term : at->second) {
        if (!term.score.is_banned()) continue;
        if (term.source == "utilization") return "not enough room";
        if (term.source == "migration-threshold") return "it failed too often there";
        if (term.source == "#resource-with-container") return "it goes with its container";
        if (starts_with(term.source, "ticket ")) return term.source;  // "ticket site-a is lost"
        const bool of_group = starts_with(term.source, "group ") && !term.text.empty();  // "it goes with vip, ..."
        return of_group ? term.text : "ruled out by " + term.source;
    }
    return {};
}

}  // namespace

std::string why_nowhere(const Model& m, RscIx r) {
    if (m.config.stop_all) return "stop-all-resources is set";
    std::vector<std::pair<std::string, std::string>> causes;  // the cause, the nodes
    std::size_t left_out = 0;
    for (NodeIx n = 0; n < m.node_count(); ++n) {
        const Node& node = m.node(n);
        if (node.kind != NodeKind::member && m.terms.count({r, n}) == 0) continue;
        std::string cause = state_of(node);
        if (cause.empty()) cause = ban_on(m, r, n);
        if (cause.empty()) continue;
        const auto same = std::find_if(causes.begin(), causes.end(), [&](const auto& c) { return c.first == cause; });
        if (same != causes.end()) same->second += ", " + node.name;
        else if (causes.size() < kMostNodes) causes.emplace_back(cause, node.name);
        else ++left_out;
    }
    if (causes.empty()) return "no node may run it";
    std::string out;
    for (const auto& [cause, nodes] : causes) out += (out.empty() ? "no node may run it: " : "; ") + nodes + " (" + cause + ")";
    if (left_out > 0) out += "; and others";
    return out;
}

}  // namespace muster::policy
