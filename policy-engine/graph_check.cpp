#include "policy-engine/graph_check.h"

#include <fmt/format.h>

#include <functional>
#include <queue>

namespace muster::policy {
namespace {

bool inside(const TransitionGraph& graph, int id) {
    return id >= 0 && static_cast<std::size_t>(id) < graph.actions.size();
}

std::string name_of(const Action& a) {
    return a.node.empty() ? fmt::format("{} ({})", a.key, a.id) : fmt::format("{} on {} ({})", a.key, a.node, a.id);
}

}  // namespace

std::vector<int> execution_order(const TransitionGraph& graph) {
    const std::size_t n = graph.actions.size();
    std::vector<int> waits(n, 0);
    std::vector<std::vector<int>> next(n);
    for (const Action& a : graph.actions) {
        for (const int before : a.after) {
            if (!inside(graph, before) || !inside(graph, a.id)) continue;
            next[static_cast<std::size_t>(before)].push_back(a.id);
            ++waits[static_cast<std::size_t>(a.id)];
        }
    }
    std::priority_queue<int, std::vector<int>, std::greater<>> ready;
    for (std::size_t i = 0; i < n; ++i) {
        if (waits[i] == 0) ready.push(static_cast<int>(i));
    }
    std::vector<int> order;
    order.reserve(n);
    while (!ready.empty()) {
        const int id = ready.top();
        ready.pop();
        order.push_back(id);
        for (const int follower : next[static_cast<std::size_t>(id)]) {
            if (--waits[static_cast<std::size_t>(follower)] == 0) ready.push(follower);
        }
    }
    return order;
}

namespace {

std::vector<std::string> wrong_ids(const TransitionGraph& graph) {
    std::vector<std::string> errors;
    for (std::size_t i = 0; i < graph.actions.size(); ++i) {
        const Action& a = graph.actions[i];
        if (a.id != static_cast<int>(i)) {
            errors.push_back(fmt::format("action {} stands at position {}; ids must be dense", name_of(a), i));
        }
        int last = -1;
        for (const int before : a.after) {
            if (!inside(graph, before)) {
                errors.push_back(fmt::format("{} waits for action {}, which is not in the graph", name_of(a), before));
            } else if (before <= last) {
                errors.push_back(fmt::format("{} lists what it waits for out of order or twice ({})", name_of(a), before));
            }
            last = before;
        }
    }
    return errors;
}

// A loop among the actions that are not in the order.  Walk back from one of them: the walk must meet itself, and that
// part is the loop.
std::string loop_text(const TransitionGraph& graph, const std::vector<int>& order) {
    std::vector<bool> done(graph.actions.size(), false);
    for (const int id : order) done[static_cast<std::size_t>(id)] = true;
    std::size_t at = 0;
    while (done[at]) ++at;
    std::vector<int> seen(graph.actions.size(), -1);
    std::vector<std::size_t> path;
    while (seen[at] < 0) {
        seen[at] = static_cast<int>(path.size());
        path.push_back(at);
        for (const int before : graph.actions[at].after) {
            if (!done[static_cast<std::size_t>(before)]) {
                at = static_cast<std::size_t>(before);
                break;
            }
        }
    }
    std::string text = "a loop: " + name_of(graph.actions[at]);
    for (std::size_t i = path.size(); i-- > static_cast<std::size_t>(seen[at]);) {
        text += " before " + name_of(graph.actions[path[i]]);
    }
    return text;
}

}  // namespace

std::vector<std::string> graph_errors(const TransitionGraph& graph) {
    std::vector<std::string> errors = wrong_ids(graph);
    if (!errors.empty()) return errors;
    const std::vector<int> order = execution_order(graph);
    if (order.size() != graph.actions.size()) errors.push_back(loop_text(graph, order));
    return errors;
}

}  // namespace muster::policy
