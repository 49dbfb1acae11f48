#include "tests/sim/replica_node.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace muster::sim {

using namespace cib::replica;

Result<Evaluated> evaluate_edit(const xml::Element& document, const Request& request, WallTime) {
    xml::Element changed = document;
    xml::Element& section = changed.child_or_add("configuration").child_or_add("nodes");
    if (request.operation == "refuse") return fail("this edit is refused");
    const xml::Element* there = section.child("node", request.operation);
    const int count = there ? std::atoi(there->get("count").c_str()) : 0;
    if (there) section.edit_by_id(request.operation)->set("count", std::to_string(count + 1));
    else section.add(xml::Element{"node", {{"id", request.operation}, {"count", "1"}}});
    return Evaluated{std::move(changed), {}};
}

std::map<std::string, int> edits_in(const xml::Element& document) {
    std::map<std::string, int> edits;
    const xml::Element* configuration = document.child("configuration");
    const xml::Element* nodes = configuration ? configuration->child("nodes") : nullptr;
    if (!nodes) return edits;
    for (const xml::Element& e : nodes->children()) edits[e.id()] = std::atoi(e.get("count").c_str());
    return edits;
}

Now ReplicaNode::now() const {
    // Each node's calendar is off by some seconds.
    return {sim_.now(), WallTime{1'700'000'000'000'000 + sim_.now().us + 3'000'000 * static_cast<std::int64_t>(id_)}};
}

void ReplicaNode::power_on() {
    if (powered_) return;
    powered_ = true;
    warm_.reset();
    network_.boot(id_);
    start_process();
}

void ReplicaNode::power_off() {
    if (!powered_) return;
    powered_ = false;
    ++life_;
    network_.power_off(id_);
    endpoint_.reset();
    replica_.reset();
    encoder_.reset();
    to_write_.clear();
    writing_ = false;
    asked_.clear();
    view_.clear();
    quorate_ = false;
    disk_.lose_power(sim_);
}

void ReplicaNode::crash() {
    if (!replica_) return;
    ++life_;
    endpoint_.reset();
    replica_.reset();
    encoder_.reset();
    to_write_.clear();
    writing_ = false;
    asked_.clear();
    view_.clear();
    quorate_ = false;
}

void ReplicaNode::wipe_disk() { disk_.wipe(); }

void ReplicaNode::start_process() {
    if (!powered_ || replica_) return;
    auto recovered = disk_.recover();
    if (!recovered) return events_.broken(id_, "recovery: " + recovered.error().message);
    disk_.start(*recovered);
    encoder_.emplace(*recovered);
    Settings settings;
    settings.self = id_;
    for (const NodeId n : all_) settings.nodes.push_back({n, "node" + std::to_string(n), 1});
    settings.fresh_uuid = sim_.next() | 1;
    settings.fresh_cluster_uuid = sim_.next() | 1;
    settings.session = sim_.next() | 1;
    settings.warm = warm_;
    settings.initial_document.set("epoch", "0").set("admin_epoch", "0").set("num_updates", "0");
    settings.initial_document.add(xml::Element{"configuration"});
    settings.evaluate = evaluate_edit;
    replica_ = std::make_unique<Replica>(std::move(settings), std::move(recovered->disk));
    view_.clear();
    endpoint_ = network_.attach(id_);
    endpoint_->on_event([this](const cluster::Event& e) { on_messaging(e); });
    carry_out(replica_->start(now()));
    tick();
}

void ReplicaNode::tick() {
    sim_.after(milliseconds{100}, [this, life = life_] {
        if (life != life_ || !replica_) return;
        if (!network_.frozen(id_)) feed(Tick{});
        if (life == life_) tick();
    });
}

void ReplicaNode::feed(const Input& input) {
    if (replica_) carry_out(replica_->step(now(), input));
}

void ReplicaNode::on_messaging(const cluster::Event& event) {
    if (const auto* v = std::get_if<cluster::ViewChanged>(&event)) {
        view_.clear();
        for (const auto& m : v->members) view_.insert(m.node);
        feed(*v);
    } else if (const auto* d = std::get_if<cluster::Delivered>(&event)) {
        feed(Message{d->sender.node, d->bytes});
    } else if (std::holds_alternative<cluster::Disconnected>(event)) {
        view_.clear();
        feed(cluster::ViewChanged{});
    } else if (const auto* r = std::get_if<cluster::RingChanged>(&event)) {
        ring_ = r->ring;
    } else if (const auto* q = std::get_if<cluster::QuorumChanged>(&event)) {
        quorum_ = *q;
    }
    // Known for the ring of the present view only.
    const bool quorate = quorum_.quorate && quorum_.ring == ring_ && !view_.empty();
    if (quorate != quorate_) {
        quorate_ = quorate;
        feed(ServiceQuorum{quorate});
    }
}

void ReplicaNode::confirm_off(NodeId other) { feed(ConfirmedOff{other}); }

void ReplicaNode::edit(const std::string& name) {
    if (!replica_) return;
    const std::uint64_t handle = next_handle_++;
    asked_[handle] = name;
    feed(ClientRequest{handle, Request{"root", "sim", name}});
}

void ReplicaNode::carry_out(std::vector<Output> outputs) {
    const std::uint64_t life = life_;
    for (Output& output : outputs) {
        if (life != life_) return;
        if (auto* b = std::get_if<Broadcast>(&output)) {
            if (endpoint_) (void)endpoint_->broadcast(std::move(b->bytes));
        } else if (auto* p = std::get_if<Persist>(&output)) {
            to_write_.push_back(std::move(*p));
            work_on_disk();
        } else if (const auto* c = std::get_if<Committed>(&output)) {
            events_.committed(id_, *c);
        } else if (const auto* a = std::get_if<Answer>(&output)) {
            const auto it = asked_.find(a->handle);
            if (it == asked_.end()) {
                events_.broken(id_, "an answer that nobody asked for");
                return;
            }
            const std::string name = it->second;
            asked_.erase(it);
            if (a->outcome) events_.acknowledged(id_, name, *a->outcome);
        } else if (const auto* e = std::get_if<EraChanged>(&output)) {
            if (e->era.warm) warm_ = e->era.warm_term;
            events_.log(id_, "era " + to_string(e->era.term) + ": " + e->era.reason);
        } else if (const auto* l = std::get_if<Log>(&output)) {
            events_.log(id_, l->text);
        }
    }
}

// The writer's thread: one batch at a time.
void ReplicaNode::work_on_disk() {
    if (writing_ || to_write_.empty()) return;
    writing_ = true;
    std::uint64_t ticket = 0;
    for (const Persist& p : to_write_) {
        disk_.write(encoder_->encode(p));
        ticket = p.ticket;
    }
    to_write_.clear();
    const Duration took = sim_.between(Duration{80}, sim_.chance(4) ? slowest_sync_ * 20 : slowest_sync_);
    sim_.after(took, [this, ticket, life = life_] {
        if (life != life_ || !replica_) return;
        writing_ = false;
        if (std::exchange(fail_next_write_, false)) {
            disk_.drop_unsynced();
            feed(WriteFailed{"input/output error"});
            return;
        }
        disk_.sync();
        encoder_->synced();
        feed(Durable{ticket});
        work_on_disk();
    });
}

}  // namespace muster::sim
