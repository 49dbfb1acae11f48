// The table of actions.
#include "policy-engine/actions.h"

#include <algorithm>
#include <array>

namespace muster::policy {
namespace {
constexpr std::array<std::string_view, 21> kTaskText{
    "monitor", "start",    "running",      "stop",   "stopped", "promote",      "promoted",
    "demote",  "demoted",  "notify",       "notified", "migrate_to", "migrate_from", "cancel",
    "delete",  "reload-agent", "stonith", "do_shutdown", "clear_failcount", "one-or-more", "load_stopped"};
}

std::string_view task_text(Task t) { return kTaskText[static_cast<std::size_t>(t)]; }

Task task_of(std::string_view text, Task otherwise) {
    for (std::size_t i = 0; i < kTaskText.size(); ++i)
        if (kTaskText[i] == text) return static_cast<Task>(i);
    return otherwise;
}

Task finished(Task t) {
    switch (t) {
        case Task::start: return Task::started;
        case Task::stop: return Task::stopped;
        case Task::promote: return Task::promoted;
        case Task::demote: return Task::demoted;
        case Task::notify: return Task::notified;
        default: return t;
    }
}

Task begun(Task t) {
    switch (t) {
        case Task::started: return Task::start;
        case Task::stopped: return Task::stop;
        case Task::promoted: return Task::promote;
        case Task::demoted: return Task::demote;
        default: return t;
    }
}

ActIx Actions::find(RscIx r, Task t, NodeIx n, std::int64_t interval) const {
    for (ActIx a : of_rsc[static_cast<std::size_t>(r)]) {
        const Act& x = at(a);
        if (x.task == t && x.interval_ms == interval && (n == -2 || x.node == n) && !x.dead) return a;
    }
    return kNone;
}

std::vector<ActIx> Actions::find_all(RscIx r, Task t) const {
    std::vector<ActIx> out;
    for (ActIx a : of_rsc[static_cast<std::size_t>(r)])
        if (at(a).task == t && !at(a).probe && at(a).interval_ms == 0 && !at(a).dead) out.push_back(a);
    return out;
}

namespace {

void forbid(Act& a, std::string why) {
    a.runnable = false;
    a.blocked_by = std::move(why);
}

// What is done to a resource that nobody manages, too: looking, telling, tidying up.
bool needs_no_management(const Act& a) {
    return a.interval_ms != 0 || a.task == Task::monitor || a.task == Task::notify || a.task == Task::del ||
           a.task == Task::clear_failcount || a.task == Task::cancel;
}

// Offline now, but this plan brings it up.
bool node_comes(const Model& m, const Node& n) {
    const bool guest = n.kind == NodeKind::guest && !n.remote_reset && n.remote_rsc != kNone;
    const bool remote = n.is_remote() && n.remote_rsc != kNone && m.rsc(n.remote_rsc).next_role == Role::started && !n.unclean;
    return guest || remote || n.coming;
}

void judge_without_quorum(const Model& m, const Resource& r, Act& a) {
    switch (m.config.no_quorum) {
        case QuorumPolicy::ignore: break;
        case QuorumPolicy::freeze:
            if (r.running_on.empty() || r.next_role > r.role) forbid(a, "no quorum (no-quorum-policy=freeze)");
            break;
        case QuorumPolicy::demote:
            if (a.task == Task::start && r.role >= Role::unpromoted && !r.running_on.empty()) break;  // stays, unpromoted
            [[fallthrough]];
        case QuorumPolicy::fence:
        case QuorumPolicy::stop: forbid(a, "no quorum"); break;
    }
}

}  // namespace

void Actions::judge(Act& a) {
    if (a.pseudo || a.rsc == kNone) return;
    const Resource& r = m.rsc(a.rsc);
    if (a.node == kNone) {
        a.runnable = false;
        return;
    }
    const Node& n = m.node(a.node);
    if (!r.managed && !needs_no_management(a)) return forbid(a, "the resource is not managed");
    if (!n.online && a.task != Task::clear_failcount && !node_comes(m, n)) return forbid(a, "node " + n.name + " is offline");
    if (n.pending) return forbid(a, "node " + n.name + " is not ready");
    const bool starting = a.task == Task::start || a.task == Task::promote;
    if (starting && r.needs_quorum && !m.config.have_quorum) judge_without_quorum(m, r, a);
}

ActIx Actions::add(RscIx r, Task t, NodeIx n, bool optional, std::int64_t interval) {
    ActIx old = r == kNone ? kNone : find(r, t, n, interval);
    if (old != kNone) {
        if (!optional) at(old).optional = false;
        return old;
    }
    Act a;
    a.self = static_cast<ActIx>(list.size());
    a.rsc = r;
    a.task = t;
    a.node = n;
    a.interval_ms = interval;
    a.optional = optional;
    judge(a);
    if (r != kNone) of_rsc[static_cast<std::size_t>(r)].push_back(a.self);
    list.push_back(std::move(a));
    return list.back().self;
}

ActIx Actions::pseudo(RscIx r, Task t, bool optional) {
    ActIx old = find(r, t);
    if (old != kNone) return old;
    Act a;
    a.self = static_cast<ActIx>(list.size());
    a.rsc = r;
    a.task = t;
    a.optional = optional;
    a.pseudo = true;
    of_rsc[static_cast<std::size_t>(r)].push_back(a.self);
    list.push_back(std::move(a));
    return list.back().self;
}

ActIx Actions::milestone(std::string name) {
    for (const Act& a : list)
        if (a.rsc == kNone && a.pseudo && a.name == name) return a.self;
    Act a;
    a.self = static_cast<ActIx>(list.size());
    a.name = std::move(name);
    a.pseudo = true;
    a.task = Task::one_or_more;
    list.push_back(std::move(a));
    return list.back().self;
}

void Actions::link(ActIx first, ActIx then, std::uint32_t flags) {
    if (first == kNone || then == kNone || first == then) return;
    auto& before = at(then).before;
    if (before.size() < 64)
        for (std::size_t i = 0; i < before.size(); ++i) {
            if (before[i].other != first) continue;
            before[i].flags |= flags;
            for (auto& e : at(first).after)
                if (e.other == then) e.flags |= flags;
            return;
        }
    before.push_back({first, flags});
    at(first).after.push_back({then, flags});
}

}  // namespace muster::policy
