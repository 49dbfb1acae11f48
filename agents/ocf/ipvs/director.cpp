#include "agents/ocf/ipvs/director.h"

namespace ipvs {

Director::Director(const Service& service) : service_{service} {
    for (const auto& server : service_.servers) {
        ServerState state;
        state.weight = server.weight;
        state.up = !service_.alpha || server.check.kind == CheckKind::none;
        states_.push_back(state);
    }
    Consequences nobody_told_yet;
    judge_quorum(nobody_told_yet);
}

int Director::weight_up() const {
    int sum = 0;
    for (const auto& s : states_) sum += s.up ? s.weight : 0;
    return sum;
}

// Lost below quorum - hysteresis, found again at quorum + hysteresis: no flapping in between.
bool Director::judge_quorum(Consequences& c) {
    const bool before = quorum_;
    const int margin = quorum_ ? -service_.hysteresis : service_.hysteresis;
    quorum_ = weight_up() >= service_.quorum + margin;
    if (quorum_ == before) return false;
    const std::string& command = quorum_ ? service_.quorum_up : service_.quorum_down;
    if (!command.empty()) c.commands.push_back(command);
    c.text += c.text.empty() ? "" : "; ";
    c.text += quorum_ ? "quorum of servers reached" : "quorum of servers lost";
    if (service_.sorry.port != 0) c.text += quorum_ ? ", sorry server leaves" : ", sorry server " + to_string(service_.sorry) + " answers";
    return true;
}

Consequences Director::verdict(std::size_t i, bool ok, const std::string& said, int weight) {
    const RealServer& server = service_.servers[i];
    ServerState& state = states_[i];
    Consequences c;
    c.next_check_ms = server.check.delay_ms;
    const bool was_up = state.up;
    const int old_weight = state.weight;
    state.checked = true;
    state.said = said;
    if (ok) {
        state.failures = 0;
        state.up = true;
        if (weight >= 0) state.weight = weight;
    } else {
        ++state.failures;
        if (state.failures > server.check.retry) state.up = false;
        else if (was_up) c.next_check_ms = server.check.delay_before_retry_ms;
        if (!state.up && (was_up || state.why_down.empty())) state.why_down = said;
    }
    if (state.up != was_up) {
        c.table_changed = true;
        c.text = to_string(server.at) + (state.up ? " is up" : " is down: " + said);
        const std::string& command = state.up ? server.notify_up : server.notify_down;
        if (!command.empty()) c.commands.push_back(command);
    } else if (state.weight != old_weight) {
        c.table_changed = true;
        c.text = to_string(server.at) + " has weight " + std::to_string(state.weight);
    }
    if (c.table_changed && judge_quorum(c)) c.table_changed = true;
    return c;
}

std::vector<Destination> Director::table() const {
    std::vector<Destination> table;
    if (!quorum_ && service_.sorry.port != 0) return {{service_.sorry, 1}};
    for (std::size_t i = 0; i < states_.size(); ++i) {
        const RealServer& server = service_.servers[i];
        if (states_[i].up) table.push_back({server.at, states_[i].weight});
        else if (server.inhibit) table.push_back({server.at, 0});
    }
    return table;
}

std::string Director::trouble() const {
    constexpr std::size_t kNamed = 5;
    std::string text;
    std::size_t down = 0;
    for (std::size_t i = 0; i < states_.size(); ++i) {
        if (states_[i].up || ++down > kNamed) continue;
        const std::string& why = states_[i].why_down;
        text += (down == 1 ? ": " : ", ") + to_string(service_.servers[i].at) + " (" + (why.empty() ? "not checked yet" : why) + ")";
    }
    if (down > kNamed) text += " and " + std::to_string(down - kNamed) + " more";
    if (down > 0) text.insert(0, std::to_string(down) + " of " + std::to_string(states_.size()) + " servers down");
    if (quorum_) return text;
    text += text.empty() ? "no quorum of servers" : "; no quorum of servers";
    return text + (service_.sorry.port == 0 ? "" : ", sorry server " + to_string(service_.sorry) + " answers");
}

}  // namespace ipvs
