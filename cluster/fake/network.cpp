#include "cluster/fake/network.h"

#include <algorithm>
#include <utility>

namespace muster::cluster::fake {

Endpoint::~Endpoint() {
    if (network_) network_->detach(*this, Departure::process_lost);
}

void Endpoint::leave() {
    if (network_) network_->detach(*this, Departure::left);
    network_ = nullptr;
}

Result<void> Endpoint::broadcast(std::string bytes) {
    if (!network_ || !network_->up(self_.node)) return fail(ErrorCode::unavailable, "corosync is not connected");
    network_->accept(self_.node, std::move(bytes));
    return {};
}

Network::Network(Scheduler& scheduler, NetworkSettings settings) : scheduler_{scheduler}, settings_{std::move(settings)} {
    for (const NodeId n : settings_.nodes) nodes_[n];
}

Network::~Network() {
    *alive_ = false;
    for (auto& [id, node] : nodes_) {
        if (node.process) node.process->network_ = nullptr;
    }
}

bool Network::up(NodeId node) const { return nodes_.at(node).up; }
bool Network::frozen(NodeId node) const { return nodes_.at(node).frozen; }

// ---- power and processes -------------------------------------------------------------------------------------------

void Network::boot(NodeId id) {
    Node& node = nodes_.at(id);
    if (node.up) return;
    const std::uint32_t pid = node.next_pid;
    const std::uint64_t life = node.life + 1;
    Endpoint* process = node.process;  // of a corosync that was restarted under a living process
    node = Node{};
    node.up = true;
    node.next_pid = pid;
    node.life = life;
    node.process = process;
    if (process) to_process(id, Connected{process->self_}, Duration{0});
    new_ring({id});
    disturb(settings_.merge_low, settings_.merge_high);
}

void Network::power_off(NodeId id) {
    Node& node = nodes_.at(id);
    if (!node.up) return;
    if (node.process) node.process->network_ = nullptr;
    const auto ring = node.ring;
    const std::uint32_t pid = node.next_pid;
    const std::uint64_t life = node.life + 1;
    node = Node{};
    node.next_pid = pid;
    node.life = life;
    if (ring) ring->stopped = true;
    disturb(settings_.notice_low, settings_.notice_high);
}

void Network::restart_corosync(NodeId id, Duration down_for) {
    Node& node = nodes_.at(id);
    if (!node.up) return;
    Endpoint* process = node.process;
    if (process) {
        process->network_ = nullptr;  // or power_off would forget it
        node.process = nullptr;
    }
    power_off(id);
    nodes_.at(id).process = process;
    if (process) process->network_ = this;
    to_process(id, Disconnected{"corosync was restarted"}, Duration{0});
    scheduler_.after(down_for, [this, id, life = nodes_.at(id).life, alive = alive_] {
        if (*alive && !nodes_.at(id).up && nodes_.at(id).life == life) boot(id);
    });
}

std::unique_ptr<Endpoint> Network::attach(NodeId id) {
    Node& node = nodes_.at(id);
    std::unique_ptr<Endpoint> endpoint{new Endpoint{*this, Member{id, node.next_pid++}}};
    node.process = endpoint.get();
    node.joined = false;
    node.inbox.clear();
    node.frozen = false;
    if (node.ring) append(node.ring, Item{Item::Kind::join, endpoint->self_, Departure::left, {}});
    return endpoint;
}

void Network::detach(Endpoint& endpoint, Departure how) {
    Node& node = nodes_.at(endpoint.self_.node);
    if (node.process != &endpoint) return;
    node.process = nullptr;
    node.inbox.clear();
    if (how == Departure::process_lost) node.to_send.clear();
    if (node.ring) append(node.ring, Item{Item::Kind::leave, endpoint.self_, how, {}});
}

void Network::freeze(NodeId node) { nodes_.at(node).frozen = true; }
void Network::thaw(NodeId node) {
    nodes_.at(node).frozen = false;
    pump(node);
}

// ---- the ring's order ----------------------------------------------------------------------------------------------

void Network::accept(NodeId id, std::string bytes) {
    nodes_.at(id).to_send.push_back(std::move(bytes));
    schedule_send(id);
}

void Network::schedule_send(NodeId id) {
    Node& node = nodes_.at(id);
    if (node.sending || node.to_send.empty()) return;
    node.sending = true;
    scheduler_.after(scheduler_.between(settings_.hop_low, settings_.hop_high), [this, id, life = node.life, alive = alive_] {
        if (!*alive) return;
        Node& n = nodes_.at(id);
        if (n.life != life) return;
        n.sending = false;
        if (!n.up || !n.ring || n.ring->stopped) return;  // the next ring takes it up
        while (!n.to_send.empty()) {
            if (n.process) append(n.ring, Item{Item::Kind::message, n.process->self_, {}, std::move(n.to_send.front())});
            n.to_send.pop_front();
        }
    });
}

void Network::append(const std::shared_ptr<Ring>& ring, Item item) {
    ring->order.push_back(std::move(item));
    if (ring->stopped) return;  // delivered, or not, when the next ring is formed
    for (const NodeId n : ring->nodes) schedule_delivery(n, ring);
}

void Network::schedule_delivery(NodeId id, const std::shared_ptr<Ring>& ring) {
    Node& node = nodes_.at(id);
    const bool slow = scheduler_.chance(settings_.slow_percent);
    const Duration hop = scheduler_.between(settings_.hop_low, slow ? milliseconds{20} : settings_.hop_high);
    const Instant due = std::max(node.last_delivery, scheduler_.now() + hop);
    node.last_delivery = due;
    scheduler_.after(due - scheduler_.now(), [this, id, ring, alive = alive_] {
        if (!*alive) return;
        Node& n = nodes_.at(id);
        if (n.ring != ring || ring->stopped || n.delivered >= ring->order.size()) return;
        const Item item = ring->order[n.delivered++];
        deliver(id, item);
    });
}

// At one node's corosync.
void Network::deliver(NodeId id, const Item& item) {
    Node& node = nodes_.at(id);
    const bool ours = node.process && item.who == node.process->self_;
    if (item.kind == Item::Kind::message) {
        if (node.joined && node.group.count(item.who)) to_process(id, Delivered{item.who, item.bytes}, Duration{0});
        return;
    }
    ViewChanged view;
    if (item.kind == Item::Kind::join) {
        node.group.insert(item.who);
        if (ours) node.joined = true;
        view.joined = {item.who};
    } else {
        if (node.group.erase(item.who) == 0) return;
        view.departed = {{item.who, item.how}};
    }
    if (!node.joined) return;
    view.members.assign(node.group.begin(), node.group.end());
    to_process(id, std::move(view), Duration{0});
    if (ours) {
        to_process(id, RingChanged{node.ring->id, {node.ring->nodes.begin(), node.ring->nodes.end()}}, Duration{0});
        announce_quorum(id);
    }
}

void Network::to_process(NodeId id, Event event, Duration delay) {
    const auto put = [this, id, life = nodes_.at(id).life, alive = alive_](Event e) {
        if (!*alive) return;
        Node& node = nodes_.at(id);
        if (node.life != life || !node.process) return;
        node.inbox.push_back(std::move(e));
        pump(id);
    };
    if (delay == Duration{0}) return put(std::move(event));
    scheduler_.after(delay, [put, e = std::move(event)] { put(e); });
}

void Network::pump(NodeId id) {
    Node& node = nodes_.at(id);
    if (node.pumping || node.frozen || node.inbox.empty()) return;
    node.pumping = true;
    scheduler_.after(Duration{static_cast<std::int64_t>(scheduler_.random(20))}, [this, id, life = node.life, alive = alive_] {
        if (!*alive) return;
        Node& n = nodes_.at(id);
        if (n.life != life) return;
        n.pumping = false;
        if (n.frozen || !n.process || n.inbox.empty()) return;
        const Event event = std::move(n.inbox.front());
        n.inbox.pop_front();
        pump(id);
        if (n.process->handler_) n.process->handler_(event);
    });
}

}  // namespace muster::cluster::fake
