// From where a resource is and in which role to where it shall be: stop, start, demote, promote, required or merely
// possible (so that an ordering can turn them into a restart).
#include <algorithm>

#include "base/text.h"
#include "policy-engine/actions.h"

namespace muster::policy {
namespace {

bool was_promoted(const Resource& r) { return r.role == Role::promoted; }

// Nodes on which it must be stopped when it is stopped.
std::vector<NodeIx> stop_nodes(const Model& m, const Resource& r) {
    std::vector<NodeIx> out;
    for (NodeIx n : r.running_on) {
        if (n == r.partial_target && r.partial_target == r.assigned && r.migratable) continue;
        out.push_back(n);
    }
    (void)m;
    return out;
}

void make_stops(Actions& a, RscIx r, bool optional, bool only_unexpected) {
    const Resource& res = a.m.rsc(r);
    for (NodeIx n : stop_nodes(a.m, res)) {
        bool here_stays = only_unexpected && n == res.assigned;
        ActIx stop = a.add(r, Task::stop, n, here_stays ? true : optional);
        if (here_stays) a.at(stop).dead = true;
        if (res.remove_after_stop || a.m.config.remove_after_stop) {
            ActIx del = a.add(r, Task::del, n, optional);
            a.link(stop, del, edge::order | edge::block | edge::imply_then);
        }
    }
}

void make_demotes(Actions& a, RscIx r, bool optional) {
    for (NodeIx n : a.m.rsc(r).running_on) a.add(r, Task::demote, n, optional);
}

// Where fencing is not needed, what a lost node still runs does not count.
std::ptrdiff_t active_nodes(const Model& m, const Resource& r) {
    return std::count_if(r.running_on.begin(), r.running_on.end(),
                         [&](NodeIx n) { return r.needs_fencing || (m.node(n).online && !m.node(n).unclean); });
}

// multiple-active=stop_unexpected: the instance where it shall be goes on.
bool keeps_expected(const Resource& r) { return r.stop_unexpected && r.assigned != kNone && runs_on(r, r.assigned) && !r.failed; }

struct Need {
    bool stop = false;      // must be stopped (moves, failed, several)
    bool start = false;
    bool promote = false;
    bool moving = false;
};

Need needs(const Model& m, RscIx r) {
    const Resource& res = m.rsc(r);
    Need need;
    const bool several = active_nodes(m, res) > 1;
    if (several) need.stop = true;  // also where a migration in the middle goes on: its source remains to be stopped
    if (!res.running_on.empty() && res.assigned != kNone && !runs_on(res, res.assigned)) need.moving = need.stop = true;
    if (!res.running_on.empty() && res.assigned != kNone && res.running_on.size() == 1 && res.running_on.front() != res.assigned) need.stop = true;
    if (res.failed) {
        if (res.stop_required) need.stop = true;  // else it is recovered by being demoted
        if (was_promoted(res)) need.promote = true;
    }
    if (res.blocked) need.stop = false;
    if (res.start_pending && res.role > Role::stopped) need.start = true;
    return need;
}

}  // namespace

void make_primitive(Actions& a, RscIx r) {
    Model& m = a.m;
    Resource& res = m.rsc(r);
    if (res.next_role == Role::unknown) res.next_role = res.assigned == kNone ? Role::stopped : Role::started;
    Need need = needs(m, r);
    NodeIx to = res.assigned;
    const bool runs = !res.running_on.empty() && res.role > Role::stopped;
    const Role next = res.next_role;
    const bool stays = next > Role::stopped && to != kNone;
    if (res.running_on.size() > 1 && res.multiple_active == MultipleActive::stop_only && res.partial_target == kNone) {
        make_stops(a, r, false, false);
        set_next_role(res, Role::stopped, "multiple-active=stop_only");
        return;
    }
    const bool starting = res.start_pending && stays && runs_on(res, to) && res.running_on.size() == 1 && !res.failed;
    if (runs && !starting) {
        const bool keep = stays && keeps_expected(res);
        if (was_promoted(res)) make_demotes(a, r, !(need.stop || need.promote || next < Role::promoted));
        make_stops(a, r, !(need.stop || next == Role::stopped), keep);
        if (keep) need.stop = false;
    }
    if (stays) {
        ActIx start = a.add(r, Task::start, to, runs && !need.stop && !(need.start && !res.running_on.empty()) );
        if (next == Role::promoted) {
            bool must = !was_promoted(res) || need.stop || need.promote;
            ActIx promote = a.add(r, Task::promote, to, !must);
            if (!a.at(start).runnable) a.at(promote).runnable = a.at(promote).runnable && a.at(start).optional;
        }
    }
    for (NodeIx n : res.dangling_migrations) {
        ActIx stop = a.add(r, Task::stop, n, false);
        a.at(stop).reason = "left over from a migration";
    }
}

// Groups are ordered and go together unless these old meta attributes say otherwise.
bool group_is(const Resource& group, std::string_view meta) {
    const auto it = group.meta.find(meta);
    return it == group.meta.end() || parse_bool(it->second).value_or(true);
}

namespace {

// The orderings that every primitive has within itself.
void order_primitive(Actions& a, RscIx r) {
    const Resource& res = a.m.rsc(r);
    const auto stops = a.find_all(r, Task::stop), starts = a.find_all(r, Task::start);
    const auto demotes = a.find_all(r, Task::demote), promotes = a.find_all(r, Task::promote);
    for (ActIx stop : stops)
        for (ActIx start : starts) {
            // What a migration left behind is cleared away; that is no restart of what runs at its target.
            const bool dangling = !runs_on(res, a.at(stop).node);
            const bool unexpected = keeps_expected(res) && a.at(stop).node != a.at(start).node;
            a.link(stop, start, dangling || unexpected ? edge::order : edge::order | edge::imply_then | edge::restart);
        }
    for (ActIx demote : demotes)
        for (ActIx stop : stops) a.link(demote, stop, edge::order | (a.at(demote).node == a.at(stop).node ? edge::imply_first : 0U));
    for (ActIx start : starts)
        for (ActIx promote : promotes) a.link(start, promote, edge::order | edge::block | edge::imply_then);
    for (ActIx demote : demotes)
        for (ActIx promote : promotes) a.link(demote, promote, edge::order | edge::imply_then);
    for (ActIx del : a.find_all(r, Task::del)) {
        for (ActIx stop : stops) a.link(stop, del, edge::order);
        for (ActIx start : starts) a.link(del, start, edge::order);
    }
}

void link_all(Actions& a, RscIx first, Task first_task, RscIx then, Task then_task, std::uint32_t flags) {
    for (ActIx x : a.find_all(first, first_task))
        for (ActIx y : a.find_all(then, then_task)) a.link(x, y, flags);
}

// A group's member after the one before it: up in the order of the group, down against it.
void order_after(Actions& a, RscIx before, RscIx member) {
    link_all(a, before, Task::start, member, Task::start, edge::order | edge::imply_then | edge::block);
    if (a.find(before, Task::start) == kNone)
        for (ActIx y : a.find_all(member, Task::start)) a.at(y).runnable = false;
    link_all(a, member, Task::stop, before, Task::stop, edge::order | edge::imply_first);
    link_all(a, before, Task::promote, member, Task::promote, edge::order | edge::imply_then | edge::block);
    link_all(a, member, Task::demote, before, Task::demote, edge::order | edge::imply_first);
}

// The member before it is down already: stops go on with the last one that is up.
void order_past(Actions& a, RscIx before, RscIx last_active, RscIx member) {
    for (ActIx x : a.find_all(member, Task::stop)) {
        for (ActIx y : a.find_all(before, Task::start)) a.link(x, y, edge::order | edge::block);
        if (last_active != kNone)
            for (ActIx y : a.find_all(last_active, Task::stop)) a.link(x, y, edge::order);
    }
}

}  // namespace

void order_internally(Actions& a, RscIx r) {
    const Resource& res = a.m.rsc(r);
    if (res.kind == RscKind::primitive) return order_primitive(a, r);
    if (res.kind != RscKind::group || !group_is(res, "ordered")) return;
    RscIx last = kNone, last_active = kNone;
    for (RscIx c : res.children) {
        if (last != kNone && a.find(last, Task::stop) == kNone) order_past(a, last, last_active, c);
        if (a.find(c, Task::stop) != kNone) last_active = c;
        if (last != kNone) order_after(a, last, c);
        last = c;
    }
}

}  // namespace muster::policy
