// What runs on a remote or guest node depends on the connection to it: it waits for the connection, and is stopped
// before the connection is given up.  Where the connection is lost for good, fencing has to do it (Pacemaker Remote).
#include <algorithm>

#include "policy-engine/actions.h"

namespace muster::policy {
namespace {

// What can be done on a remote node now.
enum class Reach : std::uint8_t {
    alive,     // connected, and stays so
    resting,   // connected from a lost member; will be from another one
    unknown,   // not connected; will be
    stopped,   // connected; will be given up in order
    failed     // lost, and not coming back
};

Reach reach_of(const Model& m, const Node& node) {
    const Resource& conn = m.rsc(node.remote_rsc);
    const NodeIx host = conn.current();
    if (conn.next_role == Role::stopped || conn.assigned == kNone) {
        if (host != kNone && m.node(host).unclean) return Reach::failed;
        if (!conn.failed) return Reach::stopped;
        // Whether it comes back shows only when it is tried again.
        if (conn.remote_reconnect_ms > 0 && node.remote_was_fenced) return Reach::unknown;
        return Reach::failed;
    }
    if (host == kNone) return Reach::unknown;
    if (m.node(host).unclean || !m.node(host).online) return Reach::resting;
    if (conn.running_on.size() > 1 && conn.partial_source != kNone && conn.partial_target != kNone) return Reach::resting;
    return Reach::alive;
}

// Where it stays up unmanaged there is nothing to wait for; where it does not come up, there never will be.
void after_start(Actions& a, ActIx x, RscIx of, std::uint32_t more = 0) {
    const auto starts = a.find_all(of, Task::start);
    for (ActIx up : starts) {
        const bool unmanaged = a.at(up).optional && !a.m.rsc(of).managed && !a.m.rsc(of).running_on.empty();
        const bool stays = unmanaged || a.at(up).migrate_pseudo;
        a.link(up, x, edge::order | (stays ? 0 : edge::block | more));
    }
    if (!starts.empty()) return;
    a.at(x).runnable = false;
    a.at(x).blocked_by = a.m.rsc(of).id + " does not start";
}

void before_stop(Actions& a, ActIx x, RscIx of, std::uint32_t more = 0) {
    for (ActIx down : a.find_all(of, Task::stop)) a.link(x, down, edge::order | more);
}

// A container that moves while it runs takes its connection along, once it is known where that is.
void migrate_together(Actions& a, RscIx container, RscIx conn) {
    const ActIx to = a.find(container, Task::migrate_to), from = a.find(container, Task::migrate_from);
    if (from == kNone) return;
    a.link(from, a.find(conn, Task::migrate_to), edge::order);
    if (to == kNone) return;
    for (ActIx p : a.of_rsc[static_cast<std::size_t>(conn)])
        if (a.at(p).probe) a.link(p, to, edge::order);
}

void within_container(Actions& a, RscIx conn) {
    const RscIx container = a.m.rsc(conn).container;
    if (container == kNone) return;
    migrate_together(a, container, conn);
    const bool bundled = a.m.rsc(conn).parent != kNone && a.m.rsc(a.m.rsc(conn).parent).kind == RscKind::bundle;
    for (ActIx x : a.find_all(container, Task::start)) {
        for (ActIx y : a.find_all(conn, Task::start)) a.link(x, y, edge::order | edge::imply_then | edge::block);
        if (!bundled) continue;
        for (ActIx p : a.of_rsc[static_cast<std::size_t>(conn)])
            if (a.at(p).probe) a.link(x, p, edge::order);
    }
    if (a.find(container, Task::start) == kNone)
        for (ActIx y : a.find_all(conn, Task::start)) a.at(y).runnable = false;
    for (ActIx x : a.find_all(conn, Task::stop)) before_stop(a, x, container, edge::imply_first);
}

void stop_on_remote(Actions& a, ActIx x, RscIx conn, Reach reach) {
    Model& m = a.m;
    const NodeIx n = a.at(x).node;
    if (reach == Reach::alive) before_stop(a, x, conn);
    else if (reach == Reach::failed) m.fence(n, "resources are active but connection is unrecoverable");
    else if (m.rsc(conn).next_role == Role::stopped) before_stop(a, x, conn, edge::imply_first);
    else after_start(a, x, conn);
}

// Who moves to a remote node leaves its old place when the new one is known to be reachable.
void leave_late(Actions& a, RscIx r, NodeIx to, RscIx conn) {
    for (ActIx up : a.find_all(conn, Task::start))
        for (ActIx s : a.find_all(r, Task::stop)) {
            const NodeIx from = a.at(s).node;
            if (from != to && a.m.node(from).online && !a.m.node(from).unclean) a.link(up, s, edge::order);
        }
}

void on_remote(Actions& a, ActIx x, RscIx conn) {
    Model& m = a.m;
    const NodeIx n = a.at(x).node;
    const Reach reach = reach_of(m, m.node(n));
    switch (a.at(x).task) {
        case Task::start:
        case Task::promote: after_start(a, x, conn, reach == Reach::failed ? edge::imply_then : 0); return;
        case Task::stop: stop_on_remote(a, x, conn, reach); return;
        case Task::demote:
            if (reach == Reach::resting || reach == Reach::unknown) after_start(a, x, conn);
            return;
        case Task::monitor:
            if (a.at(x).interval_ms > 0) return after_start(a, x, conn, edge::imply_then);
            if (reach == Reach::failed) m.fence(n, "resources are in unknown state and connection is unrecoverable");
            break;
        default: break;
    }
    if (m.rsc(conn).current() != kNone && reach == Reach::stopped) before_stop(a, x, conn, edge::block);
    else after_start(a, x, conn);
}

void on_guest(Actions& a, ActIx x, RscIx conn, RscIx container) {
    switch (a.at(x).task) {
        case Task::start:
        case Task::promote:
            after_start(a, x, container, edge::imply_then);
            after_start(a, x, conn);
            return;
        case Task::stop:
        case Task::demote:
            // A container that failed takes everything inside with it.
            if (!a.m.rsc(container).failed) before_stop(a, x, conn);
            return;
        case Task::cancel: return;  // the operation recurs: the connection is up, and need not come back for it
        default: after_start(a, x, conn, a.at(x).interval_ms > 0 && a.at(x).task == Task::monitor ? edge::imply_then : 0);
    }
}

// The failures of a connection are forgotten before it is tried again.
void forget_before_start(Actions& a, ActIx x) {
    const Resource& r = a.m.rsc(a.at(x).rsc);
    if (r.is_remote_connection) for (ActIx up : a.find_all(r.self, Task::start)) a.link(x, up, edge::order);
}

}  // namespace

// A connection that failed and cannot be tried anywhere: whatever its node does, nobody will know.
void fence_unreachable(Model& m) {
    for (NodeIx n = 0; n < m.node_count(); ++n) {
        const Node& node = m.node(n);
        if (node.kind != NodeKind::remote || node.remote_rsc == kNone || node.remote_was_fenced || !m.config.fencing) continue;
        const Resource& conn = m.rsc(node.remote_rsc);
        if (conn.managed && conn.failed && !conn.removed && reach_of(m, node) == Reach::failed)
            m.fence(n, "the connection is unrecoverable");
    }
}

void order_remote(Actions& a) {
    fence_unreachable(a.m);
    for (RscIx r = 0; r < static_cast<RscIx>(a.m.resources.size()); ++r) {
        if (a.m.rsc(r).is_remote_connection || a.m.rsc(r).meta.count("container") != 0) {
            const bool in_guest = std::any_of(a.m.stays_on.begin(), a.m.stays_on.end(), [&](const auto& s) { return s.first == r; });
            if (!in_guest) within_container(a, r);
        }

        if (a.m.rsc(r).bundle) order_bundle(a, a.m.rsc(r));
    }
    const auto count = static_cast<ActIx>(a.list.size());
    for (ActIx x = 0; x < count; ++x) {
        const NodeIx n = a.at(x).node;
        if (n == kNone || a.at(x).rsc == kNone || a.at(x).dead) continue;
        if (a.at(x).task == Task::clear_failcount) {
            forget_before_start(a, x);
            continue;
        }
        if (!a.m.node(n).is_remote()) continue;
        const RscIx conn = a.m.node(n).remote_rsc;
        if (conn == kNone || conn == a.at(x).rsc) continue;
        if (a.at(x).task == Task::start) leave_late(a, a.at(x).rsc, n, conn);
        const RscIx container = a.m.rsc(conn).container;
        if (container == kNone) on_remote(a, x, conn);
        else on_guest(a, x, conn, container);
    }
}

}  // namespace muster::policy
