// What an ordering makes of its two actions: required, impossible, needed as a milestone; until nothing changes.
#include <algorithm>

#include "policy-engine/actions.h"

namespace muster::policy {
namespace {

class Propagator {
  public:
    explicit Propagator(Actions& a) : a_{a} {}

    bool changed() const { return changes_ > 0; }

    void run() {
        queue_.reserve(a_.list.size());
        for (ActIx i = 0; i < static_cast<ActIx>(a_.list.size()); ++i) push(i);
        changes_ = 0;
        for (std::size_t head = 0; head < queue_.size(); ++head) {
            ActIx x = queue_[head];
            a_.at(x).queued = false;
            visit(x);
            if (head > 4096 && head * 2 > queue_.size()) {
                queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(head) + 1);
                head = static_cast<std::size_t>(-1);
            }
        }
    }

  private:
    Actions& a_;
    std::vector<ActIx> queue_;
    int changes_ = 0;

    void push(ActIx x) {
        ++changes_;
        Act& act = a_.at(x);
        if (act.queued) return;
        act.queued = true;
        queue_.push_back(x);
    }
    bool children_follow(const Act& x) const {
        return x.pseudo && x.rsc != kNone && a_.m.rsc(x.rsc).is_collective() &&
               (x.task == Task::start || x.task == Task::stop || x.task == Task::promote || x.task == Task::demote);
    }
    // Required: a collective's requirement is its members' own.
    void require(ActIx ix, ActIx because, bool as_first = false) {
        Act& x = a_.at(ix);
        RscIx r = x.rsc;
        Task t = as_first ? begun(x.task) : x.task;
        if (x.pseudo && r != kNone && a_.m.rsc(r).is_collective() && (t == Task::start || t == Task::stop || t == Task::promote || t == Task::demote)) {
            for (RscIx c : a_.m.rsc(r).children)
                for (ActIx y : a_.find_all(c, t)) require(y, because, as_first);
            return;
        }
        if (!x.optional) return;
        x.optional = false;
        if (x.reason.empty() && because != kNone) x.reason = name(because);
        push(ix);
    }
    void forbid(ActIx ix, ActIx because) {
        Act& x = a_.at(ix);
        if (children_follow(x)) {
            RscIx r = x.rsc;
            Task t = x.task;
            for (RscIx c : a_.m.rsc(r).children)
                for (ActIx y : a_.find_all(c, t)) forbid(y, because);
        }
        Act& y = a_.at(ix);
        if (!y.runnable) return;
        y.runnable = false;
        if (y.blocked_by.empty()) y.blocked_by = name(because);
        push(ix);
    }
    std::string name(ActIx ix) const {
        const Act& x = a_.at(ix);
        if (!x.blocked_by.empty()) return x.blocked_by;
        std::string who = x.rsc == kNone ? x.name : a_.m.rsc(x.rsc).id;
        return "required " + who + " " + std::string{task_text(x.task)};
    }
    void visit(ActIx ix) {
        for (std::size_t i = 0; i < a_.at(ix).after.size(); ++i) {
            Edge e = a_.at(ix).after[i];
            apply(ix, e.other, e.flags);
        }
        for (std::size_t i = 0; i < a_.at(ix).before.size(); ++i) {
            Edge e = a_.at(ix).before[i];
            apply(e.other, ix, e.flags);
        }
        if (a_.at(ix).min_runnable > 0) count(ix);
        member_runnable(ix);
    }
    // A group runs only as a whole; a clone when any instance does.
    void member_runnable(ActIx ix) {
        const Act& x = a_.at(ix);
        if (!x.runnable && !x.optional && x.task == Task::stop && x.rsc != kNone) group_stays(ix);
        if (x.runnable || x.rsc == kNone || (x.task != Task::start && x.task != Task::promote && x.task != Task::started && x.task != Task::promoted)) return;
        RscIx p = a_.m.rsc(x.rsc).parent;
        if (p == kNone) return;
        Task done = finished(begun(x.task));
        ActIx end = a_.find(p, done);
        if (end == kNone || !a_.at(end).runnable) return;
        if (a_.m.rsc(p).kind == RscKind::group) {
            block_self(end, ix);
            return;
        }
        for (RscIx c : a_.m.rsc(p).children)
            for (ActIx y : a_.find_all(c, a_.m.rsc(c).is_collective() ? done : begun(done)))
                if (a_.at(y).runnable) return;
        block_self(end, ix);
    }
    // A group whose member cannot be stopped is never all stopped.
    void group_stays(ActIx stop) {
        const RscIx p = a_.m.rsc(a_.at(stop).rsc).parent;
        if (p == kNone || a_.m.rsc(p).kind != RscKind::group) return;
        const ActIx end = a_.find(p, Task::stopped);
        if (end != kNone && a_.at(end).runnable) block_self(end, stop);
    }
    void block_self(ActIx ix, ActIx because) {
        Act& y = a_.at(ix);
        y.runnable = false;
        if (y.blocked_by.empty()) y.blocked_by = name(because);
        push(ix);
    }
    void count(ActIx ix) {
        Act& x = a_.at(ix);
        int runnable = 0;
        for (const Edge& e : x.before)
            if ((e.flags & edge::counted) != 0 && a_.at(e.other).runnable) ++runnable;
        bool can = runnable >= x.min_runnable;
        if (x.runnable && !can) {
            x.runnable = false;
            push(ix);
        }
    }
    bool is_clone(const Act& x) const {
        return x.pseudo && x.rsc != kNone && x.node == kNone && a_.m.rsc(x.rsc).kind == RscKind::clone;
    }
    // Where a resource's action is; a group's milestone is where its members are or shall be.
    NodeIx place_of(const Act& x) const {
        if (!x.pseudo) return x.node;
        if (x.rsc == kNone || a_.m.rsc(x.rsc).kind != RscKind::group || a_.m.rsc(x.rsc).parent != kNone) return kNone;
        const Task t = begun(x.task);
        NodeIx where = kNone;
        for (RscIx c : a_.m.rsc(x.rsc).children)
            for (ActIx y : a_.find_all(c, t)) {
                if (where != kNone && a_.at(y).node != where) return kNone;
                where = a_.at(y).node;
            }
        return where;
    }
    // A resource beside a clone looks at the clone's instances on its own node.
    bool required_on(const Act& clone, NodeIx n) const { return required_below(clone.rsc, begun(clone.task), n); }
    bool required_below(RscIx r, Task t, NodeIx n) const {
        for (RscIx c : a_.m.rsc(r).children) {
            if (a_.m.rsc(c).is_collective()) {
                if (required_below(c, t, n)) return true;
                continue;
            }
            for (ActIx y : a_.find_all(c, t))
                if (a_.at(y).node == n && !a_.at(y).optional) return true;
        }
        return false;
    }
    // What need not be done hinders nobody where it is merely not managed: the resource stays up.
    bool hinders(const Act& x) const {
        if (x.runnable) return false;
        return !x.optional || x.rsc == kNone || a_.m.rsc(x.rsc).is_collective() || a_.m.rsc(x.rsc).managed ||
               a_.m.rsc(x.rsc).blocked || a_.m.rsc(x.rsc).running_on.empty();
    }
    void apply(ActIx first, ActIx then, std::uint32_t f) {
        if ((f & edge::off) != 0) return;
        Act &x = a_.at(first), &y = a_.at(then);
        if (x.dead || y.dead) return;
        if ((f & edge::same_node) != 0 && x.node != y.node) return;
        if ((f & edge::restart) != 0) {
            bool managed = a_.m.rsc(y.rsc).managed;
            if (x.optional && managed && (!y.runnable || !y.optional)) {
                if (x.reason.empty()) x.reason = !y.runnable ? y.blocked_by : y.reason;
                require(first, then, true);
            }
            if (!x.optional && !x.runnable && y.runnable) forbid(then, first);
        }
        if ((f & edge::asymmetric) != 0) {
            if (!x.runnable && !y.optional && (f & edge::block) != 0 && y.runnable) forbid(then, first);
        } else if ((f & edge::block) != 0 && hinders(x) && y.runnable) {
            forbid(then, first);
        }
        bool first_required = !x.optional, then_required = !y.optional;
        if (NodeIx n = is_clone(x) ? place_of(y) : kNone; n != kNone) first_required = required_on(x, n);
        if (NodeIx n = is_clone(y) ? place_of(x) : kNone; n != kNone) then_required = required_on(y, n);
        if ((f & edge::imply_then) != 0 && first_required && (x.runnable || (f & edge::restart) != 0 || x.pseudo)) require(then, first);
        if ((f & edge::imply_first) != 0) {
            if (then_required && x.optional && y.runnable) require(first, then, true);
            if (!a_.at(first).optional && !a_.at(first).runnable && a_.at(then).runnable) forbid(then, first);
        }
        if ((f & edge::graph_first) != 0 && !a_.at(then).optional && a_.at(then).runnable && a_.at(first).optional) {
            a_.at(first).optional = false;
            push(first);
        }
        if ((f & edge::graph_then) != 0 && !a_.at(first).optional && a_.at(first).runnable && a_.at(then).optional) {
            a_.at(then).optional = false;
            push(then);
        }
        if ((f & edge::counted) != 0 && !a_.at(first).optional && a_.at(first).runnable && a_.at(then).optional) {
            a_.at(then).optional = false;
            push(then);
        }
    }
};

void until_stable(Actions& a) {
    // What instances became late in one pass may matter to a clone's neighbours: until a pass changes nothing.
    for (bool again = true; again;) {
        Propagator p{a};
        p.run();
        again = p.changed();
    }
}

// Who must be where another is cannot come while the other does not.
class ColocatedBlocker {
  public:
    explicit ColocatedBlocker(Actions& a) : a_{a} {}

