// What a node's own lrmd says when the node joins.  The table was taken after the join point, so it is newer than the
// replicated history: the node may have been on its own meanwhile, under a DC whose state is worth nothing any more.
#include <algorithm>
#include <set>

#include "crmd/core/apply.h"
#include "crmd/core/history.h"

namespace muster::crmd {
namespace {

// Newest call that the history knows of; pending ones have no number yet.
std::int64_t newest_call(const cib::ResourceHistory& history) {
    std::int64_t newest = 0;
    for (const auto& op : history.ops) newest = std::max<std::int64_t>(newest, op.call_id);
    return newest;
}

// A monitor keeps its call for ever: it is news if it says something else than its newest record.
bool other_verdict(const cib::ResourceHistory& history, const wire::Outcome& result) {
    bool known = false;
    for (const auto& op : history.ops) {
        if (op.operation != result.operation() || op.interval_ms != result.interval_ms() || op.call_id != static_cast<std::int32_t>(result.call_id())) continue;
        known = true;
        if (op.rc == result.rc() && op.op_status == result.op_status()) return false;
    }
    return known;
}

wire::Order order_of(const NodeFacts& node, const wire::Outcome& result) {
    wire::Order order;
    const auto set = node.recurring.find({result.resource(), result.operation(), result.interval_ms()});
    if (result.interval_ms() > 0 && set != node.recurring.end()) order = set->second;
    else order.set_expected_rc(result.rc());
    order.set_id(result.action_id());
    order.set_node(node.name);
    order.set_resource(result.resource());
    order.set_history_id(result.resource());
    order.set_klass(result.klass());
    order.set_provider(result.provider());
    order.set_type(result.type());
    order.set_operation(result.operation());
    order.set_interval_ms(result.interval_ms());
    order.set_transition_key(result.transition_key());
    return order;
}

// What recurs there is what its lrmd says; an order that may still be on its way stays.
void take_recurring(State& state, NodeFacts& node, const wire::NodeReport& report) {
    std::set<RecurringKey> set;
    for (const wire::Recurring& r : report.recurring()) {
        const RecurringKey key{r.resource(), r.operation(), r.interval_ms()};
        set.insert(key);
        node.recurring.emplace(key, r.order());
    }
    for (auto at = node.recurring.begin(); at != node.recurring.end();) {
        const bool stays = set.count(at->first) != 0 || at->second.klass() == "stonith" || state.in_flight.count(at->second.id()) != 0;
        if (stays) {
            ++at;
            continue;
        }
        erase_record(node, at->second.history_id(), at->first.operation, at->first.interval_ms);
        at = node.recurring.erase(at);
    }
}

void take(const Applied& from, Applied& applied) {
    applied.completed.insert(applied.completed.end(), from.completed.begin(), from.completed.end());
    applied.events.insert(applied.events.end(), from.events.begin(), from.events.end());
}

}  // namespace

Applied apply_report(State& state, NodeId sender, const wire::NodeReport& report) {
    Applied applied;
    const auto at = state.nodes.find(sender);
    if (at == state.nodes.end() || at->second.life != Life::up) return applied;
    NodeFacts& node = at->second;
    std::map<std::string, std::int64_t> known;  // resource -> newest call before this report
    for (const auto& [id, history] : node.history) known[id] = newest_call(history);
    take_recurring(state, node, report);
    for (const wire::Outcome& result : report.results()) {
        if (state.in_flight.count(result.action_id()) != 0) {  // its answer went to a state that is no more
            take(apply_outcome(state, sender, result), applied);
            continue;
        }
        const auto before = known.find(result.resource());
        const bool news = before == known.end() || result.call_id() > before->second ||
                          (result.interval_ms() > 0 && other_verdict(node.history[result.resource()], result));
        if (news) record_outcome(node, order_of(node, result), result);
    }
    node.joined = true;
    applied.unexpected = node.name + " has joined";
    applied.events.push_back(applied.unexpected);
    applied.changed = true;
    return applied;
}

}  // namespace muster::crmd
