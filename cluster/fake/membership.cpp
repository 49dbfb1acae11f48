// How rings end and begin.
#include <algorithm>
#include <utility>

#include "cluster/fake/network.h"

namespace muster::cluster::fake {

bool Network::linked(NodeId a, NodeId b) const { return !cut_.count({std::min(a, b), std::max(a, b)}); }

void Network::cut(const std::set<NodeId>& side) {
    for (const auto& [a, x] : nodes_) {
        for (const auto& [b, y] : nodes_) {
            if (a < b && side.count(a) != side.count(b)) cut_.insert({a, b});
        }
    }
    for (auto& [id, node] : nodes_) {
        if (!node.ring) continue;
        const bool split = std::any_of(node.ring->nodes.begin(), node.ring->nodes.end(),
                                       [&](NodeId other) { return !linked(id, other); });
        if (split) node.ring->stopped = true;
    }
    disturb(settings_.notice_low, settings_.notice_high);
}

void Network::heal() {
    cut_.clear();
    disturb(settings_.merge_low, settings_.merge_high);
}

void Network::disturb(Duration low, Duration high) {
    const std::uint64_t mine = ++disturbance_;
    const std::size_t rings = nodes_.size();
    for (std::size_t i = 0; i < rings; ++i) {
        // Sides notice at different times; each new disturbance is looked at again.
        scheduler_.after(scheduler_.between(low, high), [this, mine, alive = alive_] {
            if (*alive && mine <= disturbance_) reform();
        });
        if (scheduler_.chance(50)) break;
    }
}

// Largest sets that can hold a ring: everybody hears everybody.
std::vector<std::set<NodeId>> Network::components() const {
    std::vector<std::set<NodeId>> found;
    std::set<NodeId> left;
    for (const auto& [id, node] : nodes_) {
        if (node.up) left.insert(id);
    }
    while (!left.empty()) {
        std::set<NodeId> ring;
        for (const NodeId n : left) {
            if (std::all_of(ring.begin(), ring.end(), [&](NodeId m) { return linked(n, m); })) ring.insert(n);
        }
        for (const NodeId n : ring) left.erase(n);
        found.push_back(std::move(ring));
    }
    return found;
}

void Network::reform() {
    for (const std::set<NodeId>& side : components()) {
        const auto& ring = nodes_.at(*side.begin()).ring;
        const bool same = ring && !ring->stopped && ring->nodes == side &&
                          std::all_of(side.begin(), side.end(), [&](NodeId n) { return nodes_.at(n).ring == ring; });
        if (same) continue;
        std::map<Ring*, std::pair<std::shared_ptr<Ring>, std::set<NodeId>>> origins;
        std::vector<Ring*> sequence;  // by lowest node, not by address
        for (const NodeId n : side) {
            const auto& old = nodes_.at(n).ring;
            if (!old) continue;
            auto& origin = origins[old.get()];
            if (!origin.first) sequence.push_back(old.get());
            origin.first = old;
            origin.second.insert(n);
        }
        for (Ring* old : sequence) {
            old->stopped = true;
            flush_side(*old, origins.at(old).second);
        }
        new_ring(side);
    }
}

// The rest of the old ring: a common prefix, then a hole, then what this side's own nodes sent.
void Network::flush_side(Ring& old, const std::set<NodeId>& side) {
    std::size_t seen = 0;
    for (const NodeId n : side) seen = std::max(seen, nodes_.at(n).delivered);
    const bool together = side == old.nodes;
    std::size_t prefix = old.order.size();
    if (!together) prefix = seen + static_cast<std::size_t>(scheduler_.random(old.order.size() - seen + 1));
    for (const NodeId n : side) {
        Node& node = nodes_.at(n);
        for (std::size_t i = node.delivered; i < old.order.size(); ++i) {
            if (i < prefix || side.count(old.order[i].who.node)) deliver(n, old.order[i]);
        }
        node.delivered = old.order.size();
    }
}

void Network::new_ring(const std::set<NodeId>& side) {
    auto ring = std::make_shared<Ring>();
    ring->id = RingId{*side.begin(), next_ring_ += 4};
    ring->nodes = side;
    std::set<Member> processes;
    for (const NodeId n : side) {
        const Node& node = nodes_.at(n);
        if (node.process) processes.insert(node.process->self_);
    }
    for (const NodeId n : side) {
        Node& node = nodes_.at(n);
        ViewChanged view;
        for (const Member& m : node.group) {
            if (!side.count(m.node)) view.departed.push_back({m, Departure::node_lost});
            else if (!processes.count(m)) view.departed.push_back({m, Departure::process_lost});
        }
        for (const Member& m : processes) {
            if (!node.group.count(m)) view.joined.push_back(m);
        }
        node.group = processes;
        node.ring = ring;
        node.delivered = 0;
        node.last_delivery = scheduler_.now();
        if (side.size() == settings_.nodes.size()) node.seen_all = true;
        if (node.process) {
            node.joined = true;
            view.members.assign(processes.begin(), processes.end());
            if (!view.joined.empty() || !view.departed.empty()) to_process(n, std::move(view), Duration{0});
            to_process(n, RingChanged{ring->id, {side.begin(), side.end()}}, Duration{0});
            announce_quorum(n);
        }
        schedule_send(n);
    }
}

bool Network::quorate(const Node& node) const {
    const std::size_t all = settings_.nodes.size();
    const std::size_t here = node.ring->nodes.size();
    if (settings_.wait_for_all && !node.seen_all) return false;
    if (2 * here > all) return true;
    if (2 * here < all) return false;
    return settings_.two_node || (settings_.tie_breaker && node.ring->nodes.count(settings_.nodes.front()));
}

void Network::announce_quorum(NodeId id) {
    Node& node = nodes_.at(id);
    QuorumChanged quorum{node.ring->id, quorate(node), {node.ring->nodes.begin(), node.ring->nodes.end()}};
    const bool late = scheduler_.chance(10);
    const Duration delay = scheduler_.between(Duration{1}, late ? milliseconds{1500} : milliseconds{5});
    node.last_quorum = std::max(node.last_quorum + Duration{1}, scheduler_.now() + delay);
    to_process(id, std::move(quorum), node.last_quorum - scheduler_.now());
}

}  // namespace muster::cluster::fake
