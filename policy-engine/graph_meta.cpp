// What an agent sees: parameters and CRM_meta_* (Pacemaker Administration, "OCF Resource Agents").
#include "policy-engine/graph_meta.h"

#include <algorithm>

#include "base/text.h"
#include "cib/rules/iso8601.h"

namespace muster::policy {
namespace {

std::string underscores(std::string_view name) {
    std::string out{name};
    std::replace(out.begin(), out.end(), '-', '_');
    return out;
}

std::string number(std::int64_t n) { return std::to_string(n); }

// The op whose timeout a probe borrows when none is configured: the monitor with the shortest interval.
const OpConfig* shortest_monitor(const Resource& r) {
    const OpConfig* best = nullptr;
    for (const auto& op : r.def->ops)
        if (op.name == "monitor" && op.interval_ms > 0 && op.enabled && (best == nullptr || op.interval_ms < best->interval_ms)) best = &op;
    return best;
}

using Map = std::map<std::string, std::string, std::less<>>;

void operation_meta(Actions& a, const Act& x, Map& out) {
    Model& m = a.m;
    const Resource& r = m.rsc(x.rsc);
    std::string name = !x.op.empty() ? x.op : std::string{task_text(x.task)};
    const OpConfig* op = find_op(r, name, x.interval_ms, x.task == Task::cancel);
    if (x.task == Task::notify) op = find_op(r, "notify", 0);
    StringMap meta = op_meta(m, r, op, name, x.interval_ms);
    if (x.task == Task::cancel && op == nullptr) meta.clear();
    for (const auto& [k, v] : meta) {
        if (k == "interval" || k == "timeout" || k == "start-delay" || k == "interval-origin") continue;
        if (k == "name" || k == "role" || k == "on-fail" || k == "record-pending" || k == "enabled" || k == "description") {
            if (k != "description") out["CRM_meta_" + underscores(k)] = v;
            continue;
        }
        out["CRM_meta_" + underscores(k)] = v;
    }
    if (auto it = out.find("CRM_meta_role"); it != out.end())
        if (Role role = parse_role(it->second); role != Role::unknown) it->second = std::string{role_text(role)};
    auto get = [&](std::string_view key) { auto it = meta.find(key); return it == meta.end() ? std::string{} : it->second; };
    std::string timeout = get("timeout");
    if (x.probe && op == nullptr) {
        if (const auto* borrowed = shortest_monitor(r)) {
            // What the operation itself says; its defaults are its own.
            std::string t = borrowed->xml->get("timeout");
            if (t.empty()) t = cib::resolve(*borrowed->xml, "meta_attributes", m.context(), m.index).get("timeout");
            if (!t.empty()) timeout = t;
        }
    }
    out["CRM_meta_timeout"] = number(duration_ms(timeout, 20'000));
    if (x.interval_ms > 0) out["CRM_meta_interval"] = number(x.interval_ms);
    if (const std::string origin = get("interval-origin"); !origin.empty() && x.interval_ms > 0) {
        // Begun so that it falls on the origin plus whole intervals.
        if (auto from = cib::parse_date_time(origin)) {
            const std::int64_t past = (m.now.to_seconds() - from->to_seconds()) * 1000 % x.interval_ms;
            out["CRM_meta_interval_origin"] = origin;
            out["CRM_meta_start_delay"] = number((x.interval_ms - (past + x.interval_ms) % x.interval_ms) % x.interval_ms);
        }
    }
    if (!get("start-delay").empty()) out["CRM_meta_start_delay"] = number(duration_ms(get("start-delay"), 0));
}

void clone_meta(const Model& m, const Act& x, Map& out) {
    const Resource& r = m.rsc(x.rsc);
    RscIx ix = m.clone_of(x.rsc);
    if (ix == kNone) return;
    const Resource& c = m.rsc(ix);
    out["CRM_meta_clone"] = number(std::max(0, r.instance));
    out["CRM_meta_clone_max"] = number(c.clone_max);
    out["CRM_meta_clone_node_max"] = number(c.clone_node_max);
    out["CRM_meta_globally_unique"] = c.unique ? "true" : "false";
    out["CRM_meta_notify"] = c.notify ? "true" : "false";
    if (!c.promotable) return;
    for (std::string word : {"promoted", "master"}) {
        out["CRM_meta_" + word + "_max"] = number(c.promoted_max);
        out["CRM_meta_" + word + "_node_max"] = number(c.promoted_node_max);
    }
}

void place_meta(Model& m, const Act& x, Map& out) {
    if (x.node == kNone) return;
    const Node& n = m.node(x.node);
    out["CRM_meta_on_node"] = n.name;
    out["CRM_meta_on_node_uuid"] = n.id;
    if (n.kind == NodeKind::guest && n.remote_rsc != kNone && m.rsc(n.remote_rsc).container != kNone && x.rsc != kNone) {
        const Resource& c = m.rsc(m.rsc(n.remote_rsc).container);
        NodeIx host = c.running_on.empty() ? kNone : c.running_on.front();
        if (x.task != Task::stop && x.task != Task::demote && c.assigned != kNone) host = host == kNone || x.task == Task::start ? c.assigned : host;
        if (auto it = m.rsc(x.rsc).meta.find("container-attribute-target"); it != m.rsc(x.rsc).meta.end()) {
            out["CRM_meta_container_attribute_target"] = it->second;
            if (host != kNone) out["CRM_meta_physical_host"] = m.node(host).name;
        }
    }
}

// A bundle's connection without an address of its own goes to the host on which the container will be, or is.
void reach_container(const Model& m, const Resource& connection, Map& out) {
    auto addr = out.find("addr");
    if (addr == out.end() || addr->second != "#uname" || connection.container == kNone) return;
    const Resource& c = m.rsc(connection.container);
    const NodeIx host = c.assigned != kNone ? c.assigned : c.current();
    if (host != kNone) addr->second = m.node(host).name;
}

}  // namespace

void fill_attributes(Actions& a, const Act& x, Action& out) {
    Model& m = a.m;
    Map map;
    if (x.rsc != kNone && !m.rsc(x.rsc).is_collective()) {
        const Resource& r = m.rsc(x.rsc);
        for (const auto& [k, v] : parameters(m, x.rsc, x.node)) map[k] = v;
        const OpConfig* op = find_op(r, !x.op.empty() ? x.op : task_text(x.task), x.interval_ms);
        if (op != nullptr && op->xml->child("instance_attributes") != nullptr)
            for (const auto& v : cib::resolve(*op->xml, "instance_attributes", m.context(), m.index)) map[std::string{v.name}] = std::string{v.value};
        if (r.is_remote_connection) reach_container(m, r, map);
        operation_meta(a, x, map);
        clone_meta(m, x, map);
        const bool bundled = m.clone_of(x.rsc) != kNone && m.rsc(m.clone_of(x.rsc)).parent != kNone;
        if (r.container != kNone && !bundled) map["CRM_meta_container"] = m.rsc(r.container).id;
        if (x.expected_rc > 0) map["CRM_meta_op_target_rc"] = number(x.expected_rc);
        if (x.task == Task::cancel) map["CRM_meta_operation"] = x.op;
    } else if (x.rsc != kNone) {
        map["CRM_meta_timeout"] = "20000";
    }
    place_meta(m, x, map);
    if (x.task == Task::fence && !x.pseudo) {
        StringMap digests;
        add_device_digests(m, x.node, digests);
        for (const auto& [k, v] : digests) map["CRM_meta_" + k] = v;
    }
    for (const auto& [k, v] : x.meta) map["CRM_meta_" + k] = v;
    if (x.no_wait) map["CRM_meta_op_no_wait"] = "true";
    if (auto it = map.find("CRM_meta_timeout"); it != map.end()) out.timeout = milliseconds{parse_int(it->second).value_or(0)};
    out.attributes.assign(map.begin(), map.end());
}

}  // namespace muster::policy
