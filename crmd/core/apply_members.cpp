#include "crmd/core/apply.h"
#include "crmd/core/history.h"

namespace muster::crmd {
namespace {

const char* text_of(cluster::Departure how) {
    switch (how) {
        case cluster::Departure::left: return "its crmd left without goodbye";
        case cluster::Departure::process_lost: return "its crmd died";
        case cluster::Departure::node_lost: return "it is gone from the ring";
    }
    return "";
}

// Orders in flight on a node whose crmd is gone stay (they may be running) until its life is over.
void depart(State& state, const cluster::Departed& departed, Applied& applied) {
    const auto at = state.nodes.find(departed.member.node);
    if (at == state.nodes.end()) return;
    NodeFacts& node = at->second;
    if (node.life != Life::up && node.life != Life::crmd_lost) return;
    node.joined = false;
    if (node.shutting_down) {
        node.shutting_down = false;
        end_life(state, node, applied);
        applied.unexpected = node.name + " left cleanly";
    } else if (departed.how == cluster::Departure::node_lost) {
        node.life = Life::lost;
        applied.unexpected = node.name + " is lost: " + text_of(departed.how);
    } else {
        node.life = Life::crmd_lost;
        applied.unexpected = node.name + ": " + text_of(departed.how);
    }
    applied.events.push_back(applied.unexpected);
    applied.changed = true;
}

}  // namespace

void end_life(State& state, NodeFacts& node, Applied& applied) {
    node.life = Life::down;
    node.joined = false;
    node.attributes.clear();
    node.private_attributes.clear();
    node.history.clear();
    node.recurring.clear();
    applied.changed = true;
    for (auto at = state.in_flight.begin(); at != state.in_flight.end();) {
        if (at->second.node() != node.name) { ++at; continue; }
        applied.completed.push_back({at->first, false});
        at = state.in_flight.erase(at);
    }
    drop_unfencing(state, applied);
}

Applied apply_view(State& state, const cluster::ViewChanged& view) {
    Applied applied;
    for (const cluster::Departed& departed : view.departed) {
        depart(state, departed, applied);
        // What was said of quorum was said of the ring before; the new ring's id follows the view.
        if (departed.how == cluster::Departure::node_lost) state.ring = {};
    }
    // A process that comes in the same event as its predecessor's departure is told apart by its hello.
    std::set<NodeId> here;
    for (const cluster::Member& m : view.members) here.insert(m.node);
    for (auto& [id, node] : state.nodes) {
        if (node.life != Life::up || here.count(id) != 0) continue;
        depart(state, {{id, 0}, cluster::Departure::node_lost}, applied);
    }
    drop_unfencing(state, applied);
    return applied;
}

Applied apply_ring(State& state, const cluster::RingChanged& ring) {
    state.ring = ring.ring;
    // A node whose crmd died first and whose machine followed is lost, not waited for.
    std::set<NodeId> in_ring(ring.nodes.begin(), ring.nodes.end());
    Applied applied;
    for (auto& [id, node] : state.nodes) {
        if (node.life != Life::crmd_lost || in_ring.count(id) != 0) continue;
        node.life = Life::lost;
        applied.unexpected = node.name + " is lost: gone from the ring after its crmd";
        applied.events.push_back(applied.unexpected);
        applied.changed = true;
    }
    drop_unfencing(state, applied);
    return applied;
}

Applied apply_hello(State& state, NodeId sender, const wire::MemberHello& hello) {
    Applied applied;
    NodeFacts& node = state.nodes[sender];
    node.id = sender;
    node.name = hello.name();
    node.jobs = hello.jobs();
    const bool new_life = !node.boot_id.empty() && node.boot_id != hello.boot_id();
    if (new_life) {
        applied.events.push_back(node.name + " has booted since: what ran there before does not any more");
        end_life(state, node, applied);
        for (auto& [id, record] : state.fencing) {
            if (record.target() != node.name || record.boot_id() == hello.boot_id()) continue;
            if (is_open(record)) record.set_state("void");
        }
    }
    node.boot_id = hello.boot_id();
    if (node.life != Life::up) {
        node.life = Life::up;
        node.joined = false;
        node.shutting_down = false;
        applied.unexpected = node.name + " is here";
        applied.events.push_back(applied.unexpected);
        applied.changed = true;
    }
    state.absent.erase(node.name);
    return applied;
}

Applied apply_quorum(State& state, NodeId sender, const wire::QuorumReport& report) {
    Applied applied;
    NodeFacts& node = state.nodes[sender];
    node.id = sender;
    const bool before = node.quorate;
    node.quorum_ring = {report.representative(), report.sequence()};
    node.quorate = report.quorate();
    if (before != node.quorate) {
        applied.events.push_back((node.name.empty() ? "node " + std::to_string(sender) : node.name) +
                                 (node.quorate ? " has quorum" : " has no quorum"));
    }
    applied.changed = before != node.quorate;
    return applied;
}

Applied apply_leads(State& state, NodeId sender, const wire::Leads& leads) {
    if (leads.era_number() < state.era_number) return {};  // of a DC whose era is over
    state.era_number = leads.era_number();
    state.dc = sender;
    return {};
}

Applied apply_started(State& state, const wire::Started& started) {
    Applied applied;
    state.absent.insert(started.absent().begin(), started.absent().end());
    if (state.started && started.absent().empty()) return applied;
    state.started = true;
    applied.unexpected = "the cluster begins to work";
    applied.events.push_back(applied.unexpected);
    applied.changed = true;
    return applied;
}

Applied apply_give_up(State& state, const wire::CrmdGiveUp& give_up) {
    Applied applied;
    NodeFacts* node = state.node(give_up.node());
    if (node == nullptr || node->life != Life::crmd_lost) return applied;
    node->life = Life::lost;
    drop_unfencing(state, applied);
    applied.unexpected = node->name + " is lost: its crmd did not come back in time";
    applied.events.push_back(applied.unexpected);
    applied.changed = true;
    return applied;
}

Applied apply_shutdown(State& state, const wire::Shutdown& shutdown) {
    Applied applied;
    NodeFacts* node = state.node(shutdown.node());
    if (node == nullptr) return applied;
    if (shutdown.cancel()) node->attributes.erase("shutdown");
    else node->attributes["shutdown"] = std::to_string(shutdown.stamp_us() / 1'000'000);
    applied.unexpected = node->name + (shutdown.cancel() ? " stays" : " wishes to leave");
    applied.events.push_back(applied.unexpected);
    applied.changed = true;
    return applied;
}

Applied apply_leaving(State& state, const wire::Leaving& leaving) {
    Applied applied;
    NodeFacts* node = state.node(leaving.node());
    if (node == nullptr || node->life != Life::up) return applied;
    node->shutting_down = true;
    applied.changed = true;
    return applied;
}

}  // namespace muster::crmd
