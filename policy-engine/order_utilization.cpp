// Capacity is freed before it is used: on each node a milestone "load_stopped" stands between what leaves and what comes
// (Pacemaker Explained, "Utilization and Placement Strategy").
#include <algorithm>

#include "policy-engine/actions.h"

namespace muster::policy {
namespace {

class LoadOrder {
  public:
    explicit LoadOrder(Actions& a) : a_{a}, gate_of_(a.m.nodes.size(), kNone) {}

    void run() {
        const auto count = static_cast<RscIx>(a_.m.resources.size());
        for (RscIx r = 0; r < count; ++r) {
            if (needs_capacity(r)) order(r);
        }
        // Live migrations may wait for one another in a circle; the last ones are let go, capacity or not.
        for (auto wait = waits_.rbegin(); wait != waits_.rend(); ++wait) {
            if (leads_to(wait->second, wait->first)) take_back(wait->first, wait->second);
        }
    }

  private:
    bool needs_capacity(RscIx r) const {
        const Resource& res = a_.m.rsc(r);
        return res.kind == RscKind::primitive && !res.utilization.empty();
    }

    ActIx gate(NodeIx n) {
        ActIx& known = gate_of_[static_cast<std::size_t>(n)];
        if (known == kNone) {
            known = a_.milestone("load_stopped_" + a_.m.node(n).name);
            a_.at(known).optional = false;
        }
        return known;
    }

    void order(RscIx r) {
        const std::vector<NodeIx> running = a_.m.rsc(r).running_on;
        for (const NodeIx n : running) {
            for (const ActIx stop : on_node(r, Task::stop, n)) a_.link(stop, gate(n), edge::order | edge::load);
        }
        for (NodeIx n = 0; n < a_.m.node_count(); ++n) {
            if (a_.m.score(r, n) == kAbsent) continue;
            const ActIx free = gate(n);
            for (const ActIx start : on_node(r, Task::start, n)) a_.link(free, start, edge::order | edge::load);
        }
        const NodeIx target = a_.m.rsc(r).assigned;
        if (target == kNone) return;
        for (const ActIx move : std::vector<ActIx>{a_.find_all(r, Task::migrate_to)}) {
            const ActIx free = gate(target);
            a_.link(free, move, edge::order | edge::load);
            waits_.emplace_back(free, move);
        }
    }

    std::vector<ActIx> on_node(RscIx r, Task task, NodeIx n) {
        std::vector<ActIx> out = a_.find_all(r, task);
        std::erase_if(out, [&](ActIx x) { return a_.at(x).node != n; });
        return out;
    }

    bool leads_to(ActIx from, ActIx to) const {
        std::vector<bool> seen(a_.list.size(), false);
        std::vector<ActIx> open{from};
        while (!open.empty()) {
            const ActIx x = open.back();
            open.pop_back();
            for (const Edge& e : a_.at(x).after) {
                const Act& next = a_.at(e.other);
                if ((e.flags & edge::off) != 0 || next.optional || next.dead || seen[static_cast<std::size_t>(e.other)]) continue;
                if (e.other == to) return true;
                seen[static_cast<std::size_t>(e.other)] = true;
                open.push_back(e.other);
            }
        }
        return false;
    }

    void take_back(ActIx first, ActIx then) {
        for (Edge& e : a_.at(first).after) {
            if (e.other == then) e.flags |= edge::off;
        }
        for (Edge& e : a_.at(then).before) {
            if (e.other == first) e.flags |= edge::off;
        }
    }

    Actions& a_;
    std::vector<ActIx> gate_of_;  // by node
    std::vector<std::pair<ActIx, ActIx>> waits_;
};

}  // namespace

void order_utilization(Actions& a) {
    if (a.m.config.placement != "default") LoadOrder{a}.run();
}

}  // namespace muster::policy