    bool run() {
        const auto count = static_cast<ActIx>(a_.list.size());
        for (ActIx x = 0; x < count; ++x) {
            const Act& act = a_.at(x);
            const bool comes = act.task == Task::start || act.task == Task::promote;
            if (!comes || act.runnable || act.dead || act.rsc == kNone) continue;
            const bool down = goes_down(act);
            if (act.optional && !down) continue;
            if (a_.m.rsc(act.rsc).is_collective()) continue;
            RscIx whole = act.rsc;
            if (RscIx p = a_.m.rsc(whole).parent; p != kNone && a_.m.rsc(p).kind == RscKind::group) whole = p;
            dependents(whole, act.task == Task::promote, down, act.blocked_by);
        }
        return changed_;
    }

  private:
    // Up now, and stopped for good: what it needs cannot come.
    bool goes_down(const Act& start) const {
        const auto stops = a_.find_all(start.rsc, Task::stop);
        return start.task == Task::start && std::any_of(stops.begin(), stops.end(), [&](ActIx s) {
                   return !a_.at(s).optional && a_.at(s).runnable;
               });
    }
    void dependents(RscIx primary, bool promotion, bool down, const std::string& why) {
        for (const Colocation& c : a_.m.colocations) {
            if (c.primary != primary || c.score < kInf || c.internal_group) continue;
            if (promotion && c.primary_role != Role::promoted) continue;
            block(c.dependent, c.dependent_role == Role::promoted ? Task::promote : Task::start, down, why);
        }
    }
    void block(RscIx r, Task task, bool down, const std::string& why) {
        for (RscIx c : a_.m.rsc(r).children) block(c, task, down, why);
        if (a_.m.rsc(r).is_collective()) return;
        for (ActIx x : a_.find_all(r, task)) {
            Act& act = a_.at(x);
            if (!act.runnable || (act.optional && !down)) continue;
            act.runnable = false;
            act.blocked_by = why;
            changed_ = true;
        }
    }

    Actions& a_;
    bool changed_ = false;
};

}  // namespace

void propagate(Actions& a) {
    do {
        until_stable(a);
    } while (ColocatedBlocker{a}.run());
}

}  // namespace muster::policy
