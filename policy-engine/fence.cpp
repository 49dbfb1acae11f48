// Fencing: lost nodes are fenced first, what ran there counts as stopped by it, and nothing that needs fencing starts
// before it (Pacemaker Explained, "Fencing").  Clean shutdowns wait for their resources.
#include <algorithm>

#include "policy-engine/actions.h"

namespace muster::policy {
namespace {

bool can_fence(const Model& m, const Node& n) {
    const Config& c = m.config;
    if (n.kind == NodeKind::guest) return true;
    if (!c.fencing) return false;
    if (c.have_quorum) return true;
    if (c.no_quorum == QuorumPolicy::ignore) return true;
    if (n.kind == NodeKind::remote && c.fence_remote_without_quorum) return true;
    return n.online;  // still in our own partition
}

ActIx fence_action(Actions& a, NodeIx n, bool optional) {
    ActIx& slot = a.fence_of[static_cast<std::size_t>(n)];
    if (slot != kNone) {
        if (!optional) a.at(slot).optional = false;
        return slot;
    }
    ActIx f = a.add(kNone, Task::fence, n, optional);
    Act& act = a.at(f);
    act.name = "stonith-" + a.m.node(n).name + "-" + a.m.config.fence_action;
    act.meta["stonith_action"] = a.m.config.fence_action;
    act.reason = a.m.node(n).fence_reason;
    slot = f;
    return f;
}

// Stops on a fenced node are done by the fencing.
void fence_stops(Actions& a, ActIx fence, NodeIx n) {
    Model& m = a.m;
    for (RscIx r : std::vector<RscIx>{m.node(n).running}) {
        Resource& res = m.rsc(r);
        for (Task t : {Task::stop, Task::demote}) {
            for (ActIx s : a.find_all(r, t)) {
                if (a.at(s).node != n) continue;
                Act& stop = a.at(s);
                if (m.node(n).online && !m.node(n).unclean) continue;
                // An online node that only failed stops is not "lost": what can still be stopped there is.
                if (res.managed || true) {
                    stop.pseudo = true;
                    stop.runnable = true;
                    stop.implied_by_fence = true;
                    if (t == Task::stop || stop.optional == false || res.role == Role::promoted) {
                        if (t == Task::stop) stop.optional = false;
                        if (t == Task::demote) stop.optional = false;
                    }
                }
                if (t == Task::stop) a.link(fence, s, edge::order | edge::imply_then);
                if (t == Task::demote) a.link(fence, s, edge::order);
                for (RscIx p = res.parent; p != kNone; p = m.rsc(p).parent)
                    a.link(fence, a.find(p, t), edge::order);
            }
        }
    }
}

void starts_wait(Actions& a, const std::vector<ActIx>& fences) {
    for (const Resource& r : a.m.resources) {
        if (r.kind != RscKind::primitive || !r.needs_fencing) continue;
        for (ActIx s : a.find_all(r.self, Task::start))
            for (ActIx f : fences) {
                if (a.at(s).node == kNone) continue;
                a.link(f, s, edge::order | edge::block);
            }
    }
}

}  // namespace

void make_fencing(Actions& a) {
    Model& m = a.m;
    std::vector<ActIx> fences;
    ActIx dc_fence = kNone;
    std::vector<ActIx> guest_fences;
    for (NodeIx n = 0; n < m.node_count(); ++n) {
        Node& node = m.node(n);
        if (node.kind == NodeKind::guest) {
            RscIx conn = node.remote_rsc;
            RscIx container = conn == kNone ? kNone : m.rsc(conn).container;
            if (container == kNone || !node.remote_reset || node.running.empty()) continue;
            // Restarting the container is what fences a guest.
            ActIx f = fence_action(a, n, false);
            a.at(f).pseudo = a.at(f).runnable = true;
            a.at(f).reason = "guest is unclean";
            for (ActIx s : a.find_all(container, Task::stop)) a.link(s, f, edge::order);
            for (Task t : {Task::start})
                for (RscIx who : {container, conn})
                    for (ActIx s : a.find_all(who, t)) a.link(f, s, edge::order);
            node.unclean = true;
            fence_stops(a, f, n);
            node.unclean = false;
            guest_fences.push_back(f);
            continue;
        }
        if (!node.unclean) continue;
        if (!can_fence(m, node)) {
            node.fencing_possible = false;
            m.warn("node " + node.name + " is unclean, and cannot be fenced now");
            continue;
        }
        ActIx f = fence_action(a, n, false);
        fence_stops(a, f, n);
        if (node.is_dc) dc_fence = f;
        else fences.push_back(f);
    }
    if (!m.config.concurrent_fencing)
        for (std::size_t i = 1; i < fences.size(); ++i) a.link(fences[i - 1], fences[i], edge::order);
    if (dc_fence != kNone) {
        for (ActIx f : fences) a.link(f, dc_fence, edge::order);
        fences.push_back(dc_fence);
    }
    for (ActIx f : guest_fences) fences.push_back(f);
    starts_wait(a, fences);
    // A node that cannot be fenced may still run things: nothing that needs fencing starts.
    bool unfenced = std::any_of(m.nodes.begin(), m.nodes.end(), [](const Node& n) { return n.unclean && !n.fencing_possible; });
    if (unfenced)
        for (const Resource& r : m.resources)
            if (r.kind == RscKind::primitive && r.needs_fencing)
                for (ActIx s : a.find_all(r.self, Task::start)) {
                    a.at(s).runnable = false;
                    a.at(s).blocked_by = "a lost node cannot be fenced";
                }
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
    if (dc_fence == kNone && m.dc != kNone) {
        ActIx dc_down = kNone;
        for (ActIx d : a.shutdowns)
            if (m.node(a.at(d).node).is_dc) dc_down = d;
        if (dc_down != kNone)
            for (ActIx d : a.shutdowns)
                if (d != dc_down) a.link(d, dc_down, edge::order);
        if (dc_down != kNone)
            for (ActIx f : fences) a.link(f, dc_down, edge::order);
    }
}

}  // namespace muster::policy
