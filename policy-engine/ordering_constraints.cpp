// Order constraints, single and sets, turned into orderings between actions (Pacemaker Explained, "Specifying the Order
// in which Resources Should Start/Stop").
#include <algorithm>

#include "base/text.h"
#include "policy-engine/actions.h"
#include "policy-engine/constraints.h"

namespace muster::policy {
namespace {

struct Rule {
    std::string id;
    OrderKind kind = OrderKind::mandatory;
    bool symmetrical = true, require_all = true;
};

Task reverse(Task t) {
    switch (t) {
        case Task::start: return Task::stop;
        case Task::stop: return Task::start;
        case Task::promote: return Task::demote;
        case Task::demote: return Task::promote;
        default: return t;
    }
}

std::uint32_t flags_of(OrderKind kind, Task first, bool symmetrical, bool inverse) {
    switch (kind) {
        case OrderKind::optional: return edge::order;
        case OrderKind::serialize: return edge::order | edge::serialize;
        case OrderKind::mandatory: break;
    }
    if (inverse) return edge::order | edge::imply_first;
    if (!symmetrical) {
        if (first == Task::start || first == Task::promote) return edge::order | edge::asymmetric | edge::block;
        return edge::order | edge::asymmetric;
    }
    return edge::order | edge::imply_then | edge::block;
}

// The clone that depends on the other says so; on the way down it is the first.
bool interleaves(const Model& m, RscIx first, RscIx then, Task first_task) {
    const Resource &f = m.rsc(first), &t = m.rsc(then);
    bool clones = (f.kind == RscKind::clone || f.kind == RscKind::bundle) && (t.kind == RscKind::clone || t.kind == RscKind::bundle);
    const bool down = first_task == Task::stop || first_task == Task::demote;
    return clones && (down ? f.interleave : t.interleave);
}

NodeIx node_of_instance(const Model& m, RscIx i, Task task) {
    if (task == Task::start || task == Task::promote) return location_of_next(m, i);
    const Resource& r = m.rsc(i);
    return r.running_on.empty() ? kNone : r.running_on.front();
}

std::vector<RscIx> instances_of(const Model& m, RscIx r) {
    const Resource& x = m.rsc(r);
    if (x.kind != RscKind::bundle) return x.children;
    std::vector<RscIx> out;
    for (const auto& rep : x.bundle->list) out.push_back(rep.container);
    return out;
}

void collect(Actions& a, RscIx r, Task task, std::vector<ActIx>& out) {
    for (ActIx x : a.find_all(r, task)) out.push_back(x);
}

// An action that can never be: its dependants must not start.
ActIx impossible(Actions& a, RscIx r, Task task) {
    ActIx x = a.add(r, task, kNone, true);
    a.at(x).runnable = false;
    a.at(x).blocked_by = a.m.rsc(r).id + " cannot run anywhere";
    return x;
}

std::vector<ActIx> firsts(Actions& a, RscIx r, Task task, bool needed) {
    std::vector<ActIx> out;
    bool collective = a.m.rsc(r).is_collective();
    collect(a, r, collective ? finished(task) : task, out);
    if (out.empty() && needed && (task == Task::start || task == Task::promote)) out.push_back(impossible(a, r, task));
    return out;
}

// A bundle's replica is first to be stopped as a container, and up when what is inside is; it starts with its container.
RscIx acting(const Model& m, RscIx collective, RscIx instance, Task task, bool first) {
    const Resource& c = m.rsc(collective);
    if (!c.bundle) return instance;
    const bool inner = task == Task::promote || task == Task::demote || (first && task != Task::stop);
    for (const auto& rep : c.bundle->list)
        if (rep.container == instance && inner && rep.child != kNone) return rep.child;
    return instance;
}

void link_instances(Actions& a, RscIx first, Task first_task, RscIx then, Task then_task, std::uint32_t flags) {
    Model& m = a.m;
    for (RscIx t : instances_of(m, then)) {
        NodeIx n = node_of_instance(m, t, then_task);
        if (n == kNone) continue;
        RscIx match = kNone;
        for (RscIx f : instances_of(m, first))
            if (node_of_instance(m, f, first_task) == n &&
                (first_task != Task::promote || m.rsc(acting(m, first, f, first_task, true)).next_role == Role::promoted || !m.rsc(f).children.empty()))
                match = acting(m, first, f, first_task, true);
        std::vector<ActIx> thens;
        collect(a, acting(m, then, t, then_task, false), then_task, thens);
        if (match == kNone) {
            if ((flags & edge::block) != 0)
                for (ActIx y : thens) {
                    ActIx x = impossible(a, first, first_task);
                    a.link(x, y, flags);
                }
            continue;
        }
        for (ActIx x : firsts(a, match, first_task, (flags & edge::block) != 0))
            for (ActIx y : thens) a.link(x, y, flags);
    }
}

void link_resources(Actions& a, RscIx first, Task first_task, RscIx then, Task then_task, std::uint32_t flags) {
    Model& m = a.m;
    a.clone_orders.push_back({first, first_task, then, then_task});
    if (interleaves(m, first, then, first_task)) {
        link_instances(a, first, first_task, then, then_task, flags);
        // As wholes they wait for each other, too, where both are in the graph.
        a.link(a.find(first, finished(first_task)), a.find(then, then_task), edge::order);
        return;
    }
    std::vector<ActIx> thens;
    collect(a, then, then_task, thens);
    for (ActIx x : firsts(a, first, first_task, (flags & edge::block) != 0))
        for (ActIx y : thens) a.link(x, y, flags);
}

// clone-min: dependants wait for that many instances.
bool clone_min(Actions& a, const Rule& rule, RscIx first, Task ft, RscIx then, Task tt) {
    const Resource& f = a.m.rsc(first);
    if (f.kind != RscKind::clone || f.clone_min <= 0 || ft != Task::start) return false;
    ActIx gate = a.milestone("clone-one-or-more:" + rule.id);
    a.at(gate).min_runnable = f.clone_min;
    for (RscIx i : f.children)
        for (ActIx x : a.find_all(i, Task::start)) a.link(x, gate, edge::order | edge::counted);
    for (ActIx y : a.find_all(then, tt)) a.link(gate, y, edge::order | edge::block);
    return true;
}

void order_pair(Actions& a, const Rule& rule, RscIx first, Task ft, RscIx then, Task tt) {
    if (first == then) return;
    if (rule.kind == OrderKind::mandatory && clone_min(a, rule, first, ft, then, tt)) {
        if (rule.symmetrical) link_resources(a, then, reverse(tt), first, reverse(ft), edge::order);
        return;
    }
    if (!rule.require_all && a.m.rsc(first).kind == RscKind::clone && ft == Task::start) {
        // Any one instance suffices: restarts of the others are no reason to restart.
        ActIx gate = a.milestone("clone-one-or-more:" + rule.id);
        a.at(gate).min_runnable = 1;
        for (RscIx i : a.m.rsc(first).children)
            for (ActIx x : a.find_all(i, Task::start)) a.link(x, gate, edge::order | edge::counted);
        for (ActIx y : a.find_all(then, tt)) a.link(gate, y, edge::order | edge::block);
        if (rule.symmetrical) link_resources(a, then, reverse(tt), first, reverse(ft), edge::order);
        return;
    }
    link_resources(a, first, ft, then, tt, flags_of(rule.kind, ft, rule.symmetrical, false));
    if (!rule.symmetrical || rule.kind == OrderKind::serialize) return;
    link_resources(a, then, reverse(tt), first, reverse(ft), flags_of(rule.kind, reverse(tt), true, true));
}

OrderKind parse_kind(const xml::Element& e) {
    std::string kind = e.get("kind");
    if (iequals(kind, "Optional")) return OrderKind::optional;
    if (iequals(kind, "Serialize")) return OrderKind::serialize;
    if (!kind.empty()) return OrderKind::mandatory;
    if (e.has("score")) return score_of(e.get("score")) == 0 ? OrderKind::optional : OrderKind::mandatory;
    return OrderKind::mandatory;
}

struct Set {
    const xml::Element* xml;
    std::vector<RscIx> members;
    Task action;
    bool sequential, require_all, symmetrical;
    OrderKind kind;
};

void inside(Actions& a, const Rule& rule, const Set& s) {
    Rule r = rule;
    r.kind = s.kind;
    r.symmetrical = s.symmetrical;
    if (s.kind == OrderKind::serialize) {  // no two at a time, also where those between them do nothing
        for (std::size_t i = 0; i < s.members.size(); ++i)
            for (std::size_t k = i + 1; k < s.members.size(); ++k) order_pair(a, r, s.members[i], s.action, s.members[k], s.action);
        return;
    }
    if (!s.sequential) return;
    for (std::size_t i = 1; i < s.members.size(); ++i) order_pair(a, r, s.members[i - 1], s.action, s.members[i], s.action);
}

void between(Actions& a, const Rule& rule, const Set& x, const Set& y) {
    if (x.members.empty() || y.members.empty()) return;
    if (!x.require_all) {
        ActIx gate = a.milestone("one-or-more:" + x.xml->id());
        a.at(gate).min_runnable = 1;
        for (RscIx f : x.members)
            for (ActIx s : firsts(a, f, x.action, false)) a.link(s, gate, edge::order | edge::counted);
        for (RscIx t : y.members)
            for (ActIx s : a.find_all(t, y.action)) a.link(gate, s, edge::order | edge::block | edge::imply_then);
        if (!rule.symmetrical) return;
        for (RscIx t : y.members)
            for (RscIx f : x.members)
                link_resources(a, t, reverse(y.action), f, reverse(x.action), edge::order | edge::imply_first);
        return;
    }
    std::vector<RscIx> firsts_ = x.members, thens = y.members;
    if (x.sequential) firsts_ = {x.members.back()};
    if (y.sequential) thens = {y.members.front()};
    for (RscIx f : firsts_)
        for (RscIx t : thens) order_pair(a, rule, f, x.action, t, y.action);
}

void order_sets(Actions& a, const xml::Element& e, const Rule& rule) {
    std::vector<Set> sets;
    for (const auto* ref : e.children_named("resource_set")) {
        const auto* x = a.m.index.resolve(*ref);
        if (x == nullptr) continue;
        Set s{x, set_members(a.m, *x, e.id()), task_of(x->get("action", "start"), Task::start),
              parse_bool(x->get("sequential", "true")).value_or(true), parse_bool(x->get("require-all", "true")).value_or(true),
              rule.symmetrical, x->has("kind") ? parse_kind(*x) : rule.kind};
        sets.push_back(std::move(s));
    }
    for (const auto& s : sets) inside(a, rule, s);
    for (std::size_t i = 1; i < sets.size(); ++i) between(a, rule, sets[i - 1], sets[i]);
}

}  // namespace

NodeIx location_of_next(const Model& m, RscIx r) {
    const Resource& res = m.rsc(r);
    if (!res.is_collective()) return res.assigned;
    for (RscIx c : res.children)
        if (NodeIx n = location_of_next(m, c); n != kNone) return n;
    return kNone;
}

void order_by_constraints(Actions& a) {
    const auto* section = a.m.cib->section("constraints");
    if (section == nullptr) return;
    for (const auto* e : section->children_named("rsc_order")) {
        if (lifetime_passed(a.m, *e)) continue;
        Rule rule;
        rule.id = e->id();
        rule.kind = parse_kind(*e);
        rule.symmetrical = parse_bool(e->get("symmetrical")).value_or(rule.kind != OrderKind::serialize);
        if (rule.kind == OrderKind::serialize) rule.symmetrical = false;
        rule.require_all = parse_bool(e->get("require-all")).value_or(true);
        if (e->child("resource_set") != nullptr) {
            order_sets(a, *e, rule);
            continue;
        }
        Task ft = task_of(e->get("first-action", "start"), Task::start);
        Task tt = task_of(e->get("then-action", e->get("first-action", "start")), ft);
        for (RscIx f : named_resources(a.m, e->get("first"), e->id()))
            for (RscIx t : named_resources(a.m, e->get("then"), e->id())) order_pair(a, rule, f, ft, t, tt);
    }
}

}  // namespace muster::policy
