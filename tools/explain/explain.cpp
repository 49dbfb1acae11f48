#include "tools/explain/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "base/text.h"

namespace muster::crm {
namespace {

const policy::ResourceView* find_view(const std::vector<policy::ResourceView>& list, const std::string& id) {
    for (const auto& r : list) {
        if (r.id == id || starts_with(r.id, id + ":")) return &r;
        if (const auto* inner = find_view(r.children, id)) return inner;
    }
    return nullptr;
}

void collect_ids(const std::vector<policy::ResourceView>& list, std::vector<std::string>& out) {
    for (const auto& r : list) {
        out.push_back(r.id);
        collect_ids(r.children, out);
    }
}

// The resource itself, its instances and its members.
bool concerns(const std::string& id, const std::string& wanted) {
    return id == wanted || starts_with(id, wanted + ":");
}

std::string node_state(const policy::NodeView& n) {
    if (n.unclean) return "not known to be down or up: it must be fenced first";
    if (!n.online) return n.pending ? "still joining" : "offline";
    if (n.standby) return "on standby";
    if (n.maintenance) return "in maintenance";
    if (n.shutdown) return "shutting down";
    return {};
}

std::vector<NodeVerdict> verdicts(const policy::Plan& plan, const policy::ClusterView& view, const std::string& resource,
                                  const std::string& node) {
    std::map<std::string, NodeVerdict> by_node;  // the last word on each node counts
    for (const auto& s : plan.scores) {
        if (s.resource != resource || (!node.empty() && s.node != node)) continue;
        by_node[s.node] = NodeVerdict{s.node, {}, s.score, s.terms};
    }
    for (const auto& n : view.nodes) {
        if (const auto at = by_node.find(n.name); at != by_node.end()) at->second.state = node_state(n);
    }
    std::vector<NodeVerdict> out;
    for (auto& [name, v] : by_node) out.push_back(std::move(v));
    std::stable_sort(out.begin(), out.end(), [](const NodeVerdict& a, const NodeVerdict& b) {
        if (a.state.empty() != b.state.empty()) return a.state.empty();
        return a.score > b.score;
    });
    return out;
}

std::string action_name(const policy::Action& a) {
    return a.node.empty() ? a.key : fmt::format("{} on {}", a.key, a.node);
}

// What to do about what rules a node out.
std::string remedy_for(const policy::ScoreTerm& term, const std::string& node, const std::string& resource) {
    const std::string& source = term.source;
    if (source == "migration-threshold") return fmt::format("it failed too often on {}: crm resource cleanup {} {}", node, resource, node);
    if (starts_with(source, "on-fail")) return fmt::format("a failure there decides that ({}): crm resource cleanup {}", source, resource);
    if (source == "utilization") return fmt::format("{} has not enough room: more capacity there, less in use, or a smaller utilization", node);
    if (source == "shutdown-lock") return "it is locked to the node that shut down: start that node, or wait for shutdown-lock-limit";
    if (starts_with(source, "ticket ")) return fmt::format("{}: grant it", source);
    if (starts_with(source, "group ")) {
        return fmt::format("{}: crm explain {}", term.text.empty() ? "members of " + source + " go together" : term.text, source.substr(6));
    }
    if (const std::string end = "-on-" + node; starts_with(source, "cli-ban-") && ends_with(source, end)) {
        return fmt::format("{} keeps it off {}: crm resource clear {}", source, node, source.substr(8, source.size() - 8 - end.size()));
    }
    return fmt::format("{} keeps it off {}: crm configure show {}", source, node, source);
}

// What would have to be otherwise, by the best node that is out of the question.
std::string remedy_of(const ResourceExplanation& e, const policy::ResourceView& view) {
    if (view.disabled) return fmt::format("its target-role says Stopped: crm resource start {}", e.resource);
    if (view.blocked) return fmt::format("it is blocked after a failure: crm resource cleanup {}", e.resource);
    if (!view.managed) return fmt::format("it is not managed: crm resource manage {}", e.resource);
    const bool any = std::any_of(e.verdicts.begin(), e.verdicts.end(), [](const NodeVerdict& v) {
        return v.state.empty() && v.score >= Score{};
    });
    if (any || e.verdicts.empty()) return {};
    for (const NodeVerdict& v : e.verdicts) {
        if (!v.state.empty()) continue;
        for (const auto& term : v.terms) {
            if (!term.score.is_banned()) continue;
            return remedy_for(term, v.node, e.resource);
        }
    }
    for (const NodeVerdict& v : e.verdicts) {
        if (v.state == "on standby") return fmt::format("no node is left: crm node online {}", v.node);
    }
    return "no node is left that may run anything";
}

std::string strip_instance(const std::string& id) { return id.substr(0, id.rfind(':')); }

// An action without a reason of its own is there for what becomes of its resource.
std::string decision_about(const policy::Plan& plan, const policy::Action& a) {
    for (const auto& r : plan.reasons) {
        if (r.resource == a.resource && r.decision != "leave") return fmt::format("{} {}: {}", r.decision, r.resource, r.text);
    }
    if (a.task == "monitor" && a.expected_rc == 7) return "whether it runs there is not known";
    return {};
}

// Ids of real actions that must be done before, milestones looked through.
void real_before(const policy::TransitionGraph& g, int id, std::vector<bool>& seen, std::vector<int>& out) {
    for (const int before : g.actions[static_cast<std::size_t>(id)].after) {
        const auto at = static_cast<std::size_t>(before);
        if (seen[at]) continue;
        seen[at] = true;
        if (g.actions[at].kind == policy::ActionKind::pseudo) real_before(g, before, seen, out);
        else out.push_back(before);
    }
}

}  // namespace

Result<ResourceExplanation> explain_resource(const policy::Plan& plan, const policy::ClusterView& view,
                                             const std::string& resource, const std::string& node) {
    const policy::ResourceView* r = find_view(view.resources, resource);
    if (r == nullptr) {
        std::vector<std::string> ids;
        collect_ids(view.resources, ids);
        const auto near = std::min_element(ids.begin(), ids.end(), [&](const auto& a, const auto& b) {
            return edit_distance(a, resource) < edit_distance(b, resource);
        });
        const bool close = near != ids.end() && edit_distance(*near, resource) <= 2;
        return fail(ErrorCode::not_found, fmt::format("there is no resource \"{}\"{}", resource,
                                                      close ? fmt::format("; is \"{}\" meant?", *near) : ""));
    }
    if (!node.empty() && std::none_of(view.nodes.begin(), view.nodes.end(), [&](const auto& n) { return n.name == node; })) {
        return fail(ErrorCode::not_found, fmt::format("there is no node \"{}\"", node));
    }
    ResourceExplanation e;
    e.resource = resource;
    e.role = r->role;
    e.nodes = r->nodes;
    // A group, clone or bundle is what becomes of its members and instances; what changes comes first.
    std::vector<std::string> parts{resource};
    collect_ids(r->children, parts);
    const auto part = [&](const std::string& id) {
        return std::any_of(parts.begin(), parts.end(), [&](const auto& p) { return concerns(id, p); });
    };
    for (const auto& reason : plan.reasons) {
        if (part(reason.resource)) e.decisions.push_back(reason);
    }
    std::stable_partition(e.decisions.begin(), e.decisions.end(), [](const auto& d) { return d.decision != "leave"; });
    e.verdicts = verdicts(plan, view, resource, node);
    for (const auto& a : plan.graph.actions) {
        if (a.kind != policy::ActionKind::pseudo && part(a.resource)) e.actions.push_back(action_name(a));
    }
    e.remedy = remedy_of(e, *r);
    return e;
}

Result<std::vector<ActionExplanation>> explain_action(const policy::Plan& plan, const std::string& action) {
    const auto at = action.rfind('@');
    const std::string key = action.substr(0, at);
    const std::string node = at == std::string::npos ? "" : action.substr(at + 1);
    const auto& g = plan.graph;
    std::vector<ActionExplanation> out;
    for (const auto& a : g.actions) {
        if ((a.key != key && a.internal_key != key) || (!node.empty() && a.node != node)) continue;
        ActionExplanation e{action_name(a), a.reason.empty() ? decision_about(plan, a) : a.reason, {}, {}};
        std::vector<bool> seen(g.actions.size(), false);
        std::vector<int> before;
        real_before(g, a.id, seen, before);
        std::sort(before.begin(), before.end());
        for (const int id : before) e.waits_for.push_back(action_name(g.actions[static_cast<std::size_t>(id)]));
        for (const auto& other : g.actions) {
            if (std::binary_search(other.after.begin(), other.after.end(), a.id)) e.waited_for_by.push_back(action_name(other));
        }
        out.push_back(std::move(e));
    }
    if (out.empty()) {
        std::vector<std::string> there;
        for (const auto& a : g.actions) {
            const bool mine = !a.resource.empty() && starts_with(key, strip_instance(a.resource) + "_");
            if (mine && a.kind != policy::ActionKind::pseudo && there.size() < 6) there.push_back(a.key + "@" + a.node);
        }
        const std::string known = there.empty() ? "expected RESOURCE_TASK_INTERVALMS, such as web_start_0, or with @NODE"
                                                : "planned are " + join(there, ", ");
        return fail(ErrorCode::not_found, fmt::format("the plan has no action \"{}\"; {}", action, known));
    }
    return out;
}

}  // namespace muster::crm
