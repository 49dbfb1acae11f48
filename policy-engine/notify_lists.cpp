// Who starts, stops, is promoted, is active: as agents see it in a notification.
#include <algorithm>

#include "policy-engine/notify.h"

namespace muster::policy {
namespace {

bool goes(const Actions& a, ActIx x) { return x != kNone && !a.at(x).optional && a.at(x).runnable && !a.at(x).dead; }

std::string joined(std::vector<std::string> words) {
    std::string out;
    for (const auto& w : words) out += (out.empty() ? "" : " ") + w;
    return out.empty() ? " " : out;
}

}  // namespace

NotifyLists notify_lists(Actions& a, RscIx clone, const std::vector<RscIx>& members) {
    Model& m = a.m;
    NotifyLists lists;
    using Pairs = std::vector<std::pair<std::string, std::string>>;
    Pairs active, promoted, unpromoted, start, stop, promote, demote;
    std::vector<std::string> inactive;
    for (RscIx r : members) {
        const Resource& res = m.rsc(r);
        const std::string& id = res.id;  // agents see instance numbers, anonymous or not
        if (res.running_on.empty() || res.role <= Role::stopped) inactive.push_back(id);
        for (NodeIx n : res.running_on) {
            if (res.role == Role::promoted) promoted.emplace_back(id, m.node(n).name);
            if (res.role == Role::unpromoted) unpromoted.emplace_back(id, m.node(n).name);
            if (res.role > Role::stopped) active.emplace_back(id, m.node(n).name);
        }
        auto add = [&](Task t, Pairs& to) {
            for (ActIx x : a.find_all(r, t))
                if (goes(a, x) && a.at(x).node != kNone) to.emplace_back(id, m.node(a.at(x).node).name);
        };
        add(Task::start, start);
        add(Task::stop, stop);
        add(Task::promote, promote);
        add(Task::demote, demote);
    }
    lists.pairs = {{"active", active}, {"promoted", promoted}, {"master", promoted}, {"unpromoted", unpromoted}, {"slave", unpromoted},
                   {"start", start}, {"stop", stop}, {"promote", promote}, {"demote", demote}};
    lists.inactive = joined(inactive);
    std::vector<std::string> available, all;
    for (NodeIx n = 0; n < m.node_count(); ++n) {
        if (m.score(clone, n) == kAbsent) continue;
        all.push_back(m.node(n).name);
        if (m.score(clone, n) >= 0) available.push_back(m.node(n).name);
    }
    std::vector<std::string> up;
    for (const Node& n : m.nodes) up.push_back(n.name);
    lists.available = joined(available);
    lists.all_nodes = joined(up);
    return lists;
}

void add_notify_lists(const NotifyLists& lists, StringMap& meta) {
    for (const auto& [name, pairs] : lists.pairs) {
        std::vector<std::string> ids, nodes;
        for (const auto& [id, node] : pairs) {
            ids.push_back(id);
            nodes.push_back(node);
        }
        meta["notify_" + name + "_resource"] = joined(ids);
        meta["notify_" + name + "_uname"] = joined(nodes);
    }
    meta["notify_inactive_resource"] = lists.inactive;
    meta["notify_available_uname"] = lists.available;
    meta["notify_all_uname"] = lists.all_nodes;
}

}  // namespace muster::policy
