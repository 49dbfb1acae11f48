// When the coordinator tells of an event; which agents that means is decided in alerts.cpp.
#include "crmd/core/alerts.h"
#include "crmd/core/coordinator_impl.h"

namespace muster::crmd {

void Coordinator::Impl::alert(const AlertEvent& event) {
    cib::Cib cib;
    cib::replica::take_document(cib, replica_.committed().document);
    if (cib.section("alerts") == nullptr) return;
    for (auto& order : alerts_for(cib.configuration, event, now_.wall, ++alert_sequence_)) {
        lrmd::proto::Message m;
        *m.mutable_alert() = std::move(order);
        to_lrmd(m);
    }
}

// Before the outcome is applied: the order that it answers is still known.
void Coordinator::Impl::alert_of_outcome(const wire::Outcome& outcome) {
    if (outcome.operation() == "cancel" || outcome.operation() == "delete" || outcome.operation() == "notify") return;
    const wire::Order* order = nullptr;
    if (const auto at = state_.in_flight.find(outcome.action_id()); at != state_.in_flight.end()) order = &at->second;
    if (const NodeFacts* me = state_.node(self_); order == nullptr && me != nullptr) {
        for (const auto& [key, recurring] : me->recurring) {
            if (recurring.id() == outcome.action_id()) order = &recurring;
        }
    }
    // A probe that found what is there already is no event.
    const std::int32_t expected = order != nullptr ? order->expected_rc() : 0;
    const bool probe = outcome.operation() == "monitor" && outcome.interval_ms() == 0;
    if (probe) return;
    const bool well = outcome.op_status() == 0 && outcome.rc() == expected;
    std::string desc = well ? "ok" : !outcome.exit_reason().empty() ? outcome.exit_reason() : "failed";
    alert({"resource", desc, settings_.name,
           {{"task", outcome.operation()},
            {"interval", std::to_string(outcome.interval_ms())},
            {"rsc", order != nullptr ? order->history_id() : outcome.resource()},
            {"rc", std::to_string(outcome.rc())},
            {"target_rc", std::to_string(expected)},
            {"status", std::to_string(outcome.op_status())},
            {"exec_time", std::to_string(outcome.exec_ms())}}});
}

void Coordinator::Impl::alert_of_fencing(const wire::FenceDone& done) {
    const auto at = state_.fencing.find(done.id());
    if (!leading() || at == state_.fencing.end()) return;
    const wire::FencingRecord& r = at->second;
    alert({"fencing",
           "Operation " + r.action() + " of " + r.target() + (done.ok() ? " succeeded" : " failed: " + done.error()),
           r.target(),
           {{"task", r.action()}, {"rc", done.ok() ? "0" : "1"}}});
}

void Coordinator::Impl::alert_of_attribute(const wire::AttributeChange& change) {
    if (!leading() || change.private_()) return;
    alert({"attribute", "", change.node(), {{"attribute_name", change.name()}, {"attribute_value", change.value()}}});
}

// What the last DC told is kept by everybody, so that the next one tells of the loss of the DC itself.
void Coordinator::Impl::alert_of_members() {
    if (!synced_ || dc_ == 0) return;
    std::map<std::string, bool> now;
    for (const auto& [id, node] : state_.nodes) {
        if (node.life != Life::unseen) now[node.name] = node.life == Life::up && node.joined;
    }
    if (now == alerted_members_) return;
    const auto before = std::exchange(alerted_members_, now);
    if (!leading()) return;
    for (const auto& [name, here] : now) {
        const auto old = before.find(name);
        const bool was = old != before.end() && old->second;
        if (was == here) continue;
        const NodeFacts* node = state_.node(name);
        alert({"node", here ? "member" : "lost", name, {{"nodeid", std::to_string(node != nullptr ? node->id : 0)}}});
    }
}

}  // namespace muster::crmd
