#include "crmd/core/history.h"

#include <algorithm>

#include "base/score.h"
#include "base/text.h"

namespace muster::crmd {
namespace {

constexpr std::int32_t kRcPending = 193;
constexpr std::int32_t kStatusPending = -1;

bool is_migration(const std::string& operation) { return operation == "migrate_to" || operation == "migrate_from"; }

std::string record_id(const wire::Order& order) {
    if (is_migration(order.operation())) return operation_key(order.history_id(), order.operation(), 0);
    if (order.interval_ms() > 0) return operation_key(order.history_id(), order.operation(), order.interval_ms());
    return order.history_id() + "_last_0";
}

cib::ResourceHistory& history_of(NodeFacts& node, const wire::Order& order) {
    cib::ResourceHistory& h = node.history[order.history_id()];
    h.id = order.history_id();
    h.klass = order.klass();
    h.provider = order.provider();
    h.type = order.type();
    return h;
}

void put(cib::ResourceHistory& history, cib::OpRecord record) {
    auto at = std::find_if(history.ops.begin(), history.ops.end(), [&](const auto& op) { return op.id == record.id; });
    if (at == history.ops.end()) history.ops.push_back(std::move(record));
    else *at = std::move(record);
}

cib::OpRecord base_record(const NodeFacts& node, const wire::Order& order) {
    cib::OpRecord r;
    r.id = record_id(order);
    r.operation = order.operation();
    r.operation_key = operation_key(order.history_id(), order.operation(), order.interval_ms());
    r.interval_ms = order.interval_ms();
    r.transition_key = order.transition_key();
    r.on_node = node.name;
    r.crm_feature_set = kFeatureSet;
    r.migrate_source = order.migrate_source();
    r.migrate_target = order.migrate_target();
    return r;
}

std::string magic(std::int32_t status, std::int32_t rc, const std::string& key) {
    return std::to_string(status) + ":" + std::to_string(rc) + ";" + key;
}

std::int32_t last_call_id(const cib::ResourceHistory& history) {
    std::int32_t last = 0;
    for (const auto& op : history.ops) last = std::max(last, op.call_id);
    return last;
}

std::string count_name(const wire::Order& order) {
    return order.history_id() + "#" + order.operation() + "_" + std::to_string(order.interval_ms());
}

}  // namespace

std::string operation_key(const std::string& resource, const std::string& operation, std::int64_t interval_ms) {
    return resource + "_" + operation + "_" + std::to_string(interval_ms);
}

bool succeeded(const wire::Outcome& outcome, std::int32_t expected_rc) {
    if (outcome.op_status() != 0) return false;
    const std::int32_t rc = outcome.rc();
    return rc == expected_rc || (rc == 190 && expected_rc == 0) || (rc == 191 && expected_rc == 8);
}

void record_pending(NodeFacts& node, const wire::Order& order) {
    cib::ResourceHistory& history = history_of(node, order);
    cib::OpRecord r = base_record(node, order);
    r.call_id = -1;  // lrmd has not numbered it yet
    r.rc = kRcPending;
    r.op_status = kStatusPending;
    r.transition_magic = magic(kStatusPending, kRcPending, order.transition_key());
    r.last_rc_change = order.stamp_us() / 1'000'000;
    r.exec_time_ms = 0;
    r.queue_time_ms = 0;
    put(history, std::move(r));
}

void record_outcome(NodeFacts& node, const wire::Order& order, const wire::Outcome& outcome) {
    cib::ResourceHistory& history = history_of(node, order);
    cib::OpRecord r = base_record(node, order);
    r.call_id = outcome.call_id() != 0 ? static_cast<std::int32_t>(outcome.call_id()) : last_call_id(history) + 1;
    r.rc = outcome.rc();
    r.op_status = outcome.op_status();
    r.transition_magic = magic(r.op_status, r.rc, order.transition_key());
    r.exit_reason = outcome.exit_reason();
    r.last_rc_change = outcome.started_at_us() / 1'000'000;
    r.exec_time_ms = outcome.exec_ms();
    r.queue_time_ms = outcome.queue_ms();
    r.op_digest = outcome.op_digest();
    r.op_restart_digest = outcome.op_restart_digest();
    r.op_force_restart = outcome.op_force_restart();
    r.op_secure_digest = outcome.op_secure_digest();
    r.op_secure_params = outcome.op_secure_params();
    const bool probe = order.operation() == "monitor" && order.interval_ms() == 0;
    const bool probe_says_active = probe && outcome.op_status() == 0 && (outcome.rc() == 0 || outcome.rc() == 8 || outcome.rc() == 7);
    if (!succeeded(outcome, order.expected_rc()) && !probe_says_active) {
        cib::OpRecord failure = r;
        failure.id = order.history_id() + "_last_failure_0";
        put(history, std::move(failure));
        if (order.interval_ms() > 0) return;  // the last good one stays beside it
    }
    put(history, std::move(r));
    // What ran before a stop is over: monitors that were set are gone with it.
    if (order.operation() == "stop" && succeeded(outcome, order.expected_rc())) {
        std::erase_if(history.ops, [](const auto& op) { return op.interval_ms > 0 && !ends_with(op.id, "_last_failure_0"); });
    }
}

bool counts(const wire::Order& order) {
    if (order.operation() == "notify") return false;
    return order.operation() != "monitor" || order.interval_ms() > 0;
}

void raise_fail_count(NodeFacts& node, const wire::Order& order, const wire::Outcome& outcome) {
    std::string& count = node.attributes["fail-count-" + count_name(order)];
    const auto old = parse_score(count.empty() ? "0" : count);
    const Score value = order.fatal() ? Score::infinity() : (old ? *old : Score{0}) + Score{1};
    count = to_string(value);
    const std::int64_t ended = outcome.started_at_us() + outcome.exec_ms() * 1000;
    node.attributes["last-failure-" + count_name(order)] = std::to_string(ended / 1'000'000);
}

bool clear_failures(NodeFacts& node, const std::string& resource, const std::string& operation, std::int64_t interval_ms) {
    const std::string wanted = resource + "#" + (operation.empty() ? "" : operation + "_" + std::to_string(interval_ms));
    const auto matches = [&](const std::string& name, const std::string& prefix) {
        return operation.empty() ? starts_with(name, prefix + wanted) : name == prefix + wanted;
    };
    const std::size_t before = node.attributes.size();
    std::erase_if(node.attributes, [&](const auto& a) {
        return matches(a.first, "fail-count-") || matches(a.first, "last-failure-");
    });
    bool any = node.attributes.size() != before;
    if (auto h = node.history.find(resource); h != node.history.end()) {
        any |= std::erase_if(h->second.ops, [&](const auto& op) {
            return op.id == resource + "_last_failure_0" &&
                   (operation.empty() || (op.operation == operation && op.interval_ms == interval_ms));
        }) > 0;
    }
    return any;
}

void erase_record(NodeFacts& node, const std::string& history_id, const std::string& operation, std::int64_t interval_ms) {
    auto h = node.history.find(history_id);
    if (h == node.history.end()) return;
    const std::string id = operation_key(history_id, operation, interval_ms);
    std::erase_if(h->second.ops, [&](const auto& op) { return op.id == id; });
}

}  // namespace muster::crmd
