// Fencing: lost nodes are fenced first, what ran there counts as stopped by it, and nothing that needs fencing starts
// before it (Pacemaker Explained, "Fencing").  Clean shutdowns wait for their resources.
#include <algorithm>

#include "policy-engine/actions.h"

namespace muster::policy {
namespace {

bool can_fence(const Model& m, const Node& n);

// A guest goes down with its container: that can be stopped where the host is there, or can be fenced.
bool can_fence_guest(const Model& m, const Node& n) {
    if (n.remote_rsc == kNone || m.rsc(n.remote_rsc).container == kNone) return false;
    const Resource& container = m.rsc(m.rsc(n.remote_rsc).container);
    return std::all_of(container.running_on.begin(), container.running_on.end(), [&](NodeIx host) {
        const Node& h = m.node(host);
        return (h.online && !h.unclean) || can_fence(m, h);
    });
}

bool can_fence(const Model& m, const Node& n) {
    const Config& c = m.config;
    if (n.kind == NodeKind::guest) return can_fence_guest(m, n);
    if (!c.fencing) return false;
    if (c.have_quorum) return true;
    if (c.no_quorum == QuorumPolicy::ignore) return true;
    if (n.kind == NodeKind::remote && c.fence_remote_without_quorum) return true;
    return n.online;  // still in our own partition
}

ActIx fence_action(Actions& a, NodeIx n, const std::string& how) {
    ActIx& slot = a.fence_of[static_cast<std::size_t>(n)];
    if (slot != kNone) {
        a.at(slot).optional = false;
        return slot;
    }
    ActIx f = a.add(kNone, Task::fence, n, false);
    Act& act = a.at(f);
    act.name = "stonith-" + a.m.node(n).name + "-" + how;
    act.meta["stonith_action"] = how;
    act.reason = a.m.node(n).fence_reason;
    slot = f;
    return f;
}

// The collective that a primitive belongs to in the end; in a bundle, the clone inside it.
RscIx outermost(const Model& m, RscIx r) {
    while (m.rsc(r).parent != kNone && m.rsc(m.rsc(r).parent).kind != RscKind::bundle) r = m.rsc(r).parent;
    return r;
}

// Stops on a fenced node are done by the fencing.
void imply_stop(Actions& a, ActIx fence, ActIx s, RscIx top) {
    const Resource& res = a.m.rsc(a.at(s).rsc);
    Act& stop = a.at(s);
    stop.pseudo = stop.runnable = stop.implied_by_fence = true;
    // A fence device only counts as running somewhere: that its node is lost takes nothing down.
    if (!res.is_fence_device) stop.optional = false;
    if (!res.needs_fencing) return;
    const bool bundled = top != res.self && a.m.rsc(top).parent != kNone;
    if (!bundled) a.link(fence, s, edge::order | (stop.task == Task::stop ? edge::imply_then : 0));
    if (stop.task == Task::stop && top != res.self) a.link(fence, a.find(top, Task::stop), edge::order);
}

void imply_stops(Actions& a, ActIx fence, NodeIx n) {
    const Node& node = a.m.node(n);
    if (node.online && !node.unclean) return;
    for (RscIx r : std::vector<RscIx>{node.running})
        for (Task t : {Task::stop, Task::demote})
            for (ActIx s : a.find_all(r, t))
                if (a.at(s).node == n) imply_stop(a, fence, s, outermost(a.m, r));
}

// Of instances that are alike, what is known of one is known of all.
bool known_there(const Model& m, const Resource& r, NodeIx n) {
    const auto known = [&](RscIx x) { return m.rsc(x).known_on.count(n) != 0; };
    if (known(r.self)) return true;
    if (!r.anonymous || r.parent == kNone || m.rsc(r.parent).kind != RscKind::clone) return false;
    const auto& all = m.rsc(r.parent).children;
    return std::any_of(all.begin(), all.end(), known);
}

// A bundle's instances are no place for others.
bool may_be_there(Model& m, const Resource& r, NodeIx n) {
    if (m.score(r.self, n) == kAbsent) return false;
    const Node& node = m.node(n);
    if (node.kind != NodeKind::guest || node.remote_rsc == kNone) return true;
    const RscIx conn = node.remote_rsc;
    return m.rsc(conn).parent == kNone || (r.self != conn && r.container == m.rsc(conn).container);
}

// What needs fencing waits for it; what needs only quorum waits where it may still be on the lost node.
void starts_wait(Actions& a, ActIx fence, NodeIx n) {
    for (const Resource& r : a.m.resources) {
        if (r.kind != RscKind::primitive) continue;
        if (r.needs_fencing) {
            for (Task t : {Task::start, Task::promote})
                for (ActIx s : a.find_all(r.self, t))
                    if (a.at(s).node != kNone) a.link(fence, s, edge::order);
            continue;
        }
        if (!r.needs_quorum || !may_be_there(a.m, r, n) || known_there(a.m, r, n)) continue;
        for (ActIx s : a.find_all(r.self, Task::start))
            if (a.at(s).node != kNone) a.link(fence, s, edge::order | edge::block);
    }
}

// Restarting the container is what fences a guest.
ActIx fence_guest(Actions& a, NodeIx n) {
    Model& m = a.m;
    Node& node = m.node(n);
    const RscIx conn = node.remote_rsc, container = m.rsc(conn).container;
    const ActIx stop = a.find(container, Task::stop), start = a.find(container, Task::start);
    const ActIx f = fence_action(a, n, stop != kNone && start == kNone ? "off" : "reboot");
    a.at(f).pseudo = a.at(f).runnable = true;
    a.at(f).reason = "guest is unclean";
    if (stop != kNone && a.at(stop).implied_by_fence) a.link(a.fence_of[static_cast<std::size_t>(a.at(stop).node)], f, edge::order);
    else if (stop != kNone) a.link(stop, f, edge::order);
    else for (ActIx s : a.find_all(conn, Task::stop)) a.link(s, f, edge::order);
    node.unclean = true;
    imply_stops(a, f, n);
    node.unclean = false;
    return f;
}

void order_shutdowns(Actions& a, const std::vector<ActIx>& fences, bool dc_is_fenced) {
    Model& m = a.m;
    for (NodeIx n = 0; n < m.node_count(); ++n) {
        Node& node = m.node(n);
        if (node.kind != NodeKind::member || !node.shutdown || !node.online || node.unclean) continue;
        ActIx down = a.add(kNone, Task::shutdown, n, false);
        a.at(down).no_wait = true;
        a.at(down).runnable = true;
        a.shutdowns.push_back(down);
        for (const Resource& r : m.resources) {
            if (r.kind != RscKind::primitive) continue;
            for (ActIx s : a.find_all(r.self, Task::stop))
                if (a.at(s).node == n && r.managed) a.link(s, down, edge::order | edge::block);
        }
    }
    if (dc_is_fenced || m.dc == kNone) return;
    ActIx dc_down = kNone;
    for (ActIx d : a.shutdowns)
        if (m.node(a.at(d).node).is_dc) dc_down = d;
    if (dc_down == kNone) return;
    for (ActIx d : a.shutdowns)
        if (d != dc_down) a.link(d, dc_down, edge::order);
    for (ActIx f : fences) a.link(f, dc_down, edge::order);
}

// A node that cannot be fenced may still run things: nothing that needs fencing starts.
void hold_starts(Actions& a) {
    const auto& nodes = a.m.nodes;
    if (std::none_of(nodes.begin(), nodes.end(), [](const Node& n) { return n.unclean && !n.fencing_possible; })) return;
    for (const Resource& r : a.m.resources)
        if (r.kind == RscKind::primitive && r.needs_fencing)
            for (ActIx s : a.find_all(r.self, Task::start)) {
                a.at(s).runnable = false;
                a.at(s).blocked_by = "a lost node cannot be fenced";
            }
}

// The failures of a remote node's connection are forgotten only when the node is known to be down.
void forget_after(Actions& a, ActIx fence, const Node& node) {
    if (node.kind != NodeKind::remote || node.remote_rsc == kNone) return;
    for (ActIx x : a.of_rsc[static_cast<std::size_t>(node.remote_rsc)])
        if (a.at(x).task == Task::clear_failcount) a.link(fence, x, edge::order);
}

}  // namespace

void make_fencing(Actions& a) {
    Model& m = a.m;
    std::vector<ActIx> fences;
    ActIx dc_fence = kNone;
    for (NodeIx n = 0; n < m.node_count(); ++n) {
        Node& node = m.node(n);
        if (node.kind == NodeKind::guest) {
            const RscIx conn = node.remote_rsc;
            if (conn == kNone || m.rsc(conn).container == kNone || !node.remote_reset) continue;
            if (can_fence(m, node)) starts_wait(a, fence_guest(a, n), n);
            continue;
        }
        if (!node.unclean) continue;
        if (!can_fence(m, node)) {
            node.fencing_possible = false;
            m.warn("node " + node.name + " is unclean, and cannot be fenced now");
            continue;
        }
        ActIx f = fence_action(a, n, m.config.fence_action);
        imply_stops(a, f, n);
        starts_wait(a, f, n);
        forget_after(a, f, node);
        if (node.is_dc) dc_fence = f;
        else fences.push_back(f);
    }
    if (!m.config.concurrent_fencing)
        for (std::size_t i = 1; i < fences.size(); ++i) a.link(fences[i - 1], fences[i], edge::order);
    if (dc_fence != kNone)
        for (ActIx f : fences) a.link(f, dc_fence, edge::order);
    if (dc_fence != kNone) fences.push_back(dc_fence);
    hold_starts(a);
    order_shutdowns(a, fences, dc_fence != kNone);
}

}  // namespace muster::policy
