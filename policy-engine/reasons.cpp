// One sentence for each decision.
#include <algorithm>

#include "policy-engine/actions.h"

namespace muster::policy {
namespace {

std::string names(const Model& m, const std::vector<NodeIx>& nodes) {
    std::string out;
    for (NodeIx n : nodes) out += (out.empty() ? "" : " ") + m.node(n).name;
    return out;
}

// Why a resource may not stay: what its first node suffers from.
std::string why_leave(const Model& m, const Resource& r) {
    for (NodeIx x : r.running_on) {
        const Node& n = m.node(x);
        if (n.unclean) return n.name + (n.online ? " must be fenced" : " is lost");
        if (!n.online) return n.name + " is offline";
        if (n.shutdown) return n.name + " shuts down";
        if (n.standby) return n.name + " is in standby";
    }
    return "a better node";
}

bool goes(const Actions& a, ActIx x) { return x != kNone && !a.at(x).optional && a.at(x).runnable; }

// An order to stop decides; that no start can follow is only its consequence.
bool told_to_stop(const Resource& r) { return r.next_role == Role::stopped && r.next_role_reason == "target-role"; }

std::string why_down(const Actions& a, const Resource& r, ActIx start) {
    if (told_to_stop(r)) return "target-role";
    if (start != kNone && !a.at(start).runnable) return a.at(start).blocked_by;
    return r.next_role_reason.empty() ? "no node can run it" : r.next_role_reason;
}

std::string why(const Actions& a, ActIx x, const std::string& otherwise) {
    return x != kNone && !a.at(x).reason.empty() ? a.at(x).reason : otherwise;
}

void decide(Actions& a, const Resource& r, Plan& plan) {
    const Model& m = a.m;
    Reason out;
    out.resource = r.id;
    out.from = names(m, r.running_on);
    out.to = r.assigned == kNone ? "" : m.node(r.assigned).name;
    ActIx start = a.find(r.self, Task::start), stop = a.find(r.self, Task::stop);
    bool starts = goes(a, start), stops = goes(a, stop);
    if (goes(a, a.find(r.self, Task::migrate_to))) {
        out.decision = "migrate";
        out.text = why_leave(m, r) + ", by live migration";
    } else if (starts && stops) {
        out.decision = r.failed ? "recover" : out.from == out.to ? "restart" : "move";
        out.text = r.failed ? "it failed" : why(a, stop, why_leave(m, r));
    } else if (starts) {
        out.decision = "start";
        out.text = "it shall run and does not";
    } else if (stops) {
        out.decision = "stop";
        out.text = told_to_stop(r) ? why_down(a, r, start) : why(a, stop, why_down(a, r, start));
        if (a.at(stop).reason.empty()) a.at(stop).reason = out.text;
    } else if (goes(a, a.find(r.self, Task::promote))) {
        out.decision = "promote";
        out.text = "promotion score " + std::to_string(r.promotion_score);
    } else if (goes(a, a.find(r.self, Task::demote))) {
        out.decision = "demote";
        out.text = r.next_role_reason;
    } else if (r.running_on.empty()) {
        out.decision = "stay-stopped";
        out.text = why_down(a, r, start);
    } else {
        out.decision = "leave";
        out.text = r.managed ? "it is where it shall be" : r.block_reason.empty() ? "it is not managed" : r.block_reason;
    }
    plan.reasons.push_back(std::move(out));
}

}  // namespace

void write_reasons(Actions& a, Plan& plan) {
    for (const Node& n : a.m.nodes) {
        ActIx f = a.fence_of[static_cast<std::size_t>(&n - a.m.nodes.data())];
        if (!goes(a, f)) continue;
        plan.reasons.push_back({n.name, "fence", "", n.name, n.fence_reason});
    }
    for (const Resource& r : a.m.resources)
        if (r.kind == RscKind::primitive) decide(a, r, plan);
}

}  // namespace muster::policy
