// Notifications of clones with notify=true: before and after each start, stop, promote and demote, all active instances
// are told (Pacemaker Administration, "Clone Resource Agent Requirements").
#include <algorithm>
#include <array>

#include "policy-engine/actions.h"
#include "policy-engine/notify.h"

namespace muster::policy {
namespace {

struct Round {
    Task task, done;
    ActIx begin = kNone, end = kNone, pre = kNone, pre_done = kNone, post = kNone, post_done = kNone;
};

ActIx stone(Actions& a, RscIx clone, Task kind, const std::string& key, bool optional) {
    ActIx x = a.add(clone, kind, kNone, optional, -1 - static_cast<std::int64_t>(a.list.size()));
    Act& act = a.at(x);
    act.pseudo = act.runnable = true;
    act.name = key;
    act.interval_ms = 0;
    return x;
}

bool goes(const Actions& a, ActIx x) { return x != kNone && !a.at(x).optional && a.at(x).runnable && !a.at(x).dead; }

void tell(Actions& a, RscIx r, NodeIx n, const Round& round, bool pre, const NotifyLists& lists) {
    Model& m = a.m;
    if (n == kNone || !(m.node(n).online || m.node(n).coming) || m.node(n).unclean || m.node(n).remote_reset) return;
    if (pre && !a.at(round.pre).runnable) return;
    std::string type = pre ? "pre" : "post", op{task_text(round.task)};
    ActIx x = a.add(r, Task::notify, n, false, -1 - static_cast<std::int64_t>(a.list.size()));
    Act& act = a.at(x);
    act.interval_ms = 0;
    act.optional = false;
    act.runnable = true;
    act.op = type + "_notify_" + op;
    act.meta["notify_type"] = act.meta["notify_key_type"] = type;
    act.meta["notify_operation"] = op;
    act.meta["notify_key_operation"] = pre ? op : std::string{task_text(round.done)};
    add_notify_lists(lists, act.meta);
    act.reason = "notification of " + op;
    a.link(pre ? round.pre : round.post, x, edge::order);
    a.link(x, pre ? round.pre_done : round.post_done, edge::order);
}

void members(const Model& m, RscIx r, std::vector<RscIx>& out) {
    if (!m.rsc(r).is_collective()) out.push_back(r);
    for (RscIx c : m.rsc(r).children) members(m, c, out);
}

void tell_all(Actions& a, const Round& round, const std::vector<RscIx>& all, const NotifyLists& lists) {
    Model& m = a.m;
    for (RscIx r : all) {
        const auto running = m.rsc(r).running_on;
        bool active = m.rsc(r).role > Role::stopped && !running.empty();
        NodeIx to = m.rsc(r).assigned;
        bool stays = m.rsc(r).next_role > Role::stopped && to != kNone;
        if (round.task == Task::stop || round.task == Task::demote) {
            if (!active) continue;
            for (NodeIx n : running) {
                tell(a, r, n, round, true, lists);
                ActIx stop = a.find(r, Task::stop, n);
                if (round.task == Task::demote || !goes(a, stop)) tell(a, r, n, round, false, lists);
            }
            continue;
        }
        if (!stays) continue;
        ActIx start = a.find(r, Task::start, to);
        if (start != kNone && !a.at(start).runnable && !active) continue;
        bool starting = goes(a, start);
        if ((!starting && active) || (round.task == Task::promote && start != kNone && a.at(start).runnable)) tell(a, r, to, round, true, lists);
        if (start == kNone || a.at(start).runnable || active) tell(a, r, to, round, false, lists);
    }
}

// What moves by live migration begins with that, not with its stop or start.
ActIx first_of_migration(const Actions& a, ActIx moved) {
    const ActIx from = a.find(a.at(moved).rsc, Task::migrate_from), to = a.find(a.at(moved).rsc, Task::migrate_to);
    const bool start = a.at(moved).migrate_pseudo, stop = to != kNone && a.at(moved).task == Task::stop && a.at(moved).node == a.at(to).node;
    if (from == kNone || (!start && !stop)) return moved;
    return to != kNone ? to : from;
}

// Recurring operations begin when all have been told.
void before_monitors(Actions& a, const Round& round, const std::vector<RscIx>& all) {
    for (RscIx r : all)
        for (ActIx x : a.of_rsc[static_cast<std::size_t>(r)])
            if (a.at(x).task == Task::monitor && a.at(x).interval_ms > 0 && a.at(x).expected_rc != 7) a.link(round.post_done, x, edge::order);
}

// The four milestones around one kind of action: before it and after it all are told, and what comes next waits for that.
Round make_round(Actions& a, RscIx clone, const Round& plain) {
    Round round = plain;
    const std::string id = a.m.rsc(clone).id, op{task_text(round.task)}, done{task_text(round.done)};
    round.pre = stone(a, clone, Task::notify, id + "_pre_notify_" + op + "_0", false);
    round.pre_done = stone(a, clone, Task::notified, id + "_confirmed-pre_notify_" + op + "_0", false);
    round.post = stone(a, clone, Task::notify, id + "_post_notify_" + done + "_0", false);
    round.post_done = stone(a, clone, Task::notified, id + "_confirmed-post_notify_" + done + "_0", false);
    a.at(round.post).priority = a.at(round.post_done).priority = kInf;
    a.link(round.pre, round.pre_done, edge::order);
    a.link(round.pre_done, round.begin, edge::order);
    a.link(round.pre_done, round.post, edge::order);
    a.link(round.end, round.post, edge::order);
    a.link(round.post, round.post_done, edge::order);
    return round;
}

const Round* round_of(const std::vector<Round>& rounds, Task t) {
    for (const Round& r : rounds)
        if (r.task == t) return &r;
    return nullptr;
}

// One round after the other.
void order_rounds(Actions& a, const std::vector<Round>& rounds) {
    constexpr std::array<std::pair<Task, Task>, 6> kOrder{{{Task::stop, Task::start},
                                                           {Task::start, Task::promote},
                                                           {Task::demote, Task::stop},
                                                           {Task::demote, Task::start},
                                                           {Task::demote, Task::promote},
                                                           {Task::stop, Task::promote}}};
    for (const auto& [first, then] : kOrder) {
        const Round *before = round_of(rounds, first), *after = round_of(rounds, then);
        if (before && after) a.link(before->post_done, after->pre, edge::order);
    }
}

// What is ordered after the clone waits until its instances have been told.
void before_followers(Actions& a, RscIx clone, const std::vector<Round>& rounds) {
    for (const auto& o : a.clone_orders) {
        if (o.first != clone) continue;
        const Round* round = round_of(rounds, o.task);
        if (round == nullptr) continue;
        for (ActIx then : a.find_all(o.then, o.then_task)) {
            a.link(round->post_done, first_of_migration(a, then), edge::order);
            if (o.then_task == Task::stop) a.link(round->post_done, then, edge::order);
        }
    }
}

void notify_instances(Actions& a, RscIx clone) {
    std::vector<RscIx> all;
    members(a.m, clone, all);
    const NotifyLists lists = notify_lists(a, clone, all);
    for (RscIx r : all)  // the actions themselves carry the lists, too
        for (Task t : {Task::start, Task::stop, Task::promote, Task::demote})
            for (ActIx x : a.find_all(r, t)) add_notify_lists(lists, a.at(x).meta);
    std::vector<Round> rounds;
    for (Task t : {Task::stop, Task::start, Task::demote, Task::promote}) {
        const Round plain{t, finished(t), a.find(clone, t), a.find(clone, finished(t))};
        if (!goes(a, plain.begin)) continue;
        rounds.push_back(make_round(a, clone, plain));
        tell_all(a, rounds.back(), all, lists);
    }
    order_rounds(a, rounds);
    const bool starts = round_of(rounds, Task::start) != nullptr;
    for (const Round& round : rounds)
        if (round.task != Task::stop || !starts) before_monitors(a, round, all);
    before_followers(a, clone, rounds);
}

}  // namespace

void make_notifications(Actions& a) {
    for (RscIx c = 0; c < static_cast<RscIx>(a.m.resources.size()); ++c)
        if (a.m.rsc(c).kind == RscKind::clone && a.m.rsc(c).notify) notify_instances(a, c);
}

}  // namespace muster::policy
