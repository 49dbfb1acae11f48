#include "crmd/core/transition.h"

#include <algorithm>
#include <utility>

namespace muster::crmd {
namespace {

bool is_migration(const std::string& operation) { return operation == "migrate_to" || operation == "migrate_from"; }

bool takes_slot(const policy::Action& action) {
    return action.kind == policy::ActionKind::resource && action.task != "cancel" && action.task != "delete";
}

const std::string& executor_of(const policy::Action& action) { return action.router.empty() ? action.node : action.router; }

}  // namespace

const std::string& name_on_node(const policy::Action& action) {
    return action.history_id.empty() ? action.resource : action.history_id;
}

std::string fence_action_of(const policy::Action& action) {
    for (const auto& [name, value] : action.attributes) {
        if (name == "CRM_meta_stonith_action") return value;
    }
    return "reboot";
}

std::string identity(const policy::Action& action) {
    // To let a node in is never the same as to cut it off.
    if (action.kind == policy::ActionKind::fencing) return (fence_action_of(action) == "on" ? "unfence|" : "fence|") + action.node;
    return action.task + "|" + name_on_node(action) + "|" + std::to_string(action.interval.count()) + "|" + action.node +
           (action.task == "cancel" ? "|" + action.key : "");
}

std::string identity(const wire::Order& order) {
    return order.operation() + "|" + order.resource() + "|" + std::to_string(order.interval_ms()) + "|" + order.node() +
           (order.operation() == "cancel" ? "|" + order.operation_key() : "");
}

// What waited for each order in flight, by name, directly or through others.
void Transition::remember_waiters(const State& state) {
    std::erase_if(waiters_, [&](const auto& w) { return state.in_flight.count(w.first) == 0; });
    for (const auto& [id, index] : by_order_) {
        if (state.in_flight.count(id) == 0) continue;
        std::vector<char> seen(steps_.size(), 0);
        std::vector<int> work{index};
        while (!work.empty()) {
            const int from = work.back();
            work.pop_back();
            for (int after : step(from).successors) {
                if (std::exchange(seen[static_cast<std::size_t>(after)], 1) != 0) continue;
                waiters_[id].insert(step(after).identity);
                work.push_back(after);
            }
        }
    }
}

void Transition::adopt(std::shared_ptr<const policy::Plan> plan, std::uint64_t number, const State& state) {
    remember_waiters(state);
    plan_ = std::move(plan);
    number_ = number;
    overtaken_ = false;
    by_order_.clear();
    lay_out();
    take_up_flights(state);
    for (const policy::Action& a : plan_->graph.actions) {
        if (step(a.id).missing == 0) opened(a.id);
    }
}

void Transition::lay_out() {
    const auto& actions = plan_->graph.actions;
    steps_.assign(actions.size(), Step{});
    done_ = active_ = 0;
    lanes_.assign(1, Lane{});
    std::map<std::string, std::size_t> lane_of;
    for (const policy::Action& a : actions) {
        Step& s = step(a.id);
        s.identity = crmd::identity(a);
        s.missing = static_cast<int>(a.after.size());
        for (int before : a.after) step(before).successors.push_back(a.id);
        if (!takes_slot(a)) continue;
        const auto [at, fresh] = lane_of.emplace(executor_of(a), lanes_.size());
        if (fresh) lanes_.push_back(Lane{executor_of(a), {}});
        s.lane = at->second;
    }
}

// What is under way already, of an earlier graph or an earlier DC, is that action.
void Transition::take_up_flights(const State& state) {
    std::map<std::string, std::string> flying;  // identity -> order id
    for (const auto& [id, order] : state.in_flight) flying[crmd::identity(order)] = id;
    for (const policy::Action& a : plan_->graph.actions) {
        if (a.kind == policy::ActionKind::fencing) {
            for (const auto& [id, record] : state.fencing) {
                const bool same = is_unfencing(record) == (fence_action_of(a) == "on");
                if (record.target() == a.node && same && is_open(record)) ordered(a, id);
            }
        } else if (const auto same = flying.find(step(a.id).identity); same != flying.end()) {
            ordered(a, same->second);
        }
    }
}

// The one place where a step's progress changes: counts, lanes and successors follow.
void Transition::set(int id, Progress progress) {
    Step& s = step(id);
    const auto active = [](Progress p) { return p == Progress::given || p == Progress::in_flight; };
    if (active(s.progress)) --active_;
    if (active(progress)) ++active_;
    if (s.progress == Progress::waiting) lanes_[s.lane].open.erase({-action(id).priority, id});
    const bool newly_done = progress == Progress::done && s.progress != Progress::done;
    s.progress = progress;
    if (!newly_done) return;
    ++done_;
    for (int after : s.successors) {
        if (--step(after).missing == 0) opened(after);
    }
}

// All before it is done.  Pseudo actions pass at once.
void Transition::opened(int id) {
    Step& s = step(id);
    if (s.progress != Progress::waiting) return;
    if (action(id).kind == policy::ActionKind::pseudo) set(id, Progress::done);
    else lanes_[s.lane].open.emplace(-action(id).priority, id);
}

bool Transition::held_by_flight(const policy::Action& action, const State& state) const {
    const std::string& name = steps_[static_cast<std::size_t>(action.id)].identity;
    for (const auto& [id, order] : state.in_flight) {
        if (order.interval_ms() > 0) continue;  // can be cancelled at any time
        if (!action.resource.empty() && order.resource() == name_on_node(action)) {
            // Instances of an anonymous clone share a name; on different nodes they are different things.
            const bool one_thing = name_on_node(action) == action.resource;
            if (one_thing || order.node() == action.node) return true;
        }
        if (by_order_.count(id) != 0) continue;  // its successors in this graph wait for it by the graph
        const auto waited = waiters_.find(id);
        if (waited != waiters_.end() && waited->second.count(name) != 0) return true;
    }
    return false;
}

bool Transition::executor_is_here(const policy::Action& action, const State& state) const {
    if (action.kind != policy::ActionKind::resource) return true;
    const NodeFacts* node = state.node(executor_of(action));
    return node != nullptr && node->life == Life::up && node->joined;
}

// What each executor has to do already; "" is the sum.
std::map<std::string, Transition::Load> Transition::loads(const State& state) const {
    std::map<std::string, Load> loads;
    const auto add = [&](const std::string& node, const std::string& operation) {
        ++loads[node].jobs;
        ++loads[""].jobs;
        if (is_migration(operation)) ++loads[node].migrations;
    };
    for (const auto& [id, order] : state.in_flight) add(order.node(), order.operation());
    for (const auto& [id, index] : by_order_) {  // ordered, but not delivered yet
        if (state.in_flight.count(id) == 0 && takes_slot(action(index))) add(executor_of(action(index)), action(index).task);
    }
    return loads;
}

void Transition::pick(const Lane& lane, const State& state, const Limits& limits, Load load,
                      std::vector<const policy::Action*>& out) const {
    const bool slots = &lane != &lanes_.front();
    const NodeFacts* facts = slots ? state.node(lane.node) : nullptr;
    const int most = limits.node > 0 ? limits.node : static_cast<int>(facts != nullptr ? facts->jobs : 0);
    for (const auto& [priority, id] : lane.open) {
        if (slots && most > 0 && load.jobs >= most) return;
        const policy::Action& a = action(id);
        if (slots && is_migration(a.task) && limits.migrations >= 0 && load.migrations >= limits.migrations) continue;
        if (!executor_is_here(a, state) || held_by_flight(a, state)) continue;
        ++load.jobs;
        if (is_migration(a.task)) ++load.migrations;
        out.push_back(&a);
    }
}

std::vector<const policy::Action*> Transition::ready(const State& state, const Limits& limits) {
    std::vector<const policy::Action*> open, out;
    if (!plan_ || overtaken_) return out;
    auto busy = loads(state);
    for (const Lane& lane : lanes_) pick(lane, state, limits, busy[lane.node], open);
    std::sort(open.begin(), open.end(), [](const auto* a, const auto* b) { return std::pair{-a->priority, a->id} < std::pair{-b->priority, b->id}; });
    int& total = busy[""].jobs;
    for (const policy::Action* a : open) {
        if (takes_slot(*a) && limits.total > 0 && total >= limits.total) continue;
        if (takes_slot(*a)) ++total;
        set(a->id, Progress::given);
        out.push_back(a);
    }
    return out;
}

void Transition::ordered(const policy::Action& action, const std::string& id) {
    by_order_[id] = action.id;
    set(action.id, Progress::in_flight);
}

void Transition::put_back(const policy::Action& action) {
    set(action.id, Progress::waiting);
    if (step(action.id).missing == 0) opened(action.id);
}

void Transition::was_done(const std::string& name) {
    for (const policy::Action& a : plan_->graph.actions) {
        if (step(a.id).progress == Progress::waiting && step(a.id).identity == name) set(a.id, Progress::done);
    }
}

bool Transition::completed(const std::string& id, bool ok) {
    const auto at = by_order_.find(id);
    if (at == by_order_.end()) return false;
    const int which = at->second;
    by_order_.erase(at);
    // It was in flight when this graph came, and the graph wanted something else first: that graph is of the past.
    overtaken_ |= step(which).missing != 0;
    set(which, ok ? Progress::done : Progress::failed);
    return true;
}

const policy::Action* Transition::action_of(const std::string& order_id) const {
    const auto at = by_order_.find(order_id);
    return at == by_order_.end() ? nullptr : &action(at->second);
}

std::string Transition::why_waiting() const {
    if (!plan_) return "";
    for (const policy::Action& a : plan_->graph.actions) {
        if (steps_[static_cast<std::size_t>(a.id)].progress != Progress::waiting || a.kind == policy::ActionKind::pseudo) continue;
        return a.task + " " + (a.resource.empty() ? a.node : a.resource + " on " + a.node) +
               " waits for what is before it";
    }
    return "";
}

}  // namespace muster::crmd
