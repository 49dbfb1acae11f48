// Unfencing: a device that cuts nodes off from shared storage lets a node back in before anything that needs it starts
// there; anew when the device's definition changes (Pacemaker Explained, "Unfencing").
#include <algorithm>

#include "base/text.h"
#include "policy-engine/actions.h"
#include "policy-engine/digest.h"

namespace muster::policy {
namespace {

class Unfencing {
  public:
    explicit Unfencing(Actions& a) : a_{a}, on_(a.m.nodes.size(), kNone) {}

    void run() {
        for (RscIx r = 0; r < count(); ++r)
            if (a_.m.rsc(r).is_unfence_device) look_at(r);
        for (RscIx r = 0; r < count(); ++r)
            if (a_.m.rsc(r).needs_unfencing || a_.m.rsc(r).is_unfence_device) let_in_for(r);
        for (RscIx r = 0; r < count(); ++r)
            if (a_.m.rsc(r).kind == RscKind::primitive) order(r);
    }

  private:
    RscIx count() const { return static_cast<RscIx>(a_.m.resources.size()); }
    ActIx on(NodeIx n) const { return n == kNone ? kNone : on_[static_cast<std::size_t>(n)]; }

    // A device not yet known on a node, or defined otherwise than when the node was let in.
    void look_at(RscIx r) {
        std::vector<NodeIx> unknown;
        for (ActIx x : a_.of_rsc[static_cast<std::size_t>(r)])
            if (a_.at(x).probe) unknown.push_back(a_.at(x).node);
        for (NodeIx n : unknown) need(n, "required by " + a_.m.rsc(r).id + " monitor");
        if (a_.m.rsc(r).restart_needed)
            for (NodeIx n : std::vector<NodeIx>{a_.m.rsc(r).running_on}) need(n, "Device definition changed");
    }

    bool was_let_in(NodeIx n) const {
        const auto& attrs = a_.m.node(n).attrs;
        const auto it = attrs.find("#node-unfenced");
        return it != attrs.end() && parse_int(it->second).value_or(0) != 0;
    }

    // Nothing that needs it is on a node that was never let in.
    void let_in_for(RscIx r) {
        for (ActIx x : std::vector<ActIx>{a_.of_rsc[static_cast<std::size_t>(r)]}) {
            const NodeIx n = a_.at(x).node;
            if (a_.at(x).task != Task::start || n == kNone || was_let_in(n)) continue;
            if (a_.m.node(n).is_remote()) continue;  // what its host may reach, it may reach
            need(n, "required by " + a_.m.rsc(r).id + " start");
        }
    }

    void need(NodeIx n, const std::string& why) {
        const Node& node = a_.m.node(n);
        if (on(n) != kNone || !node.online || node.unclean || node.shutdown || node.pending) return;
        const ActIx x = a_.add(kNone, Task::fence, n, false);
        Act& act = a_.at(x);
        act.name = "stonith-" + node.name + "-on";
        act.meta["stonith_action"] = "on";
        act.reason = why;
        on_[static_cast<std::size_t>(n)] = x;
    }

    void order(RscIx r) {
        const Resource& res = a_.m.rsc(r);
        if (!res.needs_unfencing && !res.is_fence_device) return;
        for (ActIx x : std::vector<ActIx>{a_.of_rsc[static_cast<std::size_t>(r)]}) {
            const ActIx let_in = on(a_.at(x).node);
            if (let_in == kNone) continue;
            if (a_.at(x).probe) a_.link(let_in, x, edge::order);
            if (a_.at(x).task == Task::start) a_.link(let_in, x, edge::order | (res.needs_unfencing ? edge::imply_then : 0));
            if (a_.at(x).task == Task::stop && res.needs_unfencing) a_.link(x, let_in, edge::order);
        }
    }

    Actions& a_;
    std::vector<ActIx> on_;  // by node
};

}  // namespace

void make_unfencing(Actions& a) {
    if (a.m.config.have_unfencing && a.m.config.fencing) Unfencing{a}.run();
}

// How the devices are defined now: kept with the node, to see later whether they changed.
void add_device_digests(Model& m, NodeIx n, StringMap& meta) {
    std::string all, secure;
    for (RscIx r = 0; r < static_cast<RscIx>(m.resources.size()); ++r) {
        if (!m.rsc(r).is_unfence_device) continue;
        Parameters params, open;
        for (const auto& [name, value] : parameters(m, r, n)) {
            params.emplace_back(name, value);
            if (!starts_with(name, "pcmk_")) open.emplace_back(name, value);
        }
        const std::string who = m.rsc(r).id + ":" + m.rsc(r).def->type + ":";
        all += who + all_digest(params, milliseconds{0}) + ",";
        secure += who + secure_digest(open, "passwd password", milliseconds{0}) + ",";
    }
    if (all.empty()) return;
    meta["digests_all"] = all;
    meta["digests_secure"] = secure;
}

}  // namespace muster::policy
