// A graph that cannot be carried out to its end is our mistake: loops, triggers on actions that are not there.
#include "policy-engine/actions.h"

namespace muster::policy {

std::string validate(const TransitionGraph& graph) {
    const auto n = graph.actions.size();
    std::vector<int> waiting(n, 0);
    std::vector<std::vector<int>> next(n);
    for (std::size_t i = 0; i < n; ++i) {
        if (graph.actions[i].id != static_cast<int>(i)) return "action ids are not dense at " + graph.actions[i].key;
        for (int before : graph.actions[i].after) {
            if (before < 0 || static_cast<std::size_t>(before) >= n) return graph.actions[i].key + " waits for an action that is not there";
            next[static_cast<std::size_t>(before)].push_back(static_cast<int>(i));
            ++waiting[i];
        }
    }
    std::vector<int> ready;
    for (std::size_t i = 0; i < n; ++i)
        if (waiting[i] == 0) ready.push_back(static_cast<int>(i));
    for (std::size_t k = 0; k < ready.size(); ++k)
        for (int t : next[static_cast<std::size_t>(ready[k])])
            if (--waiting[static_cast<std::size_t>(t)] == 0) ready.push_back(t);
    if (ready.size() == n) return {};
    std::string loop = "loop among:";
    int shown = 0;
    for (std::size_t i = 0; i < n && shown < 12; ++i)
        if (waiting[i] > 0) {
            loop += " " + graph.actions[i].key + (graph.actions[i].node.empty() ? "" : "@" + graph.actions[i].node);
            ++shown;
        }
    return loop;
}

}  // namespace muster::policy
