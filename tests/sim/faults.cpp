// What goes wrong, and when: decided by the seed alone.
#include <algorithm>
#include <utility>

#include "tests/sim/replica_world.h"

namespace muster::sim {

using namespace cib::replica;

void ReplicaWorld::later(Duration low, Duration high, std::function<void()> task) {
    sim_.after(sim_.between(low, high), std::move(task));
}

// Numbered edits in bursts, from every node.
void ReplicaWorld::clients(NodeId id) {
    later(milliseconds{20}, milliseconds{storm_ ? 900 : 450}, [this, id] {
        if (faults_over_) return;
        if (node(id).running() && !network_->frozen(id)) {
            const std::uint64_t burst = 1 + sim_.random(sim_.chance(15) ? 10 : 2);
            for (std::uint64_t i = 0; i < burst; ++i) {
                node(id).edit("e" + std::to_string(id) + "-" + std::to_string(next_edit_++));
            }
            if (sim_.chance(3)) node(id).edit("refuse");
        }
        clients(id);
    });
}

void ReplicaWorld::schedule_faults() {
    later(milliseconds{50}, milliseconds{storm_ ? 700 : 2200}, [this] {
        if (faults_over_) return;
        ++report_.faults;
        fault();
        schedule_faults();
    });
}

void ReplicaWorld::fault() {
    const NodeId id = any_node();
    switch (sim_.random(12)) {
        case 0:
        case 1: return crash(id);
        case 2:
        case 3:
        case 4: return power_cycle(id, sim_.between(milliseconds{100}, seconds{4}), true);
        case 5:
        case 6: return partition();
        case 7: return freeze(id);
        case 8:
            log("FAULT corosync restarts on node" + std::to_string(id));
            if (node(id).powered()) network_->restart_corosync(id, sim_.between(milliseconds{300}, seconds{2}));
            return;
        case 9: return outage();
        case 10: return slow_disk(id);
        default:
            if (sim_.chance(30)) write_error(id);
    }
}

void ReplicaWorld::crash(NodeId id) {
    log("FAULT crash of the process on node" + std::to_string(id));
    node(id).crash();
    later(milliseconds{5}, milliseconds{1500}, [this, id] { node(id).start_process(); });
}

void ReplicaWorld::freeze(NodeId id) {
    log("FAULT freeze of node" + std::to_string(id));
    network_->freeze(id);
    later(milliseconds{50}, seconds{4}, [this, id] {
        log("thaw node" + std::to_string(id));
        network_->thaw(id);
    });
}

void ReplicaWorld::slow_disk(NodeId id) {
    log("FAULT slow disk on node" + std::to_string(id));
    node(id).set_slow_disk(sim_.between(milliseconds{5}, milliseconds{120}));
    later(milliseconds{200}, seconds{4}, [this, id] { node(id).set_slow_disk(milliseconds{2}); });
}

void ReplicaWorld::write_error(NodeId id) {
    log("FAULT write error on node" + std::to_string(id));
    node(id).fail_writes(true);
    later(milliseconds{500}, seconds{2}, [this, id] {
        node(id).crash();
        node(id).start_process();
    });
}

// A disk may be lost if the others still hold a majority of the voters that the newest committed state names.
bool ReplicaWorld::may_wipe(NodeId id) const {
    if (ids_.size() % 2 == 0 || !wiped_.empty() || history_.empty()) return false;
    for (const auto& [n, x] : nodes_) {  // nobody else may be without a journal, and all must be voters
        if (n == id) continue;
        Replica* r = x->replica();
        if (r && (r->failed() || !contains(r->voters(), r->uuid()))) return false;
    }
    return true;
}

void ReplicaWorld::power_cycle(NodeId id, Duration off_for, bool wipe) {
    if (!node(id).powered()) return;
    log("FAULT power loss of node" + std::to_string(id));
    node(id).power_off();
    if (wipe && sim_.chance(35) && may_wipe(id)) {
        log("FAULT the disk of node" + std::to_string(id) + " is wiped");
        node(id).wipe_disk();
        wiped_.insert(id);
    }
    sim_.after(off_for, [this, id] {
        log("boot of node" + std::to_string(id));
        node(id).power_on();
    });
}

// Everything loses power; a part comes back first.
void ReplicaWorld::outage() {
    log("FAULT full outage");
    const bool slow_ones = sim_.chance(60);
    for (const NodeId id : ids_) {
        const bool late = slow_ones && sim_.chance(35);
        power_cycle(id, late ? sim_.between(seconds{1}, seconds{4}) : sim_.between(milliseconds{50}, milliseconds{600}), false);
    }
}

void ReplicaWorld::partition() {
    std::set<NodeId> side;
    for (const NodeId id : ids_) {
        if (sim_.chance(50)) side.insert(id);
    }
    if (side.empty() || side.size() == ids_.size()) side = {any_node()};
    std::string names;
    for (const NodeId n : side) names += " " + std::to_string(n);
    log("FAULT cut between" + names + " and the others");
    network_->cut(side);
    later(milliseconds{300}, seconds{4}, [this] {
        log("links heal");
        network_->heal();
    });
}

// The coordinator's part: who has service quorum fences who is lost, and tells its replicas.
void ReplicaWorld::watch_fencing() {
    sim_.after(milliseconds{100}, [this] {
        for (const auto& [id, n] : nodes_) {
            if (!n->running() || network_->frozen(id) || !n->service_quorum()) continue;
            for (const NodeId other : ids_) {
                if (n->view().count(other) || fencing_.count(other)) continue;
                fencing_[other] = sim_.now();
                later(milliseconds{50}, milliseconds{900}, [this, by = id, other] { fence(by, other); });
            }
        }
        watch_fencing();
    });
}

void ReplicaWorld::fence(NodeId by, NodeId target) {
    fencing_.erase(target);
    ReplicaNode& n = node(by);
    if (!n.running() || !n.service_quorum() || n.view().count(target)) return;
    if (node(target).powered()) {
        log("node" + std::to_string(by) + " fences node" + std::to_string(target));
        node(target).power_off();
    }
    // Confirmed while it is off: all replicas of the executor's view hear it.
    for (const NodeId member : n.view()) {
        if (node(member).running()) node(member).confirm_off(target);
    }
    later(milliseconds{200}, seconds{3}, [this, target] {
        if (!node(target).powered()) node(target).power_on();
    });
}

// The moment between an OPEN and its commit, and the one after.
void ReplicaWorld::strike_new_leader(NodeId id) {
    if (faults_over_ || !sim_.chance(strike_percent_)) return;
    const unsigned kind = static_cast<unsigned>(sim_.random(3));
    const Duration when = sim_.between(Duration{100}, sim_.chance(50) ? milliseconds{3} : milliseconds{40});
    sim_.after(when, [this, id, kind] {
        if (faults_over_) return;
        if (kind == 0) power_cycle(id, sim_.between(milliseconds{100}, seconds{2}), true);
        else if (kind == 1) outage();
        else partition();
    });
}

void ReplicaWorld::heal_everything() {
    log("all faults are over");
    network_->heal();
    for (const NodeId id : ids_) {
        network_->thaw(id);
        node(id).set_slow_disk(milliseconds{2});
        node(id).fail_writes(false);
        if (node(id).replica() && node(id).replica()->failed()) node(id).crash();
        if (!node(id).powered()) node(id).power_on();
        else node(id).start_process();
    }
}

}  // namespace muster::sim
