#include "tests/sim/cluster_world.h"

#include <algorithm>
#include <utility>

namespace muster::sim {
namespace {

const std::vector<std::string> kResources{"ip", "web", "db"};

std::string primitive(const std::string& id) {
    return "<primitive id=\"" + id + "\" class=\"ocf\" provider=\"test\" type=\"Fake\"><operations><op id=\"" + id +
           "-monitor\" name=\"monitor\" interval=\"1s\" timeout=\"20s\"/></operations></primitive>";
}

}  // namespace

ClusterWorld::ClusterWorld(std::uint64_t seed, LogSink log) : sim_{seed}, log_{std::move(log)} {
    ids_ = {1, 2, 3};
    cluster::fake::NetworkSettings net;
    net.nodes = ids_;
    network_ = std::make_unique<cluster::fake::Network>(sim_, net);
    events_.log = [this](const std::string& line) { this->log(line); };
    events_.broken = [this](const std::string& what) { broken(what); };
    events_.fence = [this](NodeId by, const std::string& target, std::function<void(bool)> done) {
        fence(by, target, std::move(done));
    };
    events_.to_client = [this](NodeId n, const crmd::proto::Message& m) {
        if (m.tag() == 7 && m.has_failed()) this->log(ClusterNode::name(n) + " refuses: " + m.failed().text());
        if (m.tag() == 7 && m.has_committed()) configured_ = true;
        if (m.tag() == 8 && m.has_committed()) ++report_.acknowledged;
    };
    agents_fail_ = sim_.chance(40);
    events_.agent_fails = [this] { return agents_fail_ && !faults_over_ && sim_.chance(4); };
    for (const NodeId n : ids_) nodes_[n] = std::make_unique<ClusterNode>(sim_, *network_, n, ids_, events_);
}

void ClusterWorld::log(const std::string& line) {
    if (!log_) return;
    std::string time = std::to_string(sim_.now().us / 1000);
    log_(std::string(time.size() < 8 ? 8 - time.size() : 0, ' ') + time + " " + line);
}

void ClusterWorld::broken(const std::string& what) {
    if (!report_.ok) return;
    report_.ok = false;
    report_.failure = what;
    log("BROKEN: " + what);
    sim_.stop();
}

// Until a majority has it.
void ClusterWorld::configure() {
    if (configured_) return;
    crmd::proto::Message m;
    m.set_tag(7);
    auto& operations = *m.mutable_commit()->mutable_operations();
    auto& options = *operations.add_operation();
    options.set_verb("modify");
    options.set_section("crm_config");
    options.set_allow_create(true);
    options.set_input_xml(
        "<crm_config><cluster_property_set id=\"options\"><nvpair id=\"o1\" name=\"stonith-enabled\" value=\"true\"/>"
        "<nvpair id=\"o2\" name=\"migration-limit\" value=\"2\"/></cluster_property_set></crm_config>");
    auto& resources = *operations.add_operation();
    resources.set_verb("modify");
    resources.set_section("resources");
    resources.set_allow_create(true);
    std::string xml = "<resources><primitive id=\"power\" class=\"stonith\" type=\"fence_fake\"/>";
    for (const std::string& r : kResources) xml += primitive(r);
    resources.set_input_xml(xml + "</resources>");
    const NodeId any = ids_[static_cast<std::size_t>(sim_.random(ids_.size()))];
    if (node(any).crmd_runs()) node(any).ask(m);
    sim_.after(seconds{1}, [this] { configure(); });
}

// Resources are moved about by an operator: orders cross with everything else.
void ClusterWorld::edits() {
    later(milliseconds{300}, milliseconds{2500}, [this] {
        const NodeId at = ids_[static_cast<std::size_t>(sim_.random(ids_.size()))];
        if (!faults_over_ && configured_ && node(at).crmd_runs()) {
            const std::string& r = kResources[static_cast<std::size_t>(sim_.random(kResources.size()))];
            const std::string to = ClusterNode::name(ids_[static_cast<std::size_t>(sim_.random(ids_.size()))]);
            crmd::proto::Message m;
            m.set_tag(8);
            auto& op = *m.mutable_commit()->mutable_operations()->add_operation();
            op.set_verb("modify");
            op.set_section("constraints");
            op.set_allow_create(true);
            op.set_input_xml("<constraints><rsc_location id=\"prefer-" + r + "\" rsc=\"" + r + "\" node=\"" + to +
                             "\" score=\"500\"/></constraints>");
            node(at).ask(m);
        }
        if (!faults_over_) edits();
    });
}

// The power switch: slow, sometimes deaf, never a liar.  What it is told to reboot comes back later.
void ClusterWorld::fence(NodeId by, const std::string& target, std::function<void(bool)> done) {
    const NodeId id = static_cast<NodeId>(std::stoul(target.substr(4)));
    later(milliseconds{100}, milliseconds{900}, [this, by, id, done = std::move(done)] {
        if (!node(by).powered()) return;
        if (!faults_over_ && sim_.chance(12)) return done(false);
        log(ClusterNode::name(by) + " FENCES " + ClusterNode::name(id));
        node(id).power_off();
        later(milliseconds{5}, milliseconds{200}, [done] { done(true); });
        later(milliseconds{600}, seconds{4}, [this, id] { node(id).power_on(); });
    });
}

void ClusterWorld::schedule_faults() {
    later(milliseconds{200}, seconds{4}, [this] {
        if (faults_over_) return;
        ++report_.faults;
        fault();
        schedule_faults();
    });
}

void ClusterWorld::fault() {
    const NodeId id = ids_[static_cast<std::size_t>(sim_.random(ids_.size()))];
    const std::string name = ClusterNode::name(id);
    switch (sim_.random(8)) {
        case 0:
            log("FAULT power loss of " + name);
            node(id).power_off();
            later(seconds{2}, seconds{8}, [this, id] { node(id).power_on(); });
            return;
        case 1:
            log("FAULT crash of crmd on " + name);
            node(id).crash_crmd();
            later(milliseconds{20}, milliseconds{600}, [this, id] { node(id).start_crmd(); });
            return;
        case 2:
        case 3:
            log("FAULT crash of lrmd on " + name);
            node(id).crash_lrmd();
            later(milliseconds{20}, milliseconds{600}, [this, id] { node(id).start_lrmd(); });
            return;
        case 4:
            log("FAULT " + name + " is cut off");
            network_->cut({id});
            later(milliseconds{500}, seconds{6}, [this] { network_->heal(); });
            return;
        case 5:
            log("FAULT freeze of crmd on " + name);
            network_->freeze(id);
            later(milliseconds{50}, seconds{3}, [this, id] { network_->thaw(id); });
            return;
        default: {
            const std::string& r = kResources[static_cast<std::size_t>(sim_.random(kResources.size()))];
            if (!node(id).active().count(r)) return;
            log("FAULT " + r + " dies on " + name);
            node(id).kill_resource(r);
        }
    }
}

// After every event.
void ClusterWorld::check() {
    for (const std::string& r : kResources) {
        std::string where;
        int count = 0;
        for (const NodeId id : ids_) {
            if (!node(id).powered() || !node(id).active().count(r)) continue;
            where += " " + ClusterNode::name(id);
            ++count;
        }
        if (count > 1) return broken("resource " + r + " runs on" + where + " at once");
    }
    for (const NodeId id : ids_) {
        const crmd::Coordinator* core = node(id).core();
        if (!core) continue;
        const auto& replica = core->replica();
        if (replica.role() == cib::replica::Role::leader) {
            const auto [it, fresh] = leaders_.emplace(replica.promised(), id);
            if (fresh) ++report_.eras;
            if (it->second != id) return broken("era " + cib::replica::to_string(replica.promised()) + " has two leaders");
        }
        const auto& state = replica.committed();
        const auto [it, fresh] = digests_.emplace(state.last.index, state.digest());
        if (fresh) ++report_.commits;
        if (it->second != state.digest()) return broken("two configurations were committed as entry " + std::to_string(state.last.index));
    }
}

void ClusterWorld::check_end() {
    if (!configured_) return broken("the configuration was never committed");
    NodeId dc = 0;
    for (const NodeId id : ids_) {
        const crmd::Coordinator* core = node(id).core();
        if (!core || !core->synced()) return broken(ClusterNode::name(id) + " has not joined although all faults are over");
        if (dc != 0 && core->dc() != dc) return broken("the members do not agree who the DC is");
        dc = core->dc();
    }
    for (const std::string& r : kResources) {
        const auto count = std::count_if(ids_.begin(), ids_.end(), [&](NodeId id) { return node(id).active().count(r) != 0; });
        if (count != 1 && !agents_fail_) return broken("resource " + r + " does not run although all faults are over");
    }
}

void ClusterWorld::heal_everything() {
    log("all faults are over");
    network_->heal();
    for (const NodeId id : ids_) {
        network_->thaw(id);
        if (!node(id).powered()) node(id).power_on();
        node(id).start_lrmd();
        node(id).start_crmd();
    }
}

Report ClusterWorld::run() {
    sim_.on_event([this] { check(); });
    for (const NodeId id : ids_) later(Duration{0}, milliseconds{300}, [this, id] { node(id).power_on(); });
    sim_.after(seconds{2}, [this] { configure(); });
    sim_.after(seconds{5}, [this] {
        schedule_faults();
        edits();
    });
    sim_.run_until(Instant{} + seconds{35});
    if (report_.ok) {
        faults_over_ = true;
        heal_everything();
        sim_.run_until(Instant{} + seconds{75});
    }
    if (report_.ok) check_end();
    report_.events = sim_.events();
    return report_;
}

}  // namespace muster::sim
