// Probes: a one-shot monitor wherever the state of a resource is not known (Pacemaker Explained, "Resource discovery").
#include <algorithm>

#include "policy-engine/actions.h"
#include "policy-engine/history.h"

namespace muster::policy {
namespace {

bool node_can_probe(const Model& m, const Node& n) {
    (void)m;
    if (!n.online || n.unclean || n.pending) return false;
    return !(n.is_remote() && !n.discovery);
}

bool discovery_allows(Model& m, const Resource& r, NodeIx n) {
    for (RscIx x = r.self; x != kNone; x = m.rsc(x).parent) {
        const Resource& y = m.rsc(x);
        auto it = y.discovery.find(n);
        if (it != y.discovery.end() && it->second == Discovery::never) return false;
        if (y.exclusive_discovery && (it == y.discovery.end() || it->second != Discovery::exclusive)) return false;
    }
    return true;
}

bool may_live_there(const Model& m, const Resource& r, const Node& n) {
    if (!n.is_remote()) return true;
    if (r.is_fence_device || r.is_remote_connection || !r.fillers.empty()) return false;
    (void)m;
    return true;
}

void probe(Actions& a, RscIx r, NodeIx n) {
    const Resource& res = a.m.rsc(r);
    ActIx p = a.add(r, Task::monitor, n, false, 0);
    Act& act = a.at(p);
    act.probe = true;
    act.op = "monitor";
    act.optional = false;
    act.reason = "the state of " + res.id + " on " + a.m.node(n).name + " is not known";
    bool here = runs_on(res, n) && res.running_on.size() == 1;
    act.expected_rc = !here ? rc::not_running : res.role == Role::promoted ? rc::promoted : rc::ok;
    act.runnable = a.m.node(n).online;
}

bool wants_probe(Actions& a, const Resource& r, NodeIx n) {
    const Model& m = a.m;
    if (r.removed || r.known_on.count(n) != 0) return false;
    if (!m.config.startup_probes) return false;
    return node_can_probe(m, m.node(n)) && may_live_there(m, r, m.node(n)) && discovery_allows(a.m, r, n);
}

// For an anonymous clone one instance answers for all: the one that will run there, else the first.
void probe_anonymous(Actions& a, const std::vector<RscIx>& instances, NodeIx n) {
    const Model& m = a.m;
    RscIx chosen = kNone;
    for (RscIx i : instances) {
        const Resource& r = m.rsc(i);
        if (r.known_on.count(n) != 0) return;
        if (chosen == kNone && (r.assigned == n || runs_on(r, n))) chosen = i;
    }
    if (chosen == kNone && !instances.empty()) chosen = instances.front();
    if (chosen != kNone && wants_probe(a, m.rsc(chosen), n)) probe(a, chosen, n);
}

void probe_tree(Actions& a, RscIx r, NodeIx n);

void probe_clone(Actions& a, RscIx r, NodeIx n) {
    const Resource& clone = a.m.rsc(r);
    if (clone.unique) {
        for (RscIx c : std::vector<RscIx>{clone.children}) probe_tree(a, c, n);
        return;
    }
    if (clone.children.empty()) return;
    const Resource& first = a.m.rsc(clone.children.front());
    if (!first.is_collective()) {
        probe_anonymous(a, clone.children, n);
        return;
    }
    for (std::size_t k = 0; k < first.children.size(); ++k) {
        std::vector<RscIx> column;
        for (RscIx g : clone.children)
            if (k < a.m.rsc(g).children.size()) column.push_back(a.m.rsc(g).children[k]);
        probe_anonymous(a, column, n);
    }
}

void probe_tree(Actions& a, RscIx r, NodeIx n) {
    const Resource& res = a.m.rsc(r);
    if (res.kind == RscKind::clone) {
        probe_clone(a, r, n);
        return;
    }
    if (res.is_collective()) {
        for (RscIx c : std::vector<RscIx>{res.children}) probe_tree(a, c, n);
        return;
    }
    if (wants_probe(a, res, n)) probe(a, r, n);
}

}  // namespace

void make_probes(Actions& a) {
    for (NodeIx n = 0; n < a.m.node_count(); ++n) {
        if (!node_can_probe(a.m, a.m.node(n))) continue;
        for (RscIx r : a.m.top) probe_tree(a, r, n);
    }
}

// Nothing of a resource starts before its probes have answered.
void order_probes(Actions& a) {
    for (ActIx p = 0; p < static_cast<ActIx>(a.list.size()); ++p) {
        const Act& probe = a.at(p);
        if (!probe.probe) continue;
        RscIx r = probe.rsc;
        RscIx clone = a.m.clone_of(r);
        RscIx top = clone != kNone && !a.m.rsc(clone).unique ? clone : r;
        NodeIx n = probe.node;
        if (top != r) {
            a.link(p, a.find(top, Task::start), edge::order);
            a.link(p, a.find(top, Task::stop), edge::order);
            continue;
        }
        for (ActIx s : a.find_all(top, Task::start)) a.link(p, s, edge::order);
        for (ActIx s : a.find_all(top, Task::reload)) a.link(p, s, edge::order);
        (void)n;
    }
}

}  // namespace muster::policy
