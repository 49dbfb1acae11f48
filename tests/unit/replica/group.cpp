#include "tests/unit/replica/group.h"

#include <algorithm>

namespace muster::cib::replica::test {
namespace {

Result<Evaluated> evaluate(const xml::Element& document, const Request& request, WallTime) {
    if (request.operation == "refuse") return fail("this edit is refused");
    xml::Element changed = document;
    if (request.operation.rfind("set:", 0) == 0) {
        changed.child_or_add("configuration").set("value", request.operation);
        return Evaluated{std::move(changed), {}};
    }
    xml::Element& nodes = changed.child_or_add("configuration").child_or_add("nodes");
    const xml::Element* there = nodes.child("node", request.operation);
    if (there) nodes.edit_by_id(request.operation)->set("twice", "yes");
    else nodes.add(xml::Element{"node", {{"id", request.operation}}});
    return Evaluated{std::move(changed), "done: " + request.operation};
}

}  // namespace

Group::Group(NodeId nodes) {
    for (NodeId n = 1; n <= nodes; ++n) seats_[n];
}

void Group::start(NodeId node) {
    Seat& seat = at(node);
    auto recovered = seat.disk.recover();
    if (!recovered) throw std::runtime_error("recovery: " + recovered.error().message);
    seat.disk.start(*recovered);
    seat.encoder = std::make_unique<JournalEncoder>(*recovered);
    ++seat.lives;
    Settings s;
    s.self = node;
    for (const auto& [n, other] : seats_) s.nodes.push_back({n, "node" + std::to_string(n), 1});
    s.fresh_uuid = 1000 * seat.lives + node;
    s.fresh_cluster_uuid = 77;
    s.session = 100 * node + seat.lives;
    s.warm = seat.warm;
    s.initial_document.set("epoch", "0").set("admin_epoch", "0").set("num_updates", "0");
    s.initial_document.add(xml::Element{"configuration"});
    s.evaluate = evaluate;
    seat.replica = std::make_unique<Replica>(std::move(s), std::move(recovered->disk));
    seat.view.clear();
    carry_out(node, seat.replica->start(now()));
}

void Group::stop(NodeId node, bool power_loss) {
    Seat& seat = at(node);
    seat.replica.reset();
    seat.to_write.clear();
    seat.disk_held = false;
    if (power_loss) {
        seat.disk.drop_unsynced();
        seat.warm.reset();
    }
}

void Group::see(const std::vector<std::set<NodeId>>& sides) {
    for (const auto& side : sides) {
        for (const NodeId node : side) {
            Seat& seat = at(node);
            cluster::ViewChanged v;
            for (const NodeId n : side) {
                v.members.push_back({n, 10});
                if (!seat.view.count(n)) v.joined.push_back({n, 10});
            }
            for (const NodeId n : seat.view) {
                if (!side.count(n)) v.departed.push_back({{n, 10}, cluster::Departure::node_lost});
            }
            seat.view = side;
            if (seat.replica) feed(node, v);
        }
    }
}

void Group::boot_all() {
    std::set<NodeId> all;
    for (auto& [n, seat] : seats_) {
        if (!seat.replica) start(n);
        all.insert(n);
    }
    see({all});
    settle();
}

void Group::feed(NodeId node, const Input& input) {
    Seat& seat = at(node);
    if (seat.replica) carry_out(node, seat.replica->step(now(), input));
}

void Group::carry_out(NodeId node, std::vector<Output> outputs) {
    Seat& seat = at(node);
    for (Output& output : outputs) {
        if (auto* b = std::get_if<Broadcast>(&output)) {
            sent_.push_back({node, b->bytes, wire::decode(b->bytes).value()});
            ring_.emplace_back(node, std::move(b->bytes));
        } else if (auto* p = std::get_if<Persist>(&output)) {
            seat.persisted.push_back(*p);
            seat.to_write.push_back(std::move(*p));
        } else if (const auto* c = std::get_if<Committed>(&output)) {
            seat.committed.push_back(c->entry);
        } else if (const auto* a = std::get_if<Answer>(&output)) {
            seat.answers.emplace(a->handle, a->outcome);
        } else if (const auto* e = std::get_if<EraChanged>(&output)) {
            if (e->era.warm) seat.warm = e->era.warm_term;
        } else if (const auto* l = std::get_if<Log>(&output)) {
            seat.log += l->text + "\n";
        }
    }
}

bool Group::deliver_one() {
    if (held_ || ring_.empty()) return false;
    const auto [sender, bytes] = std::move(ring_.front());
    ring_.pop_front();
    for (const NodeId to : std::set<NodeId>{at(sender).view}) {
        if (to != sender && deaf_to_.count(sender)) continue;
        if (at(to).replica && at(to).view.count(sender)) feed(to, Message{sender, bytes});
    }
    return true;
}

bool Group::write_one(NodeId node) {
    Seat& seat = at(node);
    if (!seat.replica || seat.disk_held || seat.to_write.empty()) return false;
    const Persist p = std::move(seat.to_write.front());
    seat.to_write.pop_front();
    seat.disk.write(seat.encoder->encode(p));
    seat.disk.sync();
    seat.encoder->synced();
    feed(node, Durable{p.ticket});
    return true;
}

void Group::quiet() {
    bool moved = true;
    for (int i = 0; moved && i < 100000; ++i) {
        moved = deliver_one();
        for (auto& [n, seat] : seats_) moved = write_one(n) || moved;
    }
}

void Group::settle(Duration time) {
    quiet();
    const Instant end = clock_ + time;
    while (clock_ < end) {
        clock_ = clock_ + milliseconds{100};
        for (auto& [n, seat] : seats_) feed(n, Tick{});
        quiet();
    }
}

void Group::release_disk(NodeId node) {
    at(node).disk_held = false;
    quiet();
}

void Group::release_messages(std::size_t most) {
    held_ = false;
    for (std::size_t i = 0; i < most && deliver_one(); ++i) continue;
    if (most == SIZE_MAX) quiet();
    else held_ = true;
}

void Group::say(NodeId from, NodeId to, Term term, wire::Body body) {
    const std::string bytes = wire::encode(wire::Message{77, 1000 + from, term, std::move(body)});
    feed(to, Message{from, bytes});
}

void Group::quorum(bool quorate) {
    for (auto& [n, seat] : seats_) feed(n, ServiceQuorum{quorate});
}

void Group::ask(NodeId node, std::uint64_t handle, const std::string& edit) {
    feed(node, ClientRequest{handle, Request{"root", "test", edit}});
}

std::vector<NodeId> Group::leaders() {
    std::vector<NodeId> found;
    for (auto& [n, seat] : seats_) {
        if (seat.replica && seat.replica->role() == Role::leader) found.push_back(n);
    }
    return found;
}

NodeId Group::leader() {
    const auto all = leaders();
    return all.size() == 1 ? all.front() : 0;
}

bool Group::has(NodeId node, const std::string& edit) {
    const xml::Element* configuration = replica(node).committed().document.child("configuration");
    const xml::Element* nodes = configuration ? configuration->child("nodes") : nullptr;
    const xml::Element* there = nodes ? nodes->child("node", edit) : nullptr;
    return there && !there->find("twice");
}

}  // namespace muster::cib::replica::test
