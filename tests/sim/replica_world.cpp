#include "tests/sim/replica_world.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"

namespace muster::sim {

using namespace cib::replica;

ReplicaWorld::ReplicaWorld(std::uint64_t seed, LogSink log) : sim_{seed}, log_{std::move(log)} {
    const std::size_t sizes[] = {3, 3, 5, 2, 3, 4, 5, 3};
    const std::size_t count = sizes[sim_.random(8)];
    for (NodeId n = 1; n <= count; ++n) ids_.push_back(n);
    cluster::fake::NetworkSettings net;
    net.nodes = ids_;
    net.two_node = count == 2;
    net.tie_breaker = count == 4;
    net.wait_for_all = sim_.chance(50);
    network_ = std::make_unique<cluster::fake::Network>(sim_, net);
    events_.committed = [this](NodeId n, const Committed& c) { on_committed(n, c); };
    events_.acknowledged = [this](NodeId, const std::string& edit, const Done& done) {
        ++report_.acknowledged;
        acknowledged_[edit] = done.index;
        if (!history_.count(done.index)) broken("edit " + edit + " was acknowledged before it was committed");
    };
    events_.broken = [this](NodeId n, const std::string& what) { broken("node" + std::to_string(n) + ": " + what); };
    events_.log = [this](NodeId n, const std::string& line) { this->log("node" + std::to_string(n) + ": " + line); };
    for (const NodeId n : ids_) nodes_[n] = std::make_unique<ReplicaNode>(sim_, *network_, n, ids_, events_);
    // Some runs strike a leader at the very moment it opens its era: the worst one.
    strike_percent_ = sim_.chance(40) ? 45 : 5;
    storm_ = sim_.chance(25);
}

void ReplicaWorld::log(const std::string& line) {
    if (!log_) return;
    const std::int64_t us = sim_.now().us;
    std::string time = std::to_string(us / 1000) + "." + std::to_string(us % 1000 / 100);
    log_(std::string(time.size() < 10 ? 10 - time.size() : 0, ' ') + time + " " + line);
}

void ReplicaWorld::broken(const std::string& what) {
    if (!report_.ok) return;
    report_.ok = false;
    report_.failure = what;
    log("BROKEN: " + what);
    sim_.stop();
}

void ReplicaWorld::on_committed(NodeId n, const Committed& c) {
    const Entry& e = c.entry;
    const auto known = history_.find(e.index);
    if (known != history_.end()) {
        if (known->second.term != e.term || known->second.digest != e.digest_after) {
            broken("node" + std::to_string(n) + " committed " + to_string(e.term) + " as entry " + std::to_string(e.index) +
                   ", where " + to_string(known->second.term) + " was committed before");
        }
        return;
    }
    if (!history_.empty() && e.index != history_.rbegin()->first + 1) {
        return broken("node" + std::to_string(n) + " committed entry " + std::to_string(e.index) + " after entry " +
                      std::to_string(history_.rbegin()->first));
    }
    history_[e.index] = {e.term, e.digest_after};
    ++report_.commits;
    if (e.kind == EntryKind::open) ++report_.eras;
    if (e.request.session == 0) return;
    const auto [before, fresh] = carried_out_.emplace(e.request, e.index);
    if (!fresh) broken("a request was carried out as entry " + std::to_string(before->second) + " and again as " +
                       std::to_string(e.index));
}

// After every event.
void ReplicaWorld::check() {
    for (const NodeId id : ids_) {
        Replica* r = node(id).replica();
        if (!r) continue;
        if (r->role() == Role::leader) {
            const auto [it, fresh] = leaders_.emplace(r->promised(), id);
            if (it->second != id) broken("era " + to_string(r->promised()) + " has two leaders");
            if (fresh) strike_new_leader(id);
        }
        const State& s = r->committed();
        if (s.last.index == 0) continue;
        const auto known = history_.find(s.last.index);
        if (known == history_.end() || known->second.term != s.last.term || known->second.digest != s.digest()) {
            broken("node" + std::to_string(id) + " holds entry " + std::to_string(s.last.index) +
                   " as committed with a digest that the others do not have");
        }
    }
}

ReplicaNode* ReplicaWorld::leader() {
    ReplicaNode* found = nullptr;
    for (const NodeId id : ids_) {
        Replica* r = node(id).replica();
        if (r && r->role() == Role::leader && (!found || r->promised() > found->replica()->promised())) found = &node(id);
    }
    return found;
}

NodeId ReplicaWorld::any_node() { return ids_[static_cast<std::size_t>(sim_.random(ids_.size()))]; }

// Faults are over and everything is up: one leader, one document, and each acknowledged edit in it exactly once.
void ReplicaWorld::check_end() {
    ReplicaNode* dc = leader();
    if (!dc || !dc->replica()->era().writable) {
        return broken("no era is writable although all faults are over: " +
                      (dc ? dc->replica()->era().reason : node(ids_.front()).replica()->era().reason));
    }
    const State& state = dc->replica()->committed();
    for (const NodeId id : ids_) {
        Replica* r = node(id).replica();
        if (!r) return broken("node" + std::to_string(id) + " did not start");
        if (r != dc->replica() && r->role() == Role::leader) {
            return broken("two leaders: node" + std::to_string(id) + " and node" + std::to_string(dc->id()));
        }
        if (r->promised() != dc->replica()->promised()) {
            return broken("node" + std::to_string(id) + " does not follow node" + std::to_string(dc->id()));
        }
        if (r->committed().last.index != state.last.index || r->committed().digest() != state.digest()) {
            return broken("node" + std::to_string(id) + " has entry " + std::to_string(r->committed().last.index) +
                          ", the leader " + std::to_string(state.last.index));
        }
    }
    const auto edits = edits_in(state.document);
    for (const auto& [edit, count] : edits) {
        if (count != 1) return broken("edit " + edit + " was applied " + std::to_string(count) + " times");
    }
    for (const auto& [edit, index] : acknowledged_) {
        if (!edits.count(edit)) return broken("edit " + edit + " was acknowledged and is lost");
    }
    for (const NodeId id : ids_) {
        if (!acknowledged_.count("last-" + std::to_string(id))) {
            return broken("node" + std::to_string(id) + " could not commit an edit after all faults were over");
        }
    }
}

Report ReplicaWorld::run() {
    sim_.on_event([this] { check(); });
    for (const NodeId id : ids_) {
        later(Duration{0}, milliseconds{400}, [this, id] { node(id).power_on(); });
        clients(id);
    }
    schedule_faults();
    watch_fencing();
    sim_.run_until(Instant{} + seconds{16});
    if (report_.ok) {
        faults_over_ = true;
        heal_everything();
        sim_.run_until(Instant{} + seconds{32});
    }
    if (report_.ok) {
        for (const NodeId id : ids_) node(id).edit("last-" + std::to_string(id));
        sim_.run_until(Instant{} + seconds{36});
    }
    if (report_.ok) check_end();
    report_.events = sim_.events();
    return report_;
}

}  // namespace muster::sim
