// What runs on a remote or guest node waits for the connection to it, and is stopped before the connection is
// (Pacemaker Remote).
#include <algorithm>

#include "policy-engine/actions.h"

namespace muster::policy {
namespace {

void within_container(Actions& a, RscIx conn) {
    RscIx container = a.m.rsc(conn).container;
    if (container == kNone) return;
    for (ActIx x : a.find_all(container, Task::start)) {
        for (ActIx y : a.find_all(conn, Task::start)) a.link(x, y, edge::order | edge::imply_then | edge::block);
        for (ActIx p : a.of_rsc[static_cast<std::size_t>(conn)])
            if (a.at(p).probe) a.link(x, p, edge::order);
    }
    if (a.find(container, Task::start) == kNone)
        for (ActIx y : a.find_all(conn, Task::start)) a.at(y).runnable = false;
    for (ActIx x : a.find_all(conn, Task::stop))
        for (ActIx y : a.find_all(container, Task::stop)) a.link(x, y, edge::order | edge::imply_first);
}

void on_remote(Actions& a, ActIx x, RscIx conn) {
    const Act& act = a.at(x);
    ActIx up = a.find(conn, Task::start);
    RscIx container = a.m.rsc(conn).container;
    switch (act.task) {
        case Task::stop:
        case Task::demote:
        case Task::migrate_to:
            if (!act.pseudo)
                for (ActIx down : a.find_all(conn, Task::stop)) a.link(x, down, edge::order);
            if (up != kNone && !act.pseudo && !a.m.node(act.node).online) a.link(up, x, edge::order);
            if (container != kNone && !act.pseudo)
                for (ActIx down : a.find_all(container, Task::stop)) a.link(x, down, edge::order);
            break;
        case Task::start:
        case Task::promote:
        case Task::migrate_from:
            if (up != kNone) a.link(up, x, edge::order | edge::block);
            if (container != kNone)
                for (ActIx c : a.find_all(container, Task::start)) a.link(c, x, edge::order | edge::block | edge::imply_then);
            break;
        case Task::monitor:
            if (up != kNone) a.link(up, x, edge::order | edge::block | (act.interval_ms > 0 ? edge::imply_then : 0));
            break;
        default:
            if (up != kNone) a.link(up, x, edge::order);
            break;
    }
}

void bundle_links(Actions& a, const Resource& bundle) {
    for (const auto& rep : bundle.bundle->list) {
        if (rep.ip == kNone) continue;
        for (ActIx x : a.find_all(rep.ip, Task::start))
            for (ActIx y : a.find_all(rep.container, Task::start)) a.link(x, y, edge::order | edge::block);
        for (ActIx x : a.find_all(rep.container, Task::stop))
            for (ActIx y : a.find_all(rep.ip, Task::stop)) a.link(x, y, edge::order | edge::imply_first);
    }
    RscIx clone = bundle.bundle->child_clone;
    if (clone == kNone) return;
    for (Task t : {Task::start, Task::stop, Task::promote, Task::demote}) {
        ActIx outer = a.find(bundle.self, t), inner = a.find(clone, t);
        ActIx outer_end = a.find(bundle.self, finished(t)), inner_end = a.find(clone, finished(t));
        a.link(outer, inner, edge::order | edge::graph_first);
        a.link(inner_end, outer_end, edge::order | edge::graph_then);
    }
}

}  // namespace

void order_remote(Actions& a) {
    for (RscIx r = 0; r < static_cast<RscIx>(a.m.resources.size()); ++r) {
        if (a.m.rsc(r).is_remote_connection) within_container(a, r);
        if (a.m.rsc(r).bundle) bundle_links(a, a.m.rsc(r));
    }
    const auto count = static_cast<ActIx>(a.list.size());
    for (ActIx x = 0; x < count; ++x) {
        NodeIx n = a.at(x).node;
        if (n == kNone || a.at(x).rsc == kNone || !a.m.node(n).is_remote()) continue;
        RscIx conn = a.m.node(n).remote_rsc;
        if (conn != kNone && conn != a.at(x).rsc) on_remote(a, x, conn);
    }
}

}  // namespace muster::policy
