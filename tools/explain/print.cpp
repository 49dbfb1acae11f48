#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "tools/explain/explain.h"

namespace muster::crm {
namespace {

using nlohmann::ordered_json;
// Ten lines at most in all.
constexpr std::size_t kMostNodes = 4;
constexpr std::size_t kMostLines = 3;
constexpr std::size_t kMostActions = 6;

// "100 = 50 location-web + 50 resource-stickiness"
std::string sum_of(const NodeVerdict& v) {
    std::string out = to_string(v.score);
    std::string terms;
    for (std::size_t i = 0; i < v.terms.size(); ++i) {
        const auto& t = v.terms[i];
        // Said twice, a ban bans no more.
        const bool again = t.score.is_banned() && std::any_of(v.terms.begin(), v.terms.begin() + static_cast<std::ptrdiff_t>(i), [&](const auto& x) {
            return x.score == t.score && x.source == t.source;
        });
        if (again || t.score == Score{}) continue;
        const std::string number = to_string(t.score);
        const bool minus = t.score < Score{};
        if (terms.empty()) terms += number;
        else terms += minus ? " - " + number.substr(1) : " + " + number;
        terms += " " + t.source;
    }
    return terms.empty() ? out : out + " = " + terms;
}

std::string decision_line(const policy::Reason& d) {
    std::string where;
    if (!d.from.empty() && !d.to.empty() && d.from != d.to) where = fmt::format(" {} -> {}", d.from, d.to);
    else if (!d.to.empty()) where = " on " + d.to;
    else if (!d.from.empty()) where = " on " + d.from;
    const std::string decision = d.decision == "stay-stopped" ? "stays stopped" : d.decision == "leave" ? "stays" : d.decision;
    return decision + where + (d.text.empty() ? "" : ": " + d.text);
}

}  // namespace

std::string text(const ResourceExplanation& e) {
    // The deciding cause first.
    std::string out;
    const std::string now = e.nodes.empty() ? "Stopped" : fmt::format("{} on {}", e.role, join(e.nodes, ", "));
    if (e.decisions.empty()) out += fmt::format("{}: {}, and stays so\n", e.resource, now);
    for (std::size_t i = 0; i < std::min(e.decisions.size(), kMostLines); ++i) {
        const auto& d = e.decisions[i];
        const bool whole = d.resource == e.resource;  // a member's own state is in its decision
        out += fmt::format("{}: {}{}\n", d.resource, decision_line(d), whole ? fmt::format(" (now {})", now) : "");
    }
    if (e.decisions.size() > kMostLines) out += fmt::format("  and {} decisions more about its parts\n", e.decisions.size() - kMostLines);
    for (std::size_t i = 0; i < std::min(e.verdicts.size(), kMostNodes); ++i) {
        const NodeVerdict& v = e.verdicts[i];
        out += fmt::format("  {}: {}{}\n", v.node, v.state.empty() ? "" : v.state + "; ", sum_of(v));
    }
    if (e.verdicts.size() > kMostNodes) out += fmt::format("  and {} nodes more\n", e.verdicts.size() - kMostNodes);
    if (!e.actions.empty()) {
        const std::size_t shown = std::min(e.actions.size(), kMostActions);
        const std::vector<std::string> first{e.actions.begin(), e.actions.begin() + static_cast<std::ptrdiff_t>(shown)};
        const std::size_t rest = e.actions.size() - shown;
        out += fmt::format("  planned: {}{}\n", join(first, ", "), rest == 0 ? "" : fmt::format(" and {} more", rest));
    }
    if (!e.remedy.empty()) out += fmt::format("  what would change it: {}\n", e.remedy);
    return out;
}

std::string text(const ActionExplanation& e) {
    std::string out = fmt::format("{}: {}\n", e.action, e.reason.empty() ? "it follows from the others" : e.reason);
    if (e.waits_for.empty()) out += "  waits for nothing\n";
    else out += fmt::format("  waits for {}\n", join(e.waits_for, ", "));
    if (!e.waited_for_by.empty()) out += fmt::format("  before {}\n", join(e.waited_for_by, ", "));
    return out;
}

std::string json(const ResourceExplanation& e) {
    ordered_json j{{"resource", e.resource}, {"role", e.role}, {"nodes", e.nodes}};
    j["decisions"] = ordered_json::array();
    for (const auto& d : e.decisions) {
        j["decisions"].push_back(
            {{"resource", d.resource}, {"decision", d.decision}, {"from", d.from}, {"to", d.to}, {"reason", d.text}});
    }
    j["scores"] = ordered_json::array();
    for (const auto& v : e.verdicts) {
        ordered_json terms = ordered_json::array();
        for (const auto& t : v.terms) terms.push_back({{"score", to_string(t.score)}, {"source", t.source}, {"text", t.text}});
        j["scores"].push_back({{"node", v.node}, {"score", to_string(v.score)}, {"node_state", v.state}, {"terms", terms}});
    }
    j["actions"] = e.actions;
    if (!e.remedy.empty()) j["remedy"] = e.remedy;
    return j.dump(2) + "\n";
}

std::string json(const std::vector<ActionExplanation>& all) {
    ordered_json list = ordered_json::array();
    for (const auto& e : all) {
        list.push_back({{"action", e.action}, {"reason", e.reason}, {"waits_for", e.waits_for}, {"before", e.waited_for_by}});
    }
    return list.dump(2) + "\n";
}

}  // namespace muster::crm
