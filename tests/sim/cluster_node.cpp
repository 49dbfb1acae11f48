#include "tests/sim/cluster_node.h"

#include <algorithm>
#include <utility>

#include "policy-engine/plan.h"

namespace muster::sim {

using cib::replica::Persist;

ClusterNode::ClusterNode(Simulation& sim, cluster::fake::Network& network, NodeId id, std::vector<NodeId> all,
                         ClusterEvents& events)
    : sim_{sim}, network_{network}, id_{id}, all_{std::move(all)}, events_{events} {}

crmd::Now ClusterNode::now() const { return {sim_.now(), WallTime{1'700'000'000'000'000 + sim_.now().us}}; }

void ClusterNode::power_on() {
    if (powered_) return;
    powered_ = true;
    ++boots_;
    warm_.reset();
    network_.boot(id_);
    start_lrmd();
    start_crmd();
}

void ClusterNode::power_off() {
    if (!powered_) return;
    powered_ = false;
    network_.power_off(id_);
    crash_crmd();
    crash_lrmd();
    lrmd_journal_.clear();
    shims_.clear();
    started_ids_.clear();
    active_.clear();
    cancelled_.clear();
    fenced_answers_.clear();
    fenced_running_.clear();
    disk_.lose_power(sim_);
}

// ---- crmd ----------------------------------------------------------------------------------------------------------

void ClusterNode::crash_crmd() {
    ++crmd_life_;
    endpoint_.reset();
    core_.reset();
    encoder_.reset();
    to_write_.clear();
    inputs_.clear();
    writing_ = false;
}

void ClusterNode::start_crmd() {
    if (!powered_ || core_) return;
    auto recovered = disk_.recover();
    if (!recovered) return events_.broken(name(id_) + ": recovery: " + recovered.error().message);
    disk_.start(*recovered);
    encoder_.emplace(*recovered);
    crmd::Settings s;
    s.name = name(id_);
    s.boot_id = name(id_) + "-boot" + std::to_string(boots_);
    s.incarnation = static_cast<std::uint64_t>(sim_.now().us);
    s.dc_deadtime = seconds{5};
    s.replica.self = id_;
    for (const NodeId n : all_) s.replica.nodes.push_back({n, name(n), 1});
    s.replica.fresh_uuid = sim_.next() | 1;
    s.replica.fresh_cluster_uuid = sim_.next() | 1;
    s.replica.session = sim_.next() | 1;
    s.replica.warm = warm_;
    s.disk = std::move(recovered->disk);
    core_ = std::make_unique<crmd::Coordinator>(std::move(s));
    endpoint_ = network_.attach(id_);
    endpoint_->on_event([this](const cluster::Event& e) { feed(e); });
    carry_out(core_->start(now()));
    feed(cluster::Event{cluster::Connected{endpoint_->self()}});
    if (lrmd_) link_up(crmd::Daemon::lrmd);
    link_up(crmd::Daemon::fenced);
    tick();
}

void ClusterNode::link_up(crmd::Daemon daemon) {
    if (daemon == crmd::Daemon::lrmd) ++session_;
    feed(crmd::LinkUp{daemon});
}

void ClusterNode::tick() {
    Duration wait = milliseconds{100};
    if (const auto wake = core_->next_wake(); wake && *wake - sim_.now() < wait) wait = std::max(Duration{1000}, *wake - sim_.now());
    sim_.after(wait, [this, life = crmd_life_] {
        if (life != crmd_life_ || !core_) return;
        if (!network_.frozen(id_)) feed(crmd::Tick{});
        if (life == crmd_life_) tick();
    });
}

void ClusterNode::feed(const crmd::Input& input) {
    if (!core_) return;
    inputs_.push_back(input);
    if (feeding_) return;
    feeding_ = true;
    while (!inputs_.empty() && core_) {
        const crmd::Input next = std::move(inputs_.front());
        inputs_.pop_front();
        carry_out(core_->step(now(), next));
    }
    feeding_ = false;
}

void ClusterNode::carry_out(std::vector<crmd::Output> outputs) {
    for (crmd::Output& output : outputs) {
        if (auto* b = std::get_if<crmd::Broadcast>(&output)) {
            if (endpoint_) (void)endpoint_->broadcast(std::move(b->bytes));
        } else if (auto* p = std::get_if<Persist>(&output)) {
            to_write_.push_back(std::move(*p));
            write_journal();
        } else if (const auto* m = std::get_if<crmd::MakePlan>(&output)) {
            log_pending(*m->cib, m->number);
            const auto plan = std::make_shared<policy::Plan>(policy::plan(*m->cib, m->now));
            sim_.after(sim_.between(milliseconds{1}, milliseconds{30}), [this, plan, number = m->number, life = crmd_life_] {
                if (life == crmd_life_) feed(crmd::Planned{number, plan});
            });
        } else if (const auto* d = std::get_if<crmd::ToDaemon>(&output)) {
            to_daemon(*d);
        } else if (const auto* c = std::get_if<crmd::ToClient>(&output)) {
            crmd::proto::Message message;
            if (message.ParseFromString(c->bytes)) events_.to_client(id_, message);
        } else if (const auto* w = std::get_if<crmd::EraIsWarm>(&output)) {
            warm_ = w->term;
        } else if (const auto* l = std::get_if<crmd::Log>(&output)) {
            events_.log(name(id_) + ": " + l->text);
        }
    }
}

void ClusterNode::log_pending(const cib::Cib& cib, std::uint64_t plan) const {
    for (const cib::NodeState& node : cib.status.nodes) {
        for (const cib::ResourceHistory& history : node.history) {
            for (const cib::OpRecord& op : history.ops) {
                if (op.op_status != -1) continue;
                events_.log(name(id_) + ": plan " + std::to_string(plan) + " sees " + op.operation + " of " + history.id + " pending on " +
                            node.uname);
            }
        }
    }
}

void ClusterNode::write_journal() {
    if (writing_ || to_write_.empty()) return;
    writing_ = true;
    std::uint64_t ticket = 0;
    for (const Persist& p : to_write_) {
        disk_.write(encoder_->encode(p));
        ticket = p.ticket;
    }
    to_write_.clear();
    sim_.after(sim_.between(Duration{80}, milliseconds{2}), [this, ticket, life = crmd_life_] {
        if (life != crmd_life_ || !core_) return;
        writing_ = false;
        disk_.sync();
        encoder_->synced();
        feed(cib::replica::Durable{ticket});
        write_journal();
    });
}

void ClusterNode::ask(crmd::proto::Message request) {
    std::string bytes;
    request.SerializeToString(&bytes);
    feed(crmd::ClientOpened{1, "root", true});
    feed(crmd::ClientFrame{1, std::move(bytes)});
}

Duration ClusterNode::in_order(Instant& last, Duration low, Duration high) {
    last = std::max(last + Duration{1}, sim_.now() + sim_.between(low, high));
    return last - sim_.now();
}

void ClusterNode::to_daemon(const crmd::ToDaemon& message) {
    sim_.after(in_order(last_out_, Duration{30}, Duration{300}),
               [this, message, life = crmd_life_, lrmd_life = lrmd_life_, session = session_] {
                   if (life != crmd_life_) return;
                   if (message.to == crmd::Daemon::fenced) {
                       fencing::proto::Message m;
                       if (m.ParseFromString(message.bytes)) on_fenced(m);
                   } else if (!lrmd_ || lrmd_life != lrmd_life_) {
                       events_.log(name(id_) + ": a frame to an lrmd that is gone is lost");
                   } else {
                       lrmd::proto::Message m;
                       if (!m.ParseFromString(message.bytes)) return;
                       watch_orders(m);
                       lrmd_step(lrmd::MessageIn{session, m});
                   }
               });
}

// ---- lrmd and its agents -------------------------------------------------------------------------------------------

void ClusterNode::crash_lrmd() {
    if (!lrmd_) return;
    ++lrmd_life_;
    lrmd_.reset();
    feed(crmd::LinkDown{crmd::Daemon::lrmd});
}

void ClusterNode::start_lrmd() {
    if (!powered_ || lrmd_) return;
    lrmd::Options options;
    options.node = name(id_);
    options.boot_id = name(id_) + "-boot" + std::to_string(boots_);
    lrmd_ = std::make_unique<lrmd::Core>(options);
    for (const auto& record : lrmd_journal_) lrmd_->restore(record);
    std::vector<std::string> ended, useless;
    for (const auto& [run_id, shim] : shims_) {
        const bool awaited = lrmd_->found(run_id, shim.run, shim.ended, sim_.now());
        if (!awaited) useless.push_back(run_id);
        else if (shim.ended) ended.push_back(run_id);
    }
    for (const std::string& run_id : useless) shims_.erase(run_id);
    lrmd_outputs(lrmd_->recovered(sim_.now(), now().wall));
    for (const std::string& run_id : ended) lrmd_step(lrmd::RunEnded{run_id, shims_.at(run_id).result});
    if (core_) link_up(crmd::Daemon::lrmd);
    lrmd_tick();
}

void ClusterNode::lrmd_step(const lrmd::Input& input) {
    if (lrmd_) lrmd_outputs(lrmd_->step(input, sim_.now(), now().wall));
}

void ClusterNode::lrmd_tick() {
    sim_.after(milliseconds{50}, [this, life = lrmd_life_] {
        if (life != lrmd_life_ || !lrmd_) return;
        if (const auto due = lrmd_->next_due(); due && *due <= sim_.now()) lrmd_step(lrmd::Tick{});
        lrmd_tick();
    });
}

void ClusterNode::lrmd_outputs(lrmd::Outputs outputs) {
    for (lrmd::Output& output : outputs) {
        if (const auto* p = std::get_if<lrmd::Persist>(&output)) {
            lrmd_journal_.push_back(p->record);
        } else if (const auto* r = std::get_if<lrmd::StartRun>(&output)) {
            start_run(r->run_id, r->run);
        } else if (const auto* s = std::get_if<lrmd::Send>(&output)) {
            watch_results(s->message);
            std::string bytes;
            s->message.SerializeToString(&bytes);
            sim_.after(in_order(last_in_, Duration{30}, Duration{300}), [this, bytes, life = crmd_life_, session = s->session] {
                if (life == crmd_life_ && session == session_) feed(crmd::LinkFrame{crmd::Daemon::lrmd, bytes});
            });
        } else if (const auto* d = std::get_if<lrmd::DropTrace>(&output)) {
            shims_.erase(d->run_id);
        } else if (const auto* l = std::get_if<lrmd::Log>(&output)) {
            if (l->level <= 5) events_.log(name(id_) + " lrmd: " + l->text);
        }
    }
}

// A shim claims the run's id (link(2): once), runs the agent and keeps its result.
void ClusterNode::start_run(const std::string& run_id, const lrmd::proto::Run& run) {
    if (run.interval_ms() == 0 && !started_ids_.insert(run.action_id()).second) {
        events_.broken(name(id_) + ": the agent of " + run.resource() + " ran twice for action " + run.action_id() + " (" +
                       run.operation() + ")");
        return;
    }
    shims_[run_id].run = run;
    if (run.interval_ms() == 0) events_.log(name(id_) + " lrmd: runs " + run.operation() + " of " + run.resource() + " for " + run.action_id());
    const bool quick = run.operation() == "monitor";
    const Duration took = quick ? sim_.between(milliseconds{2}, milliseconds{60}) : sim_.between(milliseconds{10}, milliseconds{400});
    // The effect comes somewhere in the middle.
    sim_.after(took / 2, [this, run_id, took, boot = boots_] {
        if (boot != boots_ || !powered_ || !shims_.count(run_id)) return;
        Shim& shim = shims_.at(run_id);
        shim.result.set_how(lrmd::proto::Ended::EXITED);
        shim.result.set_code(effect_of(shim.run));
        shim.result.set_started_at_us(now().wall.us);
        sim_.after(took / 2, [this, run_id, boot] {
            if (boot == boots_ && powered_) end_run(run_id);
        });
    });
}

int ClusterNode::effect_of(const lrmd::proto::Run& run) {
    const bool fails = events_.agent_fails();
    if (run.operation() == "start") {
        if (fails) return 1;
        active_.insert(run.resource());
        events_.log(name(id_) + ": STARTED " + run.resource());
        return 0;
    }
    if (run.operation() == "stop") {
        active_.erase(run.resource());
        events_.log(name(id_) + ": STOPPED " + run.resource());
        return 0;
    }
    if (run.operation() == "monitor") return active_.count(run.resource()) ? 0 : 7;
    return 0;
}

void ClusterNode::end_run(const std::string& run_id) {
    const auto at = shims_.find(run_id);
    if (at == shims_.end()) return;
    at->second.ended = true;
    const lrmd::proto::Ended result = at->second.result;
    lrmd_step(lrmd::RunEnded{run_id, result});
}

// A monitor that was cancelled is nobody's: its late result must not be told as a failure.
namespace {
std::string recurring_key(const std::string& resource, const std::string& operation, std::int64_t interval) {
    return resource + "/" + operation + "/" + std::to_string(interval);
}
}  // namespace

void ClusterNode::watch_orders(const lrmd::proto::Message& m) {
    if (m.has_cancel()) cancelled_.insert(recurring_key(m.cancel().resource(), m.cancel().operation(), m.cancel().interval_ms()));
    if (m.has_run()) cancelled_.erase(recurring_key(m.run().resource(), m.run().operation(), m.run().interval_ms()));
}

void ClusterNode::watch_results(const lrmd::proto::Message& m) {
    if (!m.has_result() || m.result().interval_ms() == 0) return;
    const lrmd::proto::Result& r = m.result();
    if (!cancelled_.count(recurring_key(r.resource(), r.operation(), r.interval_ms()))) return;
    if (r.status() == lrmd::proto::DONE && r.rc() != 0) {
        events_.broken(name(id_) + ": the late result of the cancelled monitor of " + r.resource() + " is told as a failure");
    }
}

// ---- fenced --------------------------------------------------------------------------------------------------------

void ClusterNode::from_fenced(const fencing::proto::Message& message, Duration delay) {
    std::string bytes;
    message.SerializeToString(&bytes);
    sim_.after(delay, [this, bytes, life = crmd_life_] {
        if (life == crmd_life_) feed(crmd::LinkFrame{crmd::Daemon::fenced, bytes});
    });
}

void ClusterNode::on_fenced(const fencing::proto::Message& m) {
    fencing::proto::Message reply;
    if (m.has_hello()) {
        reply.mutable_hello()->set_node(name(id_));
        reply.mutable_hello()->set_level(1);
        return from_fenced(reply, Duration{100});
    }
    if (m.has_monitor()) {
        auto& d = *reply.mutable_monitor_done();
        d.set_action_id(m.monitor().action_id());
        d.set_device(m.monitor().device());
        d.set_operation(m.monitor().operation());
        d.set_interval_ms(m.monitor().interval_ms());
        d.set_user_data(m.monitor().user_data());
        const bool known = active_.count(m.monitor().device()) != 0;
        if (m.monitor().operation() == "monitor" && m.monitor().interval_ms() == 0 && !known) d.set_rc(7);
        if (m.monitor().operation() == "start") active_.insert(m.monitor().device());
        if (m.monitor().operation() == "stop") active_.erase(m.monitor().device());
        return from_fenced(reply, milliseconds{5});
    }
    if (!m.has_execute()) return;
    const std::string request = m.execute().request_id();
    if (const auto known = fenced_answers_.find(request); known != fenced_answers_.end()) {
        return from_fenced(known->second, Duration{100});
    }
    if (!fenced_running_.insert(request).second) return;  // joins the one that runs
    events_.log(name(id_) + ": fence agent runs against " + m.execute().target());
    events_.fence(id_, m.execute().target(), [this, request, target = m.execute().target(), boot = boots_](bool ok) {
        if (boot != boots_ || !powered_) return;
        fencing::proto::Message done;
        done.mutable_done()->set_request_id(request);
        done.mutable_done()->set_target(target);
        done.mutable_done()->set_ok(ok);
        done.mutable_done()->set_device("power");
        if (!ok) done.mutable_done()->set_error("the power switch did not answer");
        fenced_running_.erase(request);
        fenced_answers_[request] = done;
        from_fenced(done, Duration{50});
    });
}

}  // namespace muster::sim
