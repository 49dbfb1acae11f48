// What only the DC does: begins the work, asks for plans when facts change, takes them up, tells how far it is.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "crmd/core/coordinator_impl.h"
#include "crmd/core/status.h"

namespace muster::crmd {
namespace {

constexpr std::size_t kMostReasonsTold = 200;
constexpr Duration kOrderLost = seconds{30};
constexpr Duration kClaimAgain = seconds{1};

std::string one_line(const policy::Reason& r) {
    std::string text = r.decision + " " + r.resource;
    if (!r.from.empty() && !r.to.empty() && r.from != r.to) text += " from " + r.from + " to " + r.to;
    else if (!r.to.empty()) text += " on " + r.to;
    else if (!r.from.empty()) text += " on " + r.from;
    return r.text.empty() ? text : text + ": " + r.text;
}

}  // namespace

void Coordinator::Impl::take_over() {
    transition_ = Transition{};
    dirty_ = true;
    dirty_why_ = "this node is DC";
    planning_.reset();
    begun_waiting_.reset();
    nodes_asked_.clear();
    fence_failures_.clear();
    fence_not_before_.clear();
    crmd_lost_since_.clear();
    deadlines_.clear();
    told_.clear();
    invited_.clear();
    claimed_.reset();
    for (const auto& [id, order] : state_.in_flight) {
        deadlines_[id] = now_.monotonic + milliseconds{order.timeout_ms()} + seconds{60};
    }
}

void Coordinator::Impl::lead() {
    begin_work();
    give_up_lost_crmds();
    name_nodes();
    const bool in_charge = take_charge();
    if (in_charge) watch_fencing();
    watch_deadlines();
    if (recheck_at_) {
        if (now_.wall >= *recheck_at_) {
            recheck_at_.reset();
            dirty_ = true;
            dirty_why_ = "time has come";
        } else {
            wake_at(now_.monotonic + std::min<Duration>(*recheck_at_ - now_.wall, hours{1}));
        }
    }
    make_plan();
    if (!planning_ && !dirty_ && in_charge) dispatch();
    tell_progress(std::exchange(plan_is_news_, false));
}

// A DC says that it leads, and orders nothing before that has come back: what was ordered before it in the agreed order is
// in the state then, and nothing of an earlier DC counts after it.
bool Coordinator::Impl::take_charge() {
    const std::uint64_t era = replica_.promised().number;
    if (state_.dc == self_ && (acting_ || state_.era_number >= era)) return true;
    if (claimed_ && now_.monotonic < *claimed_ + kClaimAgain) {
        wake_at(*claimed_ + kClaimAgain);
        return false;
    }
    claimed_ = now_.monotonic;
    wake_at(*claimed_ + kClaimAgain);
    wire::Wire w;
    w.mutable_leads()->set_era_number(era);
    broadcast(w);
    return false;
}

// Work begins at once when all nodes of the nodelist have joined, otherwise after dc-deadtime with quorum.
void Coordinator::Impl::begin_work() {
    if (state_.started) return;
    if (!begun_waiting_) begun_waiting_ = now_.monotonic;
    const auto& listed = settings_.replica.nodes;
    const bool all = std::all_of(listed.begin(), listed.end(), [&](const auto& n) {
        const NodeFacts* node = state_.node(n.id);
        return (node != nullptr && node->joined) || state_.absent.count(n.name) != 0;
    });
    const Instant late = *begun_waiting_ + settings_.dc_deadtime;
    const bool in_time = all || now_.monotonic >= late;
    if (!in_time) return wake_at(late);
    if (quorum_of(state_, self_) == Quorum::unknown) return;
    wire::Wire w;
    w.mutable_started();
    state_.started = true;  // said once; the others know at delivery
    dirty_ = true;
    broadcast(w);
}

void Coordinator::Impl::give_up_lost_crmds() {
    for (const auto& [id, node] : state_.nodes) {
        if (node.life != Life::crmd_lost) {
            crmd_lost_since_.erase(node.name);
            continue;
        }
        const Instant since = crmd_lost_since_.emplace(node.name, now_.monotonic).first->second;
        if (now_.monotonic < since + settings_.crmd_grace) {
            wake_at(since + settings_.crmd_grace);
            continue;
        }
        wire::Wire w;
        w.mutable_give_up()->set_node(node.name);
        crmd_lost_since_[node.name] = now_.monotonic;  // again after another while, should this get lost
        broadcast(w);
    }
}

// Nodes that joined and have no <node> yet get one.
void Coordinator::Impl::name_nodes() {
    if (!replica_.era().writable || replica_.era().leader != self_) return;
    const xml::Element* configuration = replica_.committed().document.child("configuration");
    const xml::Element* nodes = configuration != nullptr ? configuration->child("nodes") : nullptr;
    for (const auto& [id, node] : state_.nodes) {
        if (!node.joined || node.name.empty() || nodes_asked_.count(node.name) != 0) continue;
        const auto has_it = [&](const xml::Element& e) { return e.get("uname") == node.name; };
        if (nodes != nullptr && std::any_of(nodes->children().begin(), nodes->children().end(), has_it)) continue;
        nodes_asked_.insert(node.name);
        proto::Commit commit;
        proto::Operation& op = *commit.mutable_operations()->add_operation();
        op.set_verb("create");
        op.set_section("nodes");
        op.set_input_xml("<node id=\"" + std::to_string(node.id) + "\" uname=\"" + node.name + "\"/>");
        commit.set_message("node " + node.name + " joined");
        commit.set_author("hacluster");
        std::string bytes;
        commit.SerializeToString(&bytes);
        feed(cib::replica::ClientRequest{0, {"hacluster", "crmd", std::move(bytes)}});
    }
}

std::string Coordinator::Impl::property(const std::string& name, const std::string& otherwise) const {
    const xml::Element* configuration = replica_.committed().document.child("configuration");
    const xml::Element* crm_config = configuration != nullptr ? configuration->child("crm_config") : nullptr;
    if (crm_config == nullptr) return otherwise;
    for (const xml::Element& set : crm_config->children()) {
        for (const xml::Element& pair : set.children()) {
            if (pair.get("name") == name) return pair.get("value");
        }
    }
    return otherwise;
}

std::shared_ptr<const cib::Cib> Coordinator::Impl::snapshot_cib() const {
    auto cib = std::make_shared<cib::Cib>();
    cib::replica::take_document(*cib, replica_.committed().document);
    cib->status = status_of(state_);
    stamp(*cib, state_, dc_);
    return cib;
}

// A plan made of a state that does not know our own orders would start a second time what is on its way to start.
bool Coordinator::Impl::orders_delivered() {
    std::erase_if(undelivered_, [&](const auto& order) {
        const bool given_up = now_.monotonic >= order.second + kOrderLost;
        if (given_up) log(LogLevel::warning, "order " + order.first + " was never delivered");
        else wake_at(order.second + kOrderLost);
        return given_up;
    });
    return undelivered_.empty();
}

void Coordinator::Impl::make_plan() {
    const Quorum quorum = quorum_of(state_, self_);
    if (quorum != Quorum::unknown && quorum != planned_quorum_) {
        dirty_ = true;
        dirty_why_ = quorum == Quorum::yes ? "there is quorum" : "there is no quorum";
    }
    if (!dirty_ || planning_ || !state_.started) return;
    if (quorum == Quorum::unknown) {
        if (!told_quorum_wait_) log(LogLevel::info, "quorum is not known yet in this ring: no plan before");
        told_quorum_wait_ = true;
        return;
    }
    told_quorum_wait_ = false;
    if (!orders_delivered()) return;
    dirty_ = false;
    planned_quorum_ = quorum;
    ended_while_planning_.clear();
    planning_ = ++plan_number_;
    log(LogLevel::info, "plan " + std::to_string(plan_number_) + ": " + dirty_why_);
    out_.push_back(MakePlan{plan_number_, snapshot_cib(), now_.wall});
}

void Coordinator::Impl::on_planned(const Planned& planned) {
    if (!planning_ || *planning_ != planned.number) return;
    planning_.reset();
    if (!leading() || dirty_) return;  // facts came meanwhile: the next one is made at once
    transition_.adopt(planned.plan, planned.number, state_);
    for (const std::string& ended : ended_while_planning_) transition_.was_done(ended);
    ended_while_planning_.clear();
    recheck_at_ = planned.plan->recheck_at;
    for (const policy::Reason& reason : planned.plan->reasons) log(LogLevel::info, "plan " + std::to_string(planned.number) + ": " + one_line(reason));
    for (const policy::Message& m : planned.plan->messages) log(m.error ? LogLevel::error : LogLevel::warning, "configuration: " + m.text);
    plan_is_news_ = true;  // told by lead(), after the first orders: before them the new plan would look idle
}

// An order whose target does not answer, long after its own timeout.
void Coordinator::Impl::watch_deadlines() {
    for (auto at = deadlines_.begin(); at != deadlines_.end();) {
        const auto flight = state_.in_flight.find(at->first);
        if (now_.monotonic < at->second) {
            wake_at(at->second);
            ++at;
            continue;
        }
        if (flight != state_.in_flight.end()) {
            const wire::Order& order = flight->second;
            log(LogLevel::warning, "no answer to " + order.operation() + " of " + order.resource() + " on " + order.node());
            wire::Wire w;
            wire::Outcome& o = *w.mutable_outcome();
            o.set_action_id(order.id());
            o.set_node(order.node());
            o.set_resource(order.resource());
            o.set_operation(order.operation());
            o.set_interval_ms(order.interval_ms());
            o.set_rc(1);
            o.set_op_status(2);
            o.set_exit_reason("no answer from the node in time");
            o.set_started_at_us(order.stamp_us());
            broadcast(w);
        }
        at = deadlines_.erase(at);
    }
}

bool Coordinator::Impl::idle() const {
    const bool fencing = std::any_of(state_.fencing.begin(), state_.fencing.end(), [](const auto& r) { return is_open(r.second); });
    return state_.started && !dirty_ && !planning_ && !fencing && state_.in_flight.empty() && transition_.idle();
}

std::vector<std::string> Coordinator::Impl::waiting_for() const {
    std::vector<std::string> out;
    if (!synced_) out.push_back("this node has not got the cluster's state yet");
    if (dc_ == 0) out.push_back("there is no DC: " + replica_.era().reason);
    if (!leading()) return out;
    if (!state_.started) {
        std::string missing;
        for (const auto& n : settings_.replica.nodes) {
            const NodeFacts* node = state_.node(n.id);
            if (node == nullptr || !node->joined) missing += " " + n.name;
        }
        out.push_back("work has not begun: waiting for" + missing + " (dc-deadtime, or `crm cluster start --absent`)");
    }
    if (quorum_of(state_, self_) == Quorum::unknown) out.push_back("corosync's quorum verdict for this ring is not known yet");
    for (const auto& [what, when] : fence_not_before_) {
        if (when > now_.monotonic) out.push_back(what + " failed; it is tried again");
    }
    if (state_.in_flight.empty() && !planning_ && !dirty_) {
        if (std::string waits = transition_.why_waiting(); !waits.empty()) out.push_back(std::move(waits));
    }
    return out;
}

void Coordinator::Impl::add_reasons(wire::Progress& p) const {
    if (transition_.plan() == nullptr) return;
    for (const auto& r : transition_.plan()->reasons) {
        if (static_cast<std::size_t>(p.reasons_size()) >= kMostReasonsTold) break;
        p.add_reasons(one_line(r));
    }
    for (const auto& m : transition_.plan()->messages) p.add_messages((m.error ? "error: " : "warning: ") + m.text);
}

void Coordinator::Impl::tell_progress(bool with_plan) {
    wire::Wire w;
    wire::Progress& p = *w.mutable_progress();
    p.set_transition(transition_.number());
    p.set_total(static_cast<std::uint32_t>(transition_.total()));
    p.set_idle(idle());
    for (const std::string& text : waiting_for()) p.add_waiting(text);
    std::string key;
    p.SerializeToString(&key);
    if (key != told_ || with_plan) {  // reasons and messages are the plan's, and it has a number
        told_ = key;
        add_reasons(p);
        p.set_done(static_cast<std::uint32_t>(transition_.done()));
        p.set_in_flight(static_cast<std::uint32_t>(state_.in_flight.size()));
        broadcast(w);
    }
    if (marks_.empty() || !idle()) return;
    wire::Wire reached;
    for (const std::string& id : marks_) reached.mutable_idle_reached()->add_ids(id);
    marks_.clear();
    broadcast(reached);
}

}  // namespace muster::crmd
