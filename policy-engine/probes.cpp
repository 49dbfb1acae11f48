// Probes: a one-shot monitor wherever the state of a resource is not known (Pacemaker Explained, "Resource discovery").
#include <algorithm>

#include "policy-engine/actions.h"
#include "policy-engine/history.h"

namespace muster::policy {
namespace {

// A guest that is not up yet has nothing inside to find, unless its container runs already.
bool container_runs(const Model& m, const Node& n) {
    if (n.remote_rsc == kNone || m.rsc(n.remote_rsc).container == kNone) return false;
    const Resource& c = m.rsc(m.rsc(n.remote_rsc).container);
    if (c.failed || c.role != Role::started || c.running_on.empty()) return false;
    const Node& host = m.node(c.running_on.front());
    return host.online && !host.unclean;
}

// What is inside a guest that is about to move is looked for where it will be, next time.
bool container_leaves(const Model& m, const Node& n) {
    if (n.kind != NodeKind::guest || n.remote_rsc == kNone || m.rsc(n.remote_rsc).container == kNone) return false;
    const Resource& c = m.rsc(m.rsc(n.remote_rsc).container);
    return !c.running_on.empty() && c.assigned != c.running_on.front();
}

bool node_can_probe(const Model& m, const Node& n) {
    if (n.pending) return !n.unclean && n.kind == NodeKind::member && n.in_membership;
    if ((!n.online && !n.coming) || n.unclean) return false;
    if (n.kind == NodeKind::guest && !n.online && !container_runs(m, n)) return false;
    if (container_leaves(m, n)) return false;
    return !(n.is_remote() && !n.discovery);
}

bool discovery_allows(Model& m, const Resource& r, NodeIx n) {
    const RscIx own = m.node(n).kind == NodeKind::guest && m.node(n).remote_rsc != kNone ? m.rsc(m.node(n).remote_rsc).container : kNone;
    if (own != kNone && r.container == own && m.rsc(own).parent != kNone) return true;  // a bundle's instance has no other place
    if (r.is_remote_connection && r.parent != kNone) return true;
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
    if (r.is_fence_device || r.is_remote_connection) return false;
    const bool bundled = r.parent != kNone && m.rsc(r.parent).kind == RscKind::bundle;
    if (!r.fillers.empty() && (n.kind == NodeKind::guest || !bundled)) return false;
    if (n.kind == NodeKind::guest && n.remote_rsc != kNone && m.rsc(n.remote_rsc).parent != kNone)
        return r.container == m.rsc(n.remote_rsc).container;
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
    act.runnable = (a.m.node(n).online || a.m.node(n).coming) && !a.m.node(n).pending;
}

bool wants_probe(Actions& a, const Resource& r, NodeIx n) {
    const Model& m = a.m;
    if (r.removed || r.known_on.count(n) != 0) return false;
    if (!r.is_remote_connection && r.container != kNone && r.meta.count("container") != 0) return false;  // gone when its container is
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
    // Of a group's instances the one that the node knows in part already is asked about the rest.
    std::vector<RscIx> groups = clone.children;
    const auto known = std::find_if(groups.begin(), groups.end(), [&](RscIx g) {
        const auto& members = a.m.rsc(g).children;
        return std::any_of(members.begin(), members.end(), [&](RscIx x) { return a.m.rsc(x).known_on.count(n) != 0; });
    });
    if (known != groups.end()) groups = {*known};
    for (std::size_t k = 0; k < first.children.size(); ++k) {
        std::vector<RscIx> column;
        for (RscIx g : groups)
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
    if (res.bundle) {
        for (const auto& rep : res.bundle->list) {
            for (RscIx c : {rep.ip, rep.container})
                if (c != kNone && wants_probe(a, a.m.rsc(c), n)) probe(a, c, n);
            // Only when it is known where the container will be is there something to connect to.
            const Resource& container = a.m.rsc(rep.container);
            const bool somewhere = container.assigned != kNone || !container.running_on.empty();
            if (rep.remote != kNone && somewhere && wants_probe(a, a.m.rsc(rep.remote), n)) probe(a, rep.remote, n);
            if (rep.node == n && rep.child != kNone && wants_probe(a, a.m.rsc(rep.child), n)) probe(a, rep.child, n);
        }
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

namespace {

std::vector<ActIx> probes_of(const Actions& a, RscIx r) {
    std::vector<ActIx> out;
    const Resource& res = a.m.rsc(r);
    for (ActIx x : a.of_rsc[static_cast<std::size_t>(r)])
        if (a.at(x).probe) out.push_back(x);
    for (RscIx c : res.children)
        for (ActIx x : probes_of(a, c)) out.push_back(x);
    return out;
}

// What starts after a resource is stopped only when the resource's own state is known.
void before_stops_of_dependants(Actions& a, ActIx probe, RscIx r, std::set<RscIx>& seen) {
    if (!seen.insert(r).second) return;
    for (ActIx s : a.find_all(r, a.m.rsc(r).kind == RscKind::clone ? Task::started : Task::start))
        for (const Edge& e : std::vector<Edge>{a.at(s).after}) {
            const Act& then = a.at(e.other);
            if ((e.flags & edge::imply_then) == 0 || then.task != Task::start || then.rsc == kNone || then.rsc == r) continue;
            RscIx next = then.rsc;
            for (ActIx stop : a.find_all(next, Task::stop))
                if (!a.at(stop).implied_by_fence) a.link(probe, stop, edge::order);
            before_stops_of_dependants(a, probe, next, seen);
        }
}

// Nor does what has to be stopped before it: a group's later members, what an order makes follow.
void before_stops_in_front(Actions& a, ActIx probe, RscIx r, std::set<RscIx>& seen) {
    if (!seen.insert(r).second) return;
    for (ActIx s : a.find_all(r, Task::stop))
        for (const Edge& e : std::vector<Edge>{a.at(s).before}) {
            const Act& first = a.at(e.other);
            if ((e.flags & edge::imply_first) == 0 || first.task != Task::stop || first.pseudo || first.rsc == r) continue;
            if (!first.implied_by_fence) a.link(probe, e.other, edge::order);
            before_stops_in_front(a, probe, first.rsc, seen);
        }
}

// A resource that must not meet promoted (or unpromoted) instances: it is stopped before any takes that role, and starts
// after those that leave it have done so.
void keep_from_role(Actions& a, const Colocation& c) {
    const bool promoted = c.primary_role == Role::promoted;
    const Task takes = promoted ? Task::promote : Task::demote, leaves = promoted ? Task::demoted : Task::promoted;
    const ActIx taken = a.find(c.primary, takes), left = a.find(c.primary, leaves);
    for (ActIx stop : a.find_all(c.dependent, Task::stop)) a.link(stop, taken, edge::order);
    for (ActIx start : a.find_all(c.dependent, Task::start)) a.link(left, start, edge::order);
}

// Resources that must not meet: one starts where the other is known not to be, or stopped.
void keep_apart(Actions& a) {
    for (const auto& c : a.m.colocations) {
        if (c.score > -kInf || c.dependent_role > Role::started) continue;
        if (c.primary_role > Role::started) {
            if (!a.m.rsc(c.dependent).is_collective()) keep_from_role(a, c);
            continue;
        }
        for (auto [x, y] : {std::pair{c.dependent, c.primary}, std::pair{c.primary, c.dependent}}) {
            if (a.m.rsc(x).is_collective() || a.m.rsc(y).is_collective()) continue;
            for (ActIx start : a.find_all(y, Task::start)) {
                for (ActIx stop : a.find_all(x, Task::stop))
                    if (a.at(stop).node == a.at(start).node) a.link(stop, start, edge::order);
                for (ActIx p : probes_of(a, x))
                    if (a.at(p).node == a.at(start).node) a.link(p, start, edge::order);
            }
        }
    }
}

// Containers of one bundle may get into each other's way on a host; what is inside waits for all their probes.
void order_container_probe(Actions& a, ActIx p) {
    const RscIx r = a.at(p).rsc, b = a.m.rsc(r).parent;
    if (b == kNone || !a.m.rsc(b).bundle) return;
    const BundleInfo& info = *a.m.rsc(b).bundle;
    for (const auto& rep : info.list) {
        if (rep.container == r && info.child_clone != kNone) a.link(p, a.find(info.child_clone, Task::start), edge::order);
        if (rep.container == r || info.per_host != 1) continue;
        bool container = std::any_of(info.list.begin(), info.list.end(), [&](const auto& x) { return x.container == r; });
        if (container) a.link(p, a.find(rep.container, Task::start, a.at(p).node), edge::order);
    }
}

// An instance's probe: the clone as a whole waits for it.
void order_instance_probe(Actions& a, ActIx p, RscIx clone) {
    a.link(p, a.find(clone, Task::start), edge::order);
    a.link(p, a.find(clone, Task::stopped), edge::order);
    if (a.m.node(a.at(p).node).pending)
        for (RscIx i : a.m.rsc(clone).children)
            for (ActIx s : a.find_all(i, Task::start))
                if (a.m.rsc(i).running_on.empty()) a.link(p, s, edge::order | edge::block);
    std::set<RscIx> seen;
    before_stops_of_dependants(a, p, clone, seen);
}

void order_before_followers_of_stops(Actions& a, ActIx p, RscIx r) {
    for (ActIx s : a.find_all(r, Task::stop))
        for (const Edge& e : std::vector<Edge>{a.at(s).after}) {
            const Act& then = a.at(e.other);
            // A connection's probe needs the container up: the container cannot wait for it.
            const bool same = then.rsc == r || then.rsc == kNone || then.rsc == a.m.rsc(r).container;
            if (!same && !then.probe && then.interval_ms == 0) a.link(p, e.other, edge::order);
        }
}

void order_probe(Actions& a, ActIx p) {
    const RscIx r = a.at(p).rsc;
    order_container_probe(a, p);
    // On a node that is still joining it may be running: nothing starts before the probe can be made.
    const bool unknown = a.m.node(a.at(p).node).pending && a.m.rsc(r).running_on.empty();
    for (ActIx s : a.find_all(r, Task::start)) a.link(p, s, edge::order | (unknown ? edge::block : 0));
    for (ActIx s : a.find_all(r, Task::reload)) a.link(p, s, edge::order);
    for (Task t : {Task::migrate_to, Task::migrate_from})
        for (ActIx s : a.find_all(r, t))
            if (t == Task::migrate_to || a.find_all(r, Task::migrate_to).empty()) a.link(p, s, edge::order);
    order_before_followers_of_stops(a, p, r);
    std::set<RscIx> seen, in_front;
    before_stops_of_dependants(a, p, r, seen);
    before_stops_in_front(a, p, r, in_front);
}

}  // namespace

// Nothing of a resource starts before its probes have answered, nor do its neighbours act on what is not known yet.
void order_probes(Actions& a) {
    keep_apart(a);
    std::vector<ActIx> probes;
    for (ActIx p = 0; p < static_cast<ActIx>(a.list.size()); ++p)
        if (a.at(p).probe) probes.push_back(p);
    for (ActIx p : probes) {
        const RscIx clone = a.m.clone_of(a.at(p).rsc);
        if (clone != kNone) order_instance_probe(a, p, clone);
        else order_probe(a, p);
    }
}

}  // namespace muster::policy
