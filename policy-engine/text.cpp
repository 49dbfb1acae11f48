#include "policy-engine/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace muster::policy {
namespace {

// For each action the real ones that it waits for, milestones followed; of those only the last ones, for what they
// themselves wait for goes without saying.
class Predecessors {
  public:
    explicit Predecessors(const TransitionGraph& graph) : graph_{graph}, all_(graph.actions.size()), known_(graph.actions.size()) {}

    std::vector<int> last_real(int id) {
        const std::set<int> near = nearest(id);
        std::vector<int> last;
        for (const int candidate : near) {
            const bool implied = std::any_of(near.begin(), near.end(), [&](int other) {
                return other != candidate && all(other).count(candidate) != 0;
            });
            if (!implied) last.push_back(candidate);
        }
        return last;
    }

  private:
    bool real(int id) const { return graph_.actions[static_cast<std::size_t>(id)].kind != ActionKind::pseudo; }

    std::set<int> nearest(int id) {
        std::set<int> found;
        std::set<int> seen;
        std::vector<int> open = graph_.actions[static_cast<std::size_t>(id)].after;
        while (!open.empty()) {
            const int next = open.back();
            open.pop_back();
            if (!seen.insert(next).second) continue;
            if (real(next)) {
                found.insert(next);
                continue;
            }
            for (const int before : graph_.actions[static_cast<std::size_t>(next)].after) open.push_back(before);
        }
        return found;
    }

    // Everything before it, near and far.
    const std::set<int>& all(int id) {
        const auto i = static_cast<std::size_t>(id);
        if (known_[i]) return all_[i];
        known_[i] = true;
        std::set<int> sum;
        for (const int before : graph_.actions[i].after) {
            sum.insert(before);
            const std::set<int> farther = all(before);
            sum.insert(farther.begin(), farther.end());
        }
        return all_[i] = std::move(sum);
    }

    const TransitionGraph& graph_;
    std::vector<std::set<int>> all_;
    std::vector<bool> known_;
};

}  // namespace

std::string describe(const Action& action) {
    if (action.kind == ActionKind::fencing) {
        for (const auto& [name, value] : action.attributes) {
            if (name == "CRM_meta_stonith_action") return fmt::format("fence {} ({})", action.node, value);
        }
        return fmt::format("fence {}", action.node);
    }
    std::string task = action.task;
    if (action.interval.count() > 0) task += "/" + to_string(action.interval);
    else if (task == "monitor" && action.expected_rc == 7) task = "probe";
    std::string text = task;
    if (!action.resource.empty()) text += " " + action.resource;
    if (!action.node.empty()) text += " " + action.node;
    return text;
}

std::string to_text(const TransitionGraph& graph) {
    Predecessors predecessors{graph};
    std::vector<std::string> lines;
    for (const Action& action : graph.actions) {
        if (action.kind == ActionKind::pseudo) continue;
        std::vector<std::string> waits;
        for (const int id : predecessors.last_real(action.id)) {
            waits.push_back(describe(graph.actions[static_cast<std::size_t>(id)]));
        }
        std::sort(waits.begin(), waits.end());
        waits.erase(std::unique(waits.begin(), waits.end()), waits.end());
        std::string line = "  " + describe(action);
        for (std::size_t i = 0; i < waits.size(); ++i) line += (i == 0 ? "   after " : ", ") + waits[i];
        lines.push_back(std::move(line));
    }
    std::sort(lines.begin(), lines.end());
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    return text;
}

std::string to_text(const Plan& plan) {
    std::vector<std::string> lines;
    for (const Reason& r : plan.reasons) {
        std::string line = r.decision + " " + r.resource;
        if (!r.from.empty() && !r.to.empty() && r.from != r.to) line += " " + r.from + " -> " + r.to;
        else if (!r.to.empty()) line += " " + r.to;
        else if (!r.from.empty()) line += " " + r.from;
        if (!r.text.empty()) line += ": " + r.text;
        lines.push_back(std::move(line));
    }
    std::sort(lines.begin(), lines.end());
    std::string text;
    for (const auto& m : plan.messages) text += std::string{m.error ? "error: " : "warning: "} + m.text + "\n";
    for (const auto& line : lines) text += line + "\n";
    text += to_text(plan.graph);
    return text.empty() ? "nothing to do\n" : text;
}

}  // namespace muster::policy
