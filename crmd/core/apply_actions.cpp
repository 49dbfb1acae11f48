#include <optional>

#include "base/score.h"
#include "base/time.h"
#include "base/text.h"
#include "crmd/core/apply.h"
#include "crmd/core/history.h"

namespace muster::crmd {
namespace {

std::string short_text(const wire::Order& order, const NodeFacts& node) {
    std::string text = order.operation() + " " + order.resource() + " on " + node.name;
    if (order.interval_ms() > 0) text += " every " + to_string(milliseconds{order.interval_ms()});
    return text;
}

// All recurring operations of the resource, or the one of that key; one whose first result is not there yet is over, too.
void drop_recurring(State& state, NodeFacts& node, const std::string& resource, const std::string& key, Applied& applied) {
    auto at = node.recurring.lower_bound({resource, "", 0});
    while (at != node.recurring.end() && at->first.resource == resource) {
        if (!key.empty() && at->second.operation_key() != key) { ++at; continue; }
        const std::string id = at->second.id();
        erase_record(node, at->second.history_id(), at->first.operation, at->first.interval_ms);
        applied.dropped.push_back(std::move(at->second));
        at = node.recurring.erase(at);
        if (state.in_flight.erase(id) > 0) applied.completed.push_back({id, false});
    }
}

// "web:1" is an instance of "web".
bool is_instance_of(const std::string& id, const std::string& resource) {
    if (!starts_with(id, resource + ":")) return false;
    return parse_int(id.substr(resource.size() + 1)).has_value();
}

Applied forget_on(State& state, NodeFacts& node, const wire::Forget& forget) {
    Applied applied;
    std::vector<std::string> resources;
    // Who names a resource means all its instances.
    for (const auto& [id, history] : node.history) {
        if (forget.resource().empty() || is_instance_of(id, forget.resource())) resources.push_back(id);
    }
    if (!forget.resource().empty()) resources.push_back(forget.resource());
    for (const std::string& resource : resources) {
        const bool failed = clear_failures(node, resource, forget.operation(), forget.interval_ms());
        if (!failed && !forget.all_history()) continue;
        node.history.erase(resource);
        drop_recurring(state, node, resource, "", applied);
        applied.changed = true;
        applied.events.push_back("history of " + resource + " on " + node.name + " is forgotten");
    }
    return applied;
}

}  // namespace

Applied apply_order(State& state, NodeId sender, const wire::Order& order) {
    Applied applied;
    NodeFacts* node = state.node(order.node());
    if (node == nullptr || sender != state.dc || order.era_number() < state.era_number) return applied;
    state.era_number = order.era_number();
    if (order.operation() == "cancel") {
        // operation_key names what is cancelled; from here on its results are dropped by id.
        const std::string& key = order.operation_key();
        drop_recurring(state, *node, order.resource(), key, applied);
        if (auto h = node->history.find(order.history_id()); h != node->history.end()) {
            std::erase_if(h->second.ops, [&](const auto& op) { return op.id == key; });
        }
        state.in_flight[order.id()] = order;
        applied.changed = true;
        return applied;
    }
    if (order.operation() == "stop" || order.operation() == "demote" || order.operation() == "promote" ||
        order.operation() == "migrate_to") {
        drop_recurring(state, *node, order.resource(), "", applied);
    }
    if (order.interval_ms() > 0) node->recurring[{order.resource(), order.operation(), order.interval_ms()}] = order;
    state.in_flight[order.id()] = order;
    if (order.operation() != "notify") record_pending(*node, order);
    applied.changed = true;
    return applied;
}

Applied apply_outcome(State& state, NodeId sender, const wire::Outcome& outcome) {
    Applied applied;
    const NodeFacts* from = state.node(sender);
    NodeFacts* node = state.node(outcome.node().empty() && from != nullptr ? from->name : outcome.node());
    if (node == nullptr) return applied;
    const auto flight = state.in_flight.find(outcome.action_id());
    const auto recurring = node->recurring.find({outcome.resource(), outcome.operation(), outcome.interval_ms()});
    const bool is_set = recurring != node->recurring.end() && recurring->second.id() == outcome.action_id();
    if (flight == state.in_flight.end() && !is_set) return applied;  // late: it was cancelled, or its node's life is over
    const wire::Order order = flight != state.in_flight.end() ? flight->second : recurring->second;
    const bool answers_order = flight != state.in_flight.end();
    if (answers_order) state.in_flight.erase(flight);
    if (order.operation() == "cancel" || order.operation() == "notify") {
        applied.completed.push_back({order.id(), true});
        return applied;
    }
    const bool ok = succeeded(outcome, order.expected_rc());
    const bool cancelled = outcome.op_status() == 1;
    if (answers_order) applied.completed.push_back({order.id(), ok, order.interval_ms() > 0});
    if (cancelled) return applied;
    applied.changed = true;
    record_outcome(*node, order, outcome);
    if (ok && answers_order) return applied;
    const bool probe = order.operation() == "monitor" && order.interval_ms() == 0;
    std::string text = short_text(order, *node) + ": ";
    if (ok) text += "ok again";
    else text += "rc " + std::to_string(outcome.rc()) + (outcome.exit_reason().empty() ? "" : " (" + outcome.exit_reason() + ")") +
                 (probe ? "" : ", expected " + std::to_string(order.expected_rc()));
    if (!ok && counts(order)) raise_fail_count(*node, order, outcome);
    applied.unexpected = text;
    applied.events.push_back(text);
    return applied;
}

Applied apply_forget(State& state, const wire::Forget& forget) {
    Applied applied;
    for (auto& [id, node] : state.nodes) {
        if (!forget.node().empty() && node.name != forget.node()) continue;
        Applied one = forget_on(state, node, forget);
        applied.changed |= one.changed;
        applied.completed.insert(applied.completed.end(), one.completed.begin(), one.completed.end());
        applied.dropped.insert(applied.dropped.end(), one.dropped.begin(), one.dropped.end());
        applied.events.insert(applied.events.end(), one.events.begin(), one.events.end());
    }
    if (!forget.action_id().empty()) applied.completed.push_back({forget.action_id(), true});
    else if (applied.changed) applied.unexpected = "history forgotten";
    return applied;
}

Applied apply_clear(State& state, const wire::ClearFailCount& clear) {
    Applied applied;
    if (NodeFacts* node = state.node(clear.node()); node != nullptr) {
        applied.changed = clear_failures(*node, clear.resource(), clear.operation(), clear.interval_ms());
        applied.events.push_back("fail count of " + clear.resource() + " on " + node->name + " is cleared");
    }
    if (!clear.action_id().empty()) applied.completed.push_back({clear.action_id(), true});
    if (applied.changed) applied.unexpected = "fail count cleared";
    return applied;
}

// "x++" and "x+=5" count on from what there is; everything else is a value as it stands.
static std::optional<std::int64_t> step_of(const std::string& value) {
    if (ends_with(value, "++")) return 1;
    const auto sign = value.rfind("+=");
    if (sign == std::string::npos) return std::nullopt;
    return parse_int(value.substr(sign + 2)).value_or(0);
}

Applied apply_attribute(State& state, const wire::AttributeChange& change) {
    Applied applied;
    NodeFacts* node = state.node(change.node());
    if (node == nullptr) return applied;
    auto& map = change.private_() ? node->private_attributes : node->attributes;
    if (change.unset()) {
        applied.changed = map.erase(change.name()) > 0;
    } else {
        std::string value = change.value();
        const auto old = map.find(change.name());
        if (const auto step = change.expand() ? step_of(value) : std::nullopt) {
            const std::int64_t base = old == map.end() ? 0 : parse_int(old->second).value_or(0);
            value = to_string(Score{base + *step});
        }
        applied.changed = old == map.end() || old->second != value;
        map[change.name()] = value;
    }
    if (!applied.changed) return applied;
    applied.events.push_back("attribute " + change.name() + " of " + node->name + (change.unset() ? " is gone" : " = " + map[change.name()]));
    if (!change.private_()) applied.unexpected = "attribute " + change.name() + " of " + node->name;
    return applied;
}

}  // namespace muster::crmd
