#include "policy-engine/playback_history.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "policy-engine/digest.h"

namespace muster::policy {
namespace {

constexpr std::string_view kRun = "00000000-0000-0000-0000-000000000000";

const std::string* attribute(const Action& a, std::string_view name) {
    for (const auto& [n, value] : a.attributes) {
        if (n == name) return &value;
    }
    return nullptr;
}

// One entry for the last one-time operation, one for each recurring one; the halves of a migration keep their own.
std::string record_id(const std::string& resource, const std::string& task, milliseconds interval) {
    if (interval.count() > 0) return fmt::format("{}_{}_{}", resource, task, interval.count());
    if (task == "migrate_to" || task == "migrate_from") return fmt::format("{}_{}_0", resource, task);
    return resource + "_last_0";
}

cib::OpRecord record_of(const OperationResult& r, int call_id, WallTime now, int action, int transition) {
    cib::OpRecord op;
    op.operation = r.task;
    op.operation_key = fmt::format("{}_{}_{}", r.resource, r.task, r.interval.count());
    op.id = record_id(r.resource, r.task, r.interval);
    op.interval_ms = r.interval.count();
    op.call_id = call_id;
    op.rc = r.rc;
    op.op_status = 0;
    op.transition_key = fmt::format("{}:{}:{}:{}", action, transition, r.expected_rc, kRun);
    op.transition_magic = fmt::format("0:{};{}", r.rc, op.transition_key);
    op.on_node = r.node;
    op.crm_feature_set = "3.20.5";
    op.crm_debug_origin = "playback";
    op.last_rc_change = now.to_seconds();
    op.exec_time_ms = 0;
    op.queue_time_ms = 0;
    return op;
}

OperationResult result_of(const Action& a, int rc) {
    OperationResult r;
    r.resource = a.history_id.empty() ? a.resource : a.history_id;
    r.klass = a.klass;
    r.provider = a.provider;
    r.type = a.type;
    r.task = a.task;
    r.interval = a.interval;
    r.node = a.node;
    r.rc = rc;
    r.expected_rc = a.expected_rc;
    return r;
}

xml::Element& transient_set(cib::NodeState& node) {
    if (node.transient.name().empty()) {
        node.transient = xml::Element{"transient_attributes"};
        node.transient.set("id", node.id);
    }
    xml::Element& set = node.transient.child_or_add("instance_attributes");
    if (!set.has("id")) set.set("id", "status-" + node.id);
    return set;
}

xml::Element* transient_value(xml::Element& set, std::string_view name) {
    for (xml::Element& pair : set.edit_children()) {
        if (!pair.is_comment() && pair.get("name") == name) return &pair;
    }
    return nullptr;
}

}  // namespace

cib::NodeState& StatusEditor::node(std::string_view uname) {
    if (cib::NodeState* known = cib_.status.node(uname)) return *known;
    cib::NodeState fresh;
    fresh.uname = std::string{uname};
    fresh.id = fresh.uname;
    bool member = false;
    if (const xml::Element* nodes = cib_.section("nodes")) {
        for (const xml::Element* n : nodes->children_named("node")) {
            if (n->get("uname") != uname || n->get("type") == "remote") continue;
            fresh.id = n->id();
            member = true;
        }
    }
    fresh.remote = !member;
    fresh.has_lrm = true;
    fresh.lrm_id = fresh.id;
    cib_.status.nodes.push_back(std::move(fresh));
    return cib_.status.nodes.back();
}

cib::ResourceHistory& StatusEditor::history(cib::NodeState& node, const std::string& resource,
                                            const OperationResult& result) {
    const auto [entry, fresh] = index_.try_emplace(node.uname);
    auto& positions = entry->second;
    if (fresh) {
        // A status that tells of a resource twice: the last entry is the one that goes on.
        for (std::size_t i = 0; i < node.history.size(); ++i) positions[node.history[i].id] = i;
    }
    if (const auto at = positions.find(resource); at != positions.end()) return node.history[at->second];
    positions.emplace(resource, node.history.size());
    cib::ResourceHistory h;
    h.id = resource;
    h.klass = result.klass;
    h.provider = result.provider;
    h.type = result.type;
    if (!node.has_lrm) node.lrm_id = node.id;
    node.has_lrm = true;
    node.history.push_back(std::move(h));
    return node.history.back();
}

void StatusEditor::put(cib::NodeState& n, cib::ResourceHistory& h, cib::OpRecord op) {
    auto [last, fresh] = last_call_.try_emplace(n.uname, 0);
    if (fresh) {
        for (const auto& other : n.history) {
            for (const auto& o : other.ops) last->second = std::max(last->second, static_cast<int>(o.call_id));
        }
    }
    op.call_id = ++last->second;
    const bool stopped_or_moved = op.operation == "stop" && op.rc == 0;
    // After a stop the recurring results are of the past; the executor removes them when it cancels the monitors.
    if (stopped_or_moved) std::erase_if(h.ops, [](const cib::OpRecord& o) { return o.interval_ms > 0; });
    // Operations of a resource do not overlap on a node: what was pending has answered, under whatever name it was noted.
    if (op.interval_ms == 0)
        std::erase_if(h.ops, [&](const cib::OpRecord& o) { return o.op_status == -1 && o.interval_ms == 0 && o.id != op.id; });
    const auto same = std::find_if(h.ops.begin(), h.ops.end(), [&](const cib::OpRecord& o) { return o.id == op.id; });
    if (same != h.ops.end()) *same = std::move(op);
    else h.ops.push_back(std::move(op));
}

void StatusEditor::record(const Action& a, int rc) {
    action_ = a.id;
    const OperationResult r = result_of(a, rc);
    cib::NodeState& n = node(r.node);
    cib::ResourceHistory& h = history(n, r.resource, r);
    cib::OpRecord op = record_of(r, 0, now_, action_, transition_);
    op.op_digest = all_digest(a.attributes, a.interval);
    if (const auto* source = attribute(a, "CRM_meta_migrate_source")) op.migrate_source = *source;
    if (const auto* target = attribute(a, "CRM_meta_migrate_target")) op.migrate_target = *target;
    // What the agent's meta-data said of its parameters is kept from the entry before.
    for (const cib::OpRecord& old : h.ops) {
        if (old.op_force_restart.empty() && old.op_restart_digest.empty()) continue;
        op.op_force_restart = old.op_force_restart;
        op.op_restart_digest = restart_digest(a.attributes, old.op_force_restart);
        break;
    }
    const bool failed = rc != a.expected_rc;
    if (failed) {
        cib::OpRecord failure = op;
        failure.id = r.resource + "_last_failure_0";
        put(n, h, std::move(failure));
    }
    put(n, h, std::move(op));
    if (failed && !(a.task == "monitor" && a.interval.count() == 0)) {
        count_failure(a.node, r.resource, a.task, a.interval);
    }
}

void StatusEditor::record(const OperationResult& r) {
    cib::NodeState& n = node(r.node);
    cib::ResourceHistory& h = history(n, r.resource, r);
    cib::OpRecord op = record_of(r, 0, now_, 0, transition_);
    for (const cib::OpRecord& old : h.ops) {
        if (old.operation == r.task && old.interval_ms == r.interval.count()) op.op_digest = old.op_digest;
    }
    const bool failed = r.rc != r.expected_rc;
    if (failed) {
        cib::OpRecord failure = op;
        failure.id = r.resource + "_last_failure_0";
        put(n, h, std::move(failure));
        count_failure(r.node, r.resource, r.task, r.interval);
    }
    put(n, h, std::move(op));
}

void StatusEditor::forget_operation(std::string_view uname, std::string_view resource, std::string_view key) {
    for (auto& h : node(uname).history) {
        if (h.id != resource) continue;
        std::erase_if(h.ops, [&](const cib::OpRecord& o) { return o.interval_ms > 0 && o.operation_key == key; });
    }
}

void StatusEditor::forget_resource(std::string_view uname, std::string_view resource) {
    std::erase_if(node(uname).history, [&](const cib::ResourceHistory& h) { return h.id == resource; });
    index_.erase(std::string{uname});
}

void StatusEditor::forget_failures(std::string_view uname, std::string_view resource) {
    cib::NodeState& n = node(uname);
    const std::string count = fmt::format("fail-count-{}", resource);
    const std::string last = fmt::format("last-failure-{}", resource);
    const auto is_of = [](std::string_view name, std::string_view prefix) {
        return starts_with(name, prefix) && (name.size() == prefix.size() || name[prefix.size()] == '#');
    };
    if (!n.transient.name().empty()) {
        for (xml::Element& set : n.transient.edit_children()) {
            std::erase_if(set.edit_children(), [&](const xml::Element& pair) {
                const std::string& name = pair.get("name");
                return is_of(name, count) || is_of(name, last);
            });
        }
    }
    const std::string failure = fmt::format("{}_last_failure_0", resource);
    for (auto& h : n.history) {
        if (h.id == resource) std::erase_if(h.ops, [&](const cib::OpRecord& o) { return o.id == failure; });
    }
}

void StatusEditor::set_transient(std::string_view uname, const std::string& name, const std::string& value) {
    cib::NodeState& n = node(uname);
    xml::Element& set = transient_set(n);
    if (xml::Element* pair = transient_value(set, name)) {
        pair->set("value", value);
        return;
    }
    set.add(xml::Element{"nvpair", {{"id", fmt::format("status-{}-{}", n.id, name)}, {"name", name}, {"value", value}}});
}

void StatusEditor::count_failure(std::string_view uname, std::string_view resource, std::string_view task,
                                 milliseconds interval) {
    const std::string tail = fmt::format("{}#{}_{}", resource, task, interval.count());
    const std::string name = "fail-count-" + tail;
    cib::NodeState& n = node(uname);
    Score count{1};
    if (const xml::Element* old = transient_value(transient_set(n), name)) {
        if (const auto before = parse_score(old->get("value"))) count = *before + Score{1};
    }
    // A start or stop that failed is final until somebody cleans up (start-failure-is-fatal is judged by the planner).
    if (task == "start" || task == "stop") count = Score::infinity();
    set_transient(uname, name, to_string(count));
    set_transient(uname, "last-failure-" + tail, std::to_string(now_.to_seconds()));
}

void StatusEditor::node_down(std::string_view uname) {
    cib::NodeState& n = node(uname);
    if (!n.remote) {
        n.in_ccm = "false";
        n.crmd = "offline";
        n.join = "down";
        n.expected = "down";
    }
    n.history.clear();
    n.transient = xml::Element{};
    index_.erase(n.uname);
}

}  // namespace muster::policy
