// History against configuration: changed parameters, other agents, operations and resources configured no more
// (Pacemaker Explained, "Reloading an Agent After a Definition Change").
#include <algorithm>

#include "base/text.h"
#include "policy-engine/actions.h"
#include "policy-engine/digest.h"
#include "policy-engine/graph_meta.h"
#include "policy-engine/history.h"

namespace muster::policy {
namespace {

void delete_history(Model& m, RscIx r, NodeIx n, std::string why) { m.deletes.push_back({r, n, std::move(why), false}); }

bool agent_changed(Model& m, RscIx r, NodeIx n, const cib::ResourceHistory& h) {
    const Definition& def = *m.rsc(r).def;
    if (h.klass == def.klass && h.type == def.type && h.provider == def.provider) return false;
    if (h.klass.empty() && h.type.empty()) return false;
    if (!m.node(n).shutdown) delete_history(m, r, n, "its agent changed");
    return true;
}

Parameters params_of(Model& m, RscIx r, NodeIx n, const cib::OpRecord& op) {
    Parameters out;
    StringMap map = parameters(m, r, n);
    if (const OpConfig* c = find_op(m.rsc(r), op.operation, op.interval_ms)) {
        if (c->xml->child("instance_attributes") != nullptr)
            for (const auto& v : cib::resolve(*c->xml, "instance_attributes", m.context(), m.index)) map[std::string{v.name}] = std::string{v.value};
        if (op.interval_ms > 0) {
            auto meta = op_meta(m, m.rsc(r), c, op.operation, op.interval_ms);
            map["CRM_meta_timeout"] = std::to_string(duration_ms(meta.count("timeout") != 0 ? meta["timeout"] : "", 20'000));
        }
    }
    for (auto& [k, v] : map) out.emplace_back(k, v);
    return out;
}

// Parameters that only this operation has, such as trace_ra: no reload tells a running service of them.
bool has_parameters_of_its_own(Model& m, RscIx r, const cib::OpRecord& op) {
    const OpConfig* c = find_op(m.rsc(r), op.operation, op.interval_ms);
    if (c == nullptr || c->xml->child("instance_attributes") == nullptr) return false;
    const auto own = cib::resolve(*c->xml, "instance_attributes", m.context(), m.index);
    return own.begin() != own.end();
}

bool reload_suffices(Model& m, RscIx r, const cib::OpRecord& op, const Parameters& params) {
    if (op.op_restart_digest.empty() || has_parameters_of_its_own(m, r, op)) return false;
    // Without a list all parameters count as those that need a restart.
    const std::string digest = op.op_force_restart.empty() ? all_digest(params, milliseconds{0})
                                                           : restart_digest(params, op.op_force_restart);
    return digest == op.op_restart_digest;
}

bool secrets_hidden(const Parameters& params, const cib::OpRecord& op) {
    if (op.op_secure_digest.empty()) return false;
    const auto secret = split_words(op.op_secure_params);
    return std::any_of(params.begin(), params.end(), [&](const auto& p) {
        const bool hidden = !p.second.empty() && p.second.find_first_not_of('*') == std::string::npos;
        return hidden && std::find(secret.begin(), secret.end(), p.first) != secret.end();
    });
}

// A failure with other parameters than today's is no reason any more.
void forget_failures(Model& m, RscIx r, NodeIx n, const cib::ResourceHistory& h) {
    for (const auto& op : h.ops) {
        if (!ends_with(op.id, "_last_failure_0") || op.op_digest.empty()) continue;
        if (op.operation != "monitor" && op.operation != "start") continue;
        const Parameters params = params_of(m, r, n, op);
        if (all_digest(params, milliseconds{op.interval_ms}) == op.op_digest) continue;
        const bool known = std::any_of(m.clear_fail_counts.begin(), m.clear_fail_counts.end(),
                                       [&](const auto& c) { return c.resource == r && c.node == n; });
        if (!known) m.clear_fail_counts.push_back({r, n, "its parameters changed"});
    }
}

// A bundle's own container, address or connection: how it is started is ours to say, and no wish of the user's.
bool implied_by_bundle(const Model& m, RscIx r) {
    const RscIx parent = m.rsc(r).parent;
    return parent != kNone && m.rsc(parent).kind == RscKind::bundle;
}

void check_digest(Model& m, RscIx r, NodeIx n, const cib::OpRecord& op) {
    if (op.op_digest.empty()) return;
    Resource& res = m.rsc(r);
    Parameters params = params_of(m, r, n, op);
    std::string now = all_digest(params, milliseconds{op.interval_ms});
    if (now == op.op_digest) return;
    // Reports hide secrets: what is hidden is taken as unchanged.
    if (secrets_hidden(params, op)) {
        if (res.is_fence_device) std::erase_if(params, [](const auto& p) { return starts_with(p.first, "pcmk_"); });
        if (secure_digest(params, op.op_secure_params, milliseconds{0}) == op.op_secure_digest) return;
    }
    if (!implied_by_bundle(m, r) && fail_count(m, r, n, nullptr, true) > 0) {
        bool known = std::any_of(m.clear_fail_counts.begin(), m.clear_fail_counts.end(), [&](const auto& c) { return c.resource == r && c.node == n; });
        if (!known) m.clear_fail_counts.push_back({r, n, "its parameters changed"});
    }
    if (op.interval_ms > 0) {
        // Only the operation itself changed: it is begun anew.
        m.rescheduled.push_back({r, n, op.operation, op.interval_ms, op.call_id, "its parameters changed"});
        return;
    }
    if (reload_suffices(m, r, op, params)) {
        res.reload_needed = true;
        return;
    }
    res.restart_needed = true;
}

bool configured(const Resource& r, const cib::OpRecord& op) {
    for (const auto& c : r.def->ops)
        if (c.name == op.operation && c.interval_ms == op.interval_ms) return true;
    return false;
}

void check_active(Model& m, RscIx r, NodeIx n, const cib::ResourceHistory& h) {
    Resource& res = m.rsc(r);
    if (agent_changed(m, r, n, h)) {
        res.restart_needed = true;
        return;
    }
    auto ops = sorted_ops(h);
    std::size_t from = 0, started = 0;
    for (std::size_t i = 0; i < ops.size(); ++i) {
        if (ops[i]->op_status != exec::done) continue;
        if (ops[i]->operation == "stop") from = i + 1;
        if (ops[i]->operation == "start" || ops[i]->operation == "migrate_from") started = i;
    }
    for (std::size_t i = from; i < ops.size(); ++i) {
        const auto& op = *ops[i];
        if (op.call_id < 0 && op.interval_ms == 0) continue;
        if (i < started && op.interval_ms == 0) continue;  // with which parameters it was looked for does not matter any more
        if (op.interval_ms > 0) {
            if (op.op_status == exec::cancelled) continue;
            if (configured(res, op)) {
                check_digest(m, r, n, op);
            } else if (m.config.cancel_removed) {
                m.cancels.push_back({r, n, op.operation, op.interval_ms, op.call_id, "it is configured no more"});
            }
        } else if (op.operation == "start" || op.operation == "migrate_from" || op.operation == "monitor" || op.operation == "promote") {
            if (op.op_status == exec::done && op.call_id >= 0) check_digest(m, r, n, op);
        }
    }
}

}  // namespace

void check_history(Model& m) {
    for (const auto& [where, h] : m.history.all()) {
        auto [r, n] = where;
        Resource& res = m.rsc(r);
        if (!m.node(n).online || m.node(n).unclean) continue;
        if (m.node(n).is_remote() && res.is_fence_device) continue;
        if (res.removed) {
            // An entry for which there is no place in a clone still has an instance's name: whose agent it is counts.
            const RscIx named = m.clone_of(r) == kNone ? kNone : m.find_rsc(h->id);
            if (named != kNone && m.rsc(named).def && !m.rsc(named).removed) agent_changed(m, named, n, *h);
            continue;
        }
        if (res.is_remote_connection && res.container != kNone) continue;
        // What has to leave the node anyway needs no check; in maintenance it stays, and its monitors are kept right.
        if ((m.node(n).standby || m.node(n).shutdown) && !m.node(n).maintenance) continue;
        if (!implied_by_bundle(m, r)) forget_failures(m, r, n, *h);
        if (runs_on(res, n) && res.role > Role::stopped) check_active(m, r, n, *h);
        else if (res.parent == kNone || m.clone_of(r) == kNone) agent_changed(m, r, n, *h);
    }
}

namespace {

// What is configured no more leaves no entry behind, and no fail counts on any node.
void forget_removed(Model& m, RscIx r, NodeIx n) {
    for (NodeIx k = 0; k < m.node_count(); ++k) {
        const bool known = std::any_of(m.clear_fail_counts.begin(), m.clear_fail_counts.end(),
                                       [&](const ClearFailCount& c) { return c.resource == r && c.node == k; });
        const RscIx conn = m.node(k).remote_rsc;  // a node that goes takes its fail counts along
        const bool goes = conn != kNone && m.rsc(conn).next_role == Role::stopped;
        if (!known && !goes && m.node(k).online && fail_count(m, r, k, nullptr, true) > 0)
            m.clear_fail_counts.push_back({r, k, "it is configured no more"});
    }
    m.deletes.push_back({r, n, "it is configured no more", false});
}

void delete_entries(Actions& a) {
    Model& m = a.m;
    for (const auto& [where, h] : m.history.all()) {
        const auto [r, n] = where;
        const Resource& res = m.rsc(r);
        if (!res.removed || !m.node(n).online || m.node(n).unclean || !m.config.stop_removed_rsc) continue;
        if (m.clone_of(r) != kNone && !m.rsc(m.clone_of(r)).unique) continue;
        if (res.managed && !h->ops.empty()) forget_removed(m, r, n);
    }
    for (const auto& d : m.deletes) {
        Act& del = a.at(a.add(d.resource, Task::del, d.node, false));
        del.reason = d.reason;
        del.optional = false;
    }
}

void restart_or_reload(Actions& a, const Resource& res) {
    if (res.restart_needed) {
        for (ActIx s : a.find_all(res.self, Task::stop)) {
            a.at(s).optional = false;
            if (a.at(s).reason.empty()) a.at(s).reason = "resource definition change";
        }
        if (ActIx s = a.find(res.self, Task::start); s != kNone) a.at(s).optional = false;
    } else if (res.reload_needed && res.assigned != kNone && runs_on(res, res.assigned)) {
        const ActIx start = a.find(res.self, Task::start, res.assigned);
        if (start != kNone && a.at(start).optional)
            a.at(a.add(res.self, Task::reload, res.assigned, false)).reason = "resource definition change";
    }
}

void cancel_operations(Actions& a) {
    for (const auto& c : a.m.cancels) {
        // The stop ends what recurs; one that is to come up elsewhere gets its cancel, as Pacemaker does it.
        if (a.m.rsc(c.resource).managed && a.m.rsc(c.resource).next_role == Role::stopped) continue;
        const ActIx x = a.add(c.resource, Task::cancel, c.node, false, c.interval_ms);
        Act& act = a.at(x);
        act.op = c.task;
        act.reason = c.reason;
        act.meta["call_id"] = std::to_string(c.call_id);
        for (ActIx s : a.find_all(c.resource, Task::stop)) a.link(s, x, edge::order);
    }
}

void clear_fail_counts(Actions& a) {
    for (const auto& c : a.m.clear_fail_counts) {
        const ActIx x = a.add(c.resource, Task::clear_failcount, c.node, false);
        a.at(x).runnable = true;
        a.at(x).no_wait = true;
        a.at(x).reason = c.reason;
        if (a.m.rsc(c.resource).removed)
            for (ActIx s : a.find_all(c.resource, Task::stop)) a.link(x, s, edge::order);
    }
}

}  // namespace

void apply_history_checks(Actions& a) {
    delete_entries(a);
    for (const Resource& res : a.m.resources)
        if (res.kind == RscKind::primitive && res.managed) restart_or_reload(a, res);
    cancel_operations(a);
    clear_fail_counts(a);
}

}  // namespace muster::policy
