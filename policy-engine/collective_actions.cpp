// Milestones of groups, clones and bundles: start, running, stop, stopped, promote, promoted, demote, demoted.
#include "policy-engine/actions.h"

namespace muster::policy {
namespace {

void bracket(Actions& a, RscIx r, Task task) {
    ActIx begin = a.pseudo(r, task), end = a.pseudo(r, finished(task));
    // Roles change instance by instance: a promotion in the end is that of its members.
    const bool direct = task == Task::start || task == Task::stop || (task == Task::demote && a.m.rsc(r).kind != RscKind::group);
    if (direct) a.link(begin, end, edge::order | edge::graph_then);
    for (RscIx c : a.m.rsc(r).children) {
        auto acts = a.find_all(c, task);
        for (ActIx x : acts) {
            a.link(begin, x, edge::order | edge::graph_first);
            if (!a.at(x).pseudo) a.link(x, end, edge::order | edge::graph_then | edge::member_first);
        }
        if (a.m.rsc(c).is_collective())
            if (ActIx done = a.find(c, finished(task)); done != kNone)
                a.link(done, end, edge::order | edge::graph_then | edge::member_first);
    }
}

// An ordered clone's instances start and are promoted one after the other, and stop and are demoted the other way round:
// each after all before it, since any of those between may have nothing to do.
void chain_instances(Actions& a, RscIx r) {
    for (Task task : {Task::start, Task::promote, Task::stop, Task::demote}) {
        const bool forward = task == Task::start || task == Task::promote;
        std::vector<ActIx> earlier;
        for (RscIx c : a.m.rsc(r).children) {
            const auto own = a.find_all(c, task);
            for (ActIx x : earlier)
                for (ActIx y : own) forward ? a.link(x, y, edge::order) : a.link(y, x, edge::order);
            earlier.insert(earlier.end(), own.begin(), own.end());
        }
    }
}

}  // namespace

void make_collective(Actions& a, RscIx r) {
    const Resource& res = a.m.rsc(r);
    if (res.kind == RscKind::bundle) return make_bundle(a, r);
    RscIx clone = res.kind == RscKind::clone ? r : a.m.clone_of(r);
    bool promotable = clone != kNone && a.m.rsc(clone).promotable;
    bracket(a, r, Task::stop);
    bracket(a, r, Task::start);
    a.link(a.find(r, Task::stopped), a.find(r, Task::start), edge::order);
    if (promotable) {
        bracket(a, r, Task::demote);
        bracket(a, r, Task::promote);
        a.link(a.find(r, Task::started), a.find(r, Task::promote), edge::order | edge::block);
        a.link(a.find(r, Task::demoted), a.find(r, Task::promote), edge::order);
        a.link(a.find(r, Task::demoted), a.find(r, Task::stop), edge::order);
        a.link(a.find(r, Task::demoted), a.find(r, Task::start), edge::order);
        a.link(a.find(r, Task::stopped), a.find(r, Task::promote), edge::order);
    }
    if (res.kind == RscKind::clone && res.ordered) chain_instances(a, r);
    // Whether "running" can be reached at all: a group needs all members, a clone any instance.
    for (Task t : {Task::start, Task::promote}) {
        ActIx done = a.find(r, finished(t));
        if (done == kNone) continue;
        int runnable = 0, all = 0;
        for (RscIx c : res.children) {
            ActIx x = a.find(c, t);
            ++all;
            if (x == kNone) continue;
            ActIx end = a.m.rsc(c).is_collective() ? a.find(c, finished(t)) : x;
            if (end != kNone && a.at(end).runnable) ++runnable;
        }
        bool can = res.kind == RscKind::group ? runnable == all : runnable > 0;
        a.at(done).runnable = can;
    }
}

}  // namespace muster::policy
