#include "tools/simulate/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "policy-engine/text.h"

namespace muster::crm::simulate {
namespace {

using policy::ClusterView;
using policy::ResourceView;

std::string node_state(const policy::NodeView& n) {
    std::string s = n.unclean ? "UNCLEAN" : n.pending ? "pending" : n.online ? "online" : "OFFLINE";
    if (n.unclean) s += n.online ? " (online)" : " (offline)";
    if (n.standby) s += ", standby";
    if (n.maintenance) s += ", maintenance";
    if (n.shutdown) s += ", shutting down";
    return s;
}

void add_resource(std::string& out, const ResourceView& r, std::size_t level) {
    const std::string indent(2 + level * 2, ' ');
    if (r.kind != "primitive") {
        out += fmt::format("{}{} {}{}{}\n", indent, r.kind, r.id, r.promotable ? " (promotable)" : "",
                           r.managed ? "" : " (unmanaged)");
        // Instances that run nowhere are counted, not listed.
        int idle = 0;
        for (const ResourceView& c : r.children) {
            const bool hidden = r.kind == "clone" && c.kind == "primitive" && c.nodes.empty() && !c.failed;
            if (hidden) ++idle;
            else add_resource(out, c, level + 1);
        }
        if (idle > 0) out += fmt::format("{}  Stopped: {}\n", indent, idle);
        return;
    }
    std::string notes;
    for (const auto& [set, word] : {std::pair{r.failed, "failed"}, {r.blocked, "blocked"}, {!r.managed, "unmanaged"},
                                    {r.disabled, "disabled"}, {r.removed, "removed from the configuration"}}) {
        if (set) notes += fmt::format("{}{}", notes.empty() ? " (" : ", ", word);
    }
    if (!notes.empty()) notes += ")";
    const std::string agent = r.provider.empty() ? fmt::format("{}:{}", r.klass, r.type)
                                                 : fmt::format("{}:{}:{}", r.klass, r.provider, r.type);
    out += fmt::format("{}{} ({}): {}{}{}\n", indent, r.id, agent, r.role,
                       r.nodes.empty() ? "" : " " + join(r.nodes, " "), notes);
}

void add_view(std::string& out, std::string_view title, const ClusterView& view) {
    out += fmt::format("{}\n", title);
    for (const auto& n : view.nodes) {
        out += fmt::format("  node {}: {}{}\n", n.name, node_state(n), n.kind == "member" ? "" : " [" + n.kind + "]");
    }
    if (!view.have_quorum) out += "  the cluster has no quorum\n";
    for (const ResourceView& r : view.resources) add_resource(out, r, 0);
}

std::string action_line(const policy::Action& a) {
    std::string what = a.task;
    if (a.interval.count() > 0) what += fmt::format("={}", muster::to_string(a.interval));
    if (a.kind == policy::ActionKind::fencing) return policy::describe(a);
    if (a.kind == policy::ActionKind::pseudo) return fmt::format("milestone {}", a.key);
    const std::string& who = a.resource.empty() ? a.key : a.resource;
    return a.node.empty() ? fmt::format("{} {}", what, who) : fmt::format("{} {} on {}", what, who, a.node);
}

void add_decisions(std::string& out, const policy::Plan& plan) {
    const bool quiet = std::all_of(plan.reasons.begin(), plan.reasons.end(), [](const auto& r) { return r.decision == "leave"; });
    if (quiet && plan.graph.actions.empty()) {
        out += "Nothing to do\n";
        return;
    }
    out += "What would change\n";
    for (const auto& r : plan.reasons) {
        if (r.decision == "leave") continue;
        std::string where;
        if (!r.from.empty() && !r.to.empty() && r.from != r.to) where = fmt::format(" {} -> {}", r.from, r.to);
        else if (!r.to.empty()) where = " on " + r.to;
        else if (!r.from.empty()) where = " on " + r.from;
        out += fmt::format("  {:<8} {}{}{}\n", r.decision, r.resource, where, r.text.empty() ? "" : ": " + r.text);
    }
}

void add_actions(std::string& out, const Report& report) {
    const auto& actions = report.plan.graph.actions;
    if (actions.empty()) return;
    out += fmt::format("Actions ({})\n", actions.size());
    if (!report.played) {
        for (const auto& a : actions) {
            if (a.kind != policy::ActionKind::pseudo) out += fmt::format("  {}\n", action_line(a));
        }
        return;
    }
    const auto list = [&](const std::vector<int>& ids, std::string_view note) {
        for (const int id : ids) {
            const auto& a = actions[static_cast<std::size_t>(id)];
            if (a.kind != policy::ActionKind::pseudo) out += fmt::format("  {}{}\n", action_line(a), note);
        }
    };
    list(report.played->done, "");
    list(report.played->failed, ": FAILED");
    list(report.played->skipped, ": not done, it waits for what failed");
}

void add_scores(std::string& out, const policy::Plan& plan) {
    out += "Scores\n";
    for (const auto& s : plan.scores) {
        out += fmt::format("  {} on {}: {}\n", s.resource, s.node, muster::to_string(s.score));
        for (const auto& t : s.terms) {
            out += fmt::format("    {:>9}  {}{}\n", muster::to_string(t.score), t.source,
                               t.text.empty() ? "" : " (" + t.text + ")");
        }
    }
}

}  // namespace

std::string text(const Report& report) {
    std::string out;
    add_view(out, "Now", report.before);
    for (const auto& m : report.plan.messages) out += fmt::format("{}: {}\n", m.error ? "error" : "warning", m.text);
    add_decisions(out, report.plan);
    add_actions(out, report);
    if (report.scores) add_scores(out, report.plan);
    if (report.plan.recheck_at) {
        out += fmt::format("Time alone changes this at {}\n", muster::to_iso8601(*report.plan.recheck_at));
    }
    if (report.after) add_view(out, "Afterwards", *report.after);
    return out;
}

}  // namespace muster::crm::simulate
