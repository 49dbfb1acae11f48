// Orderings that contradict each other would leave part of the transition waiting for ever.  The weakest
// ordering of each loop is given up, always the same one for the same input, and said so.
#include <algorithm>
#include <map>

#include "policy-engine/actions.h"

namespace muster::policy {
namespace {

bool in_graph(const Act& x) { return !x.dead && !x.optional && x.runnable; }

// How much it costs to give an ordering up; the cheapest goes.
int weight(const Actions& a, const Act& first, const Act& then, std::uint32_t flags) {
    if (first.task == Task::fence || then.task == Task::shutdown) return 6;
    if (first.rsc != kNone && first.rsc == then.rsc && !a.m.rsc(first.rsc).is_collective()) return 5;
    if ((flags & edge::load) != 0) return 0;
    if ((flags & edge::serialize) != 0) return 1;
    if ((flags & (edge::block | edge::restart | edge::counted)) != 0) return 4;
    if ((flags & (edge::imply_then | edge::imply_first)) != 0) return 3;
    return 2;
}

class Components {  // Tarjan's, without recursion
  public:
    explicit Components(const Actions& a)
        : a_{a}, number_(a.list.size(), -1), low_(a.list.size(), 0), of_(a.list.size(), -1) {
        for (ActIx x = 0; x < static_cast<ActIx>(a.list.size()); ++x)
            if (in_graph(a.at(x)) && number_[at(x)] < 0) visit(x);
    }
    // Both ends in one component of more than one action: the edge is part of a loop.
    bool in_loop(ActIx x, ActIx y) const { return of_[at(x)] >= 0 && of_[at(x)] == of_[at(y)]; }
    int component(ActIx x) const { return of_[at(x)]; }

  private:
    static std::size_t at(ActIx x) { return static_cast<std::size_t>(x); }
    struct Frame {
        ActIx x;
        std::size_t next = 0;
    };
    void open(ActIx x) {
        number_[at(x)] = low_[at(x)] = counter_++;
        stack_.push_back(x);
        frames_.push_back({x});
    }
    void visit(ActIx root) {
        open(root);
        while (!frames_.empty()) {
            const ActIx x = frames_.back().x;
            const auto& before = a_.at(x).before;
            if (frames_.back().next == before.size()) {
                frames_.pop_back();
                if (low_[at(x)] == number_[at(x)]) close(x);
                if (!frames_.empty())
                    low_[at(frames_.back().x)] = std::min(low_[at(frames_.back().x)], low_[at(x)]);
                continue;
            }
            const Edge& e = before[frames_.back().next++];
            if (!edge_counts(a_, e, x)) continue;
            if (number_[at(e.other)] < 0)
                open(e.other);
            else if (of_[at(e.other)] < 0)
                low_[at(x)] = std::min(low_[at(x)], number_[at(e.other)]);
        }
    }
    void close(ActIx x) {
        ActIx y = kNone;
        do {
            y = stack_.back();
            stack_.pop_back();
            of_[at(y)] = components_;
        } while (y != x);
        ++components_;
    }

    const Actions& a_;
    std::vector<int> number_, low_, of_;
    std::vector<ActIx> stack_;
    std::vector<Frame> frames_;
    int counter_ = 0, components_ = 0;

  public:
    static bool edge_counts(const Actions& a, const Edge& e, ActIx then) {
        if ((e.flags & edge::off) != 0 || !in_graph(a.at(e.other))) return false;
        return (e.flags & edge::same_node) == 0 || a.at(e.other).node == a.at(then).node;
    }
};

struct Weakest {
    int weight = 100;
    ActIx first = kNone, then = kNone;
};

std::string name(const Actions& a, ActIx x) {
    const Act& act = a.at(x);
    std::string text =
        act.rsc == kNone ? act.name : a.m.rsc(act.rsc).id + " " + std::string{task_text(act.task)};
    return act.node == kNone ? text : text + " on " + a.m.node(act.node).name;
}

void give_up(Actions& a, const Weakest& w) {
    for (Edge& e : a.at(w.then).before)
        if (e.other == w.first) e.flags |= edge::off;
    for (Edge& e : a.at(w.first).after)
        if (e.other == w.then) e.flags |= edge::off;
    a.m.error("orderings contradict each other; given up: " + name(a, w.first) + " before " +
              name(a, w.then));
}

}  // namespace

int break_loops(Actions& a) {
    int broken = 0;
    for (;;) {
        const Components parts{a};
        std::map<int, Weakest> weakest;  // by component
        for (ActIx x = 0; x < static_cast<ActIx>(a.list.size()); ++x) {
            if (!in_graph(a.at(x))) continue;
            for (const Edge& e : a.at(x).before) {
                if (!Components::edge_counts(a, e, x) || !parts.in_loop(e.other, x)) continue;
                Weakest& w = weakest[parts.component(x)];
                const int cost = weight(a, a.at(e.other), a.at(x), e.flags);
                if (cost <= w.weight) w = {cost, e.other, x};
            }
        }
        if (weakest.empty()) return broken;
        for (const auto& [component, w] : weakest) give_up(a, w);
        broken += static_cast<int>(weakest.size());
    }
}

}  // namespace muster::policy
