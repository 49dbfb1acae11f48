#include "small_cluster.h"

#include "base/result.h"

namespace muster::crmd::test {
namespace {

// The journal's disk: everything is durable at once.
void write(cib::replica::Disk& disk, const cib::replica::Persist& p) {
    if (p.cluster_uuid != 0) disk.cluster_uuid = p.cluster_uuid;
    if (p.uuid != 0) disk.uuid = p.uuid;
    if (p.promised) disk.promised = *p.promised;
    if (p.cut_after) std::erase_if(disk.entries, [&](const auto& e) { return e.index > *p.cut_after; });
    if (p.snapshot) {
        disk.snapshot = *p.snapshot;
        disk.entries.clear();
    }
    disk.entries.insert(disk.entries.end(), p.entries.begin(), p.entries.end());
    disk.committed = std::max(disk.committed, p.committed);
}

}  // namespace

SmallCluster::SmallCluster(unsigned count) {
    for (NodeId id = 1; id <= count; ++id) nodes_[id] = std::make_unique<Node>();
}

void SmallCluster::start_core(NodeId id) {
    Node& n = *nodes_.at(id);
    n.process = true;
    ++n.incarnation;
    Settings s;
    s.name = name(id);
    s.boot_id = name(id) + "-boot" + std::to_string(n.boots);
    s.incarnation = n.incarnation;
    s.replica.self = id;
    for (const auto& [other, node] : nodes_) s.replica.nodes.push_back({other, name(other), 1});
    s.replica.fresh_uuid = id * 1000 + n.boots;
    s.replica.fresh_cluster_uuid = 77;
    s.replica.session = id * 100'000 + n.incarnation;
    s.disk = n.disk;
    n.core = std::make_unique<Coordinator>(std::move(s));
    carry_out(id, n.core->start(now()));
    input(id, cluster::Event{cluster::Connected{{id, static_cast<std::uint32_t>(n.incarnation)}}});
    input(id, LinkUp{Daemon::lrmd});
    input(id, LinkUp{Daemon::fenced});
}

void SmallCluster::boot(NodeId id) {
    Node& n = *nodes_.at(id);
    n.power = true;
    ++n.boots;
    n.active.clear();
    n.recurring.clear();
    n.known.clear();
    start_core(id);
    view();
}

void SmallCluster::lose(NodeId id) {
    Node& n = *nodes_.at(id);
    n.power = n.process = false;
    n.core.reset();
    n.active.clear();
    view();
}

void SmallCluster::kill_crmd(NodeId id) {
    nodes_.at(id)->process = false;
    nodes_.at(id)->core.reset();
    view();
    start_core(id);
    view();
}

// All living crmds form a view; the ring has all nodes with power.
void SmallCluster::view() {
    while (deliver_one()) {}
    std::set<NodeId> now_here;
    std::vector<NodeId> ring;
    for (const auto& [id, n] : nodes_) {
        if (n->power) ring.push_back(id);
        if (n->process) now_here.insert(id);
    }
    ++ring_;
    for (NodeId id : now_here) {
        cluster::ViewChanged v;
        for (NodeId m : now_here) {
            v.members.push_back({m, static_cast<std::uint32_t>(nodes_.at(m)->incarnation)});
            if (view_.count(m) == 0 || view_.count(id) == 0) v.joined.push_back(v.members.back());
        }
        if (view_.count(id) != 0) {
            for (NodeId m : view_) {
                if (now_here.count(m) != 0) continue;
                v.departed.push_back({{m, 0}, nodes_.at(m)->power ? cluster::Departure::process_lost : cluster::Departure::node_lost});
            }
        }
        input(id, cluster::Event{v});
        input(id, cluster::Event{cluster::RingChanged{{ring.front(), ring_}, ring}});
        input(id, cluster::Event{cluster::QuorumChanged{{ring.front(), ring_}, ring.size() * 2 > nodes_.size(), ring}});
    }
    view_ = now_here;
}

void SmallCluster::input(NodeId id, Input what) {
    Node& n = *nodes_.at(id);
    if (n.core) carry_out(id, n.core->step(now(), what));
}

void SmallCluster::carry_out(NodeId id, std::vector<Output> outputs) {
    for (Output& o : outputs) {
        if (auto* b = std::get_if<Broadcast>(&o)) wire_.emplace_back(id, std::move(b->bytes));
        else if (auto* p = std::get_if<cib::replica::Persist>(&o)) {
            write(nodes_.at(id)->disk, *p);
            later_.emplace_back(id, cib::replica::Durable{p->ticket});
        } else if (auto* m = std::get_if<MakePlan>(&o)) {
            later_.emplace_back(id, Planned{m->number, std::make_shared<policy::Plan>(policy::plan(*m->cib, m->now))});
        } else if (auto* d = std::get_if<ToDaemon>(&o)) {
            if (d->to == Daemon::lrmd) {
                lrmd::proto::Message message;
                MUSTER_ASSERT(message.ParseFromString(d->bytes));
                on_lrmd(id, message);
            } else {
                fencing::proto::Message message;
                MUSTER_ASSERT(message.ParseFromString(d->bytes));
                on_fenced(id, message);
            }
        } else if (auto* c = std::get_if<ToClient>(&o)) {
            proto::Message message;
            MUSTER_ASSERT(message.ParseFromString(c->bytes));
            answers_[message.tag()] = message;
        }
    }
}

bool SmallCluster::deliver_one() {
    if (!later_.empty()) {
        auto [id, what] = std::move(later_.front());
        later_.pop_front();
        input(id, std::move(what));
        return true;
    }
    if (wire_.empty()) return false;
    auto [sender, bytes] = std::move(wire_.front());
    wire_.pop_front();
    if (on_message) on_message(sender, bytes);
    for (const auto& [id, n] : nodes_) {
        if (n->process && view_.count(id) != 0) input(id, cluster::Event{cluster::Delivered{{sender, 0}, bytes}});
    }
    return true;
}

void SmallCluster::settle(Duration time) {
    const std::int64_t until = clock_ + time.count();
    do {
        while (deliver_one()) clock_ += 20;
        clock_ += 50'000;
        for (const auto& [id, n] : nodes_) input(id, Tick{});
        later_.insert(later_.end(), next_tick_.begin(), next_tick_.end());
        next_tick_.clear();
    } while (clock_ < until || !wire_.empty() || !later_.empty());
}

NodeId SmallCluster::dc() const {
    NodeId dc = 0;
    for (const auto& [id, n] : nodes_) {
        if (!n->core) continue;
        if (dc != 0 && n->core->dc() != dc) return 0;  // they do not agree
        dc = n->core->dc();
    }
    return dc;
}

std::vector<NodeId> SmallCluster::where(const std::string& resource) const {
    std::vector<NodeId> out;
    for (const auto& [id, n] : nodes_) {
        if (n->active.count(resource) != 0) out.push_back(id);
    }
    return out;
}

void SmallCluster::on_lrmd(NodeId id, const lrmd::proto::Message& m) {
    Node& n = *nodes_.at(id);
    lrmd::proto::Message reply;
    lrmd::proto::Result& r = *reply.mutable_result();
    const auto send = [&] {
        std::string bytes;
        reply.SerializeToString(&bytes);
        (agents_take_time ? next_tick_ : later_).emplace_back(id, LinkFrame{Daemon::lrmd, bytes});
    };
    r.set_sequence(++n.sequence);
    r.set_call_id(static_cast<std::uint32_t>(n.sequence));
    r.set_started_at_us(now().wall.us);
    r.set_status(lrmd::proto::DONE);
    if (m.has_table_request()) {
        lrmd::proto::Table& t = *reply.mutable_table();
        for (const std::string& resource : n.active) {
            lrmd::proto::ResourceEntry& e = *t.add_resources();
            e.set_resource(resource);
            lrmd::proto::Result& last = *e.add_last_results();
            last.set_operation("start");
            last.set_call_id(1);
            last.set_status(lrmd::proto::DONE);
        }
        return send();
    }
    if (m.has_cancel()) {
        n.recurring.erase(m.cancel().resource());
        r.set_action_id(m.cancel().action_id());
        r.set_resource(m.cancel().resource());
        r.set_operation("cancel");
        return send();
    }
    if (m.has_run() && n.known.insert(m.run().action_id()).second && run_agent(id, m.run(), r)) send();
}

// Whether it answers at all.
bool SmallCluster::run_agent(NodeId id, const lrmd::proto::Run& run, lrmd::proto::Result& r) {
    if (on_run) on_run(run);
    Node& n = *nodes_.at(id);
    const Ran what{name(id), run.operation(), run.resource(), run.interval_ms()};
    const bool active = n.active.count(run.resource()) != 0;
    int rc = run.operation() == "monitor" ? (active ? 0 : 7) : 0;
    if (agent) rc = agent(what) > 0 || agent(what) == -1 ? agent(what) : rc;
    if (run.operation() != "monitor") ran.push_back(what);
    if (rc == -1) return false;
    if (rc == 0 && run.operation() == "start") n.active.insert(run.resource());
    if (rc == 0 && run.operation() == "stop") n.active.erase(run.resource());
    if (run.interval_ms() > 0) {
        n.recurring[run.resource()] = run;
        watches.push_back(what);
    }
    *r.mutable_attributes() = run.attributes();
    r.set_action_id(run.action_id());
    r.set_resource(run.resource());
    r.set_operation(run.operation());
    r.set_interval_ms(run.interval_ms());
    r.set_user_data(run.user_data());
    r.set_rc(rc);
    return true;
}

void SmallCluster::say(NodeId id, const wire::Wire& message) {
    std::string bytes;
    message.SerializeToString(&bytes);
    wire_.emplace_back(id, bytes);
}

void SmallCluster::monitor_says(NodeId id, const std::string& resource, int rc) {
    Node& n = *nodes_.at(id);
    if (rc == 7) n.active.erase(resource);
    const lrmd::proto::Run& run = n.recurring.at(resource);
    lrmd::proto::Message m;
    lrmd::proto::Result& r = *m.mutable_result();
    r.set_sequence(++n.sequence);
    r.set_call_id(static_cast<std::uint32_t>(n.sequence));
    r.set_started_at_us(now().wall.us);
    r.set_status(lrmd::proto::DONE);
    r.set_action_id(run.action_id());
    r.set_resource(resource);
    r.set_operation(run.operation());
    r.set_interval_ms(run.interval_ms());
    r.set_user_data(run.user_data());
    r.set_rc(rc);
    std::string bytes;
    m.SerializeToString(&bytes);
    input(id, LinkFrame{Daemon::lrmd, bytes});
}

void SmallCluster::on_fenced(NodeId id, const fencing::proto::Message& m) {
    fencing::proto::Message reply;
    if (m.has_execute()) {
        const bool works = !fence_works || fence_works(m.execute().target());
        fence_runs.emplace_back(m.execute().action(), m.execute().target());
        if (m.execute().action() != "on") fenced.push_back(m.execute().target());
        reply.mutable_done()->set_request_id(m.execute().request_id());
        reply.mutable_done()->set_target(m.execute().target());
        reply.mutable_done()->set_ok(works);
        reply.mutable_done()->set_device("power");
        reply.mutable_done()->set_error(works ? "" : "the switch does not answer");
    } else if (m.has_monitor() && m.monitor().operation() != "cancel") {
        Node& n = *nodes_.at(id);
        const bool active = n.active.count(m.monitor().device()) != 0;
        if (m.monitor().operation() == "start") n.active.insert(m.monitor().device());
        if (m.monitor().operation() == "stop") n.active.erase(m.monitor().device());
        auto& d = *reply.mutable_monitor_done();
        d.set_action_id(m.monitor().action_id());
        d.set_device(m.monitor().device());
        d.set_operation(m.monitor().operation());
        d.set_interval_ms(m.monitor().interval_ms());
        d.set_user_data(m.monitor().user_data());
        d.set_rc(m.monitor().operation() == "monitor" && !active ? 7 : 0);
        d.set_started_at_us(now().wall.us);
    } else {
        return;
    }
    std::string bytes;
    reply.SerializeToString(&bytes);
    later_.emplace_back(id, LinkFrame{Daemon::fenced, bytes});
}

proto::Message SmallCluster::ask(NodeId node, proto::Message request) {
    const std::uint64_t tag = next_tag_++;
    const ClientId client = next_client_++;
    request.set_tag(tag);
    std::string bytes;
    request.SerializeToString(&bytes);
    input(node, ClientOpened{client, "root", true});
    input(node, ClientFrame{client, bytes});
    for (int i = 0; i < 40 && answers_.count(tag) == 0; ++i) settle(milliseconds{50});
    input(node, ClientClosed{client});
    const auto at = answers_.find(tag);
    return at == answers_.end() ? proto::Message{} : at->second;
}

std::string SmallCluster::commit(const std::string& verb, const std::string& section, const std::string& xml) {
    proto::Message m;
    proto::Operation& op = *m.mutable_commit()->mutable_operations()->add_operation();
    op.set_verb(verb);
    op.set_section(section);
    op.set_allow_create(true);
    op.set_input_xml(xml);
    const NodeId asked = view_.empty() ? 1 : *view_.begin();
    const proto::Message answer = ask(asked, m);
    if (answer.has_committed()) return "";
    return answer.has_failed() ? answer.failed().text() : "no answer";
}

}  // namespace muster::crmd::test
