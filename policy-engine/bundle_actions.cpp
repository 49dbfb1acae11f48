// A bundle's milestones, and the order in which address, container, connection and what is inside come up and go down
// (Pacemaker Explained, "Bundles").
#include "policy-engine/actions.h"

namespace muster::policy {
namespace {

// Whatever starts inside starts with the bundle; the bundle is up when its containers and what is inside are.
void link_clone(Actions& a, RscIx bundle, RscIx clone, Task t) {
    a.link(a.find(bundle, t), a.find(clone, t), edge::order | edge::graph_first);
    a.link(a.find(clone, finished(t)), a.find(bundle, finished(t)), edge::order | edge::graph_then);
}

bool any_runnable(const Actions& a, const std::vector<RscIx>& members, Task t) {
    for (RscIx c : members)
        if (ActIx x = a.find(c, t); x != kNone && a.at(x).runnable) return true;
    return false;
}

}  // namespace

void make_bundle(Actions& a, RscIx r) {
    const Resource& res = a.m.rsc(r);
    for (Task t : {Task::start, Task::stop}) {
        a.pseudo(r, t);
        a.pseudo(r, finished(t));
    }
    a.link(a.find(r, Task::stopped), a.find(r, Task::start), edge::order);
    a.at(a.find(r, Task::started)).runnable = any_runnable(a, res.children, Task::start);
    if (!res.promotable) return;
    for (Task t : {Task::demote, Task::promote}) {
        a.pseudo(r, t);
        a.pseudo(r, finished(t));
    }
    a.link(a.find(r, Task::demote), a.find(r, Task::demoted), edge::order | edge::graph_then);
    a.link(a.find(r, Task::started), a.find(r, Task::promote), edge::order | edge::block);
    for (Task t : {Task::promote, Task::stop, Task::start}) a.link(a.find(r, Task::demoted), a.find(r, t), edge::order);
    a.link(a.find(r, Task::stopped), a.find(r, Task::promote), edge::order);
}

void order_bundle(Actions& a, const Resource& bundle) {
    const RscIx b = bundle.self, clone = bundle.bundle->child_clone;
    for (const auto& rep : bundle.bundle->list) {
        for (ActIx x : a.find_all(rep.container, Task::start)) {
            a.link(a.find(b, Task::start), x, edge::order | edge::graph_first);
            a.link(x, a.find(b, Task::started), edge::order | edge::graph_then | edge::member_first);
            if (rep.ip != kNone)
                for (ActIx y : a.find_all(rep.ip, Task::start)) a.link(y, x, edge::order | edge::block);
        }
        for (ActIx x : a.find_all(rep.container, Task::stop)) {
            a.link(a.find(b, Task::stop), x, edge::order | edge::graph_first);
            a.link(x, a.find(b, Task::stopped), edge::order | edge::graph_then | edge::member_first);
            if (rep.ip != kNone)
                for (ActIx y : a.find_all(rep.ip, Task::stop)) a.link(x, y, edge::order | edge::imply_first);
        }
        if (rep.child == kNone) continue;
        for (ActIx x : a.find_all(rep.child, Task::stop)) a.link(a.find(b, Task::stop), x, edge::order | edge::graph_first);
    }
    if (clone == kNone) return;
    link_clone(a, b, clone, Task::start);
    link_clone(a, b, clone, Task::stop);
    if (!bundle.promotable) return;
    link_clone(a, b, clone, Task::promote);
    link_clone(a, b, clone, Task::demote);
}

}  // namespace muster::policy
