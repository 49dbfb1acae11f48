#include "crmd/core/transition.h"

#include <algorithm>

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
    std::map<std::string, std::set<std::string>> kept;
    for (auto& [id, names] : waiters_) {
        if (state.in_flight.count(id) != 0) kept[id] = names;
    }
    waiters_ = std::move(kept);
    if (!plan_) return;
    const auto& actions = plan_->graph.actions;
    for (const auto& [id, index] : by_order_) {
        if (state.in_flight.count(id) == 0) continue;
        std::vector<char> after(actions.size(), 0);
        after[static_cast<std::size_t>(index)] = 1;
        bool grew = true;
        while (grew) {
            grew = false;
            for (const policy::Action& a : actions) {
                char& mark = after[static_cast<std::size_t>(a.id)];
                if (mark != 0) continue;
                if (std::none_of(a.after.begin(), a.after.end(), [&](int f) { return after[static_cast<std::size_t>(f)] != 0; })) continue;
                mark = 1;
                grew = true;
                waiters_[id].insert(identity(a));
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
    states_.assign(plan_->graph.actions.size(), Progress::waiting);
    std::map<std::string, std::string> flying;  // identity -> order id
    for (const auto& [id, order] : state.in_flight) flying[identity(order)] = id;
    for (const policy::Action& action : plan_->graph.actions) {
        Progress& progress = states_[static_cast<std::size_t>(action.id)];
        if (action.kind == policy::ActionKind::fencing) {
            for (const auto& [id, record] : state.fencing) {
                const bool same = is_unfencing(record) == (fence_action_of(action) == "on");
                if (record.target() != action.node || !same || !is_open(record)) continue;
                progress = Progress::in_flight;
                by_order_[id] = action.id;
            }
        } else if (const auto same = flying.find(identity(action)); same != flying.end()) {
            progress = Progress::in_flight;
            by_order_[same->second] = action.id;
        }
    }
    pass_pseudo();
}

bool Transition::held_by_flight(const policy::Action& action, const State& state) const {
    const std::string name = identity(action);
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

bool Transition::runnable(const policy::Action& action, const State& state) const {
    for (int before : action.after) {
        if (states_[static_cast<std::size_t>(before)] != Progress::done) return false;
    }
    if (held_by_flight(action, state)) return false;
    if (action.kind != policy::ActionKind::resource) return true;
    const NodeFacts* node = state.node(executor_of(action));
    return node != nullptr && node->life == Life::up && node->joined;
}

void Transition::pass_pseudo() {
    bool grew = true;
    while (grew) {
        grew = false;
        for (const policy::Action& action : plan_->graph.actions) {
            Progress& progress = states_[static_cast<std::size_t>(action.id)];
            if (action.kind != policy::ActionKind::pseudo || progress != Progress::waiting) continue;
            const bool open = std::all_of(action.after.begin(), action.after.end(),
                                          [&](int b) { return states_[static_cast<std::size_t>(b)] == Progress::done; });
            if (!open) continue;
            progress = Progress::done;
            grew = true;
        }
    }
}

std::vector<const policy::Action*> Transition::ready(const State& state, const Limits& limits) {
    std::vector<const policy::Action*> out;
    if (!plan_ || overtaken_) return out;
    std::map<std::string, int> busy, migrating;
    int total = 0;
    for (const auto& [id, order] : state.in_flight) {
        ++busy[order.node()];
        ++total;
        if (is_migration(order.operation())) ++migrating[order.node()];
    }
    for (const auto& [id, index] : by_order_) {  // ordered, but not delivered yet
        const policy::Action& action = plan_->graph.actions[static_cast<std::size_t>(index)];
        if (state.in_flight.count(id) != 0 || !takes_slot(action)) continue;
        ++busy[executor_of(action)];
        ++total;
        if (is_migration(action.task)) ++migrating[executor_of(action)];
    }
    std::vector<const policy::Action*> open;
    for (const policy::Action& action : plan_->graph.actions) {
        if (states_[static_cast<std::size_t>(action.id)] == Progress::waiting && runnable(action, state)) open.push_back(&action);
    }
    std::stable_sort(open.begin(), open.end(), [](const auto* a, const auto* b) { return a->priority > b->priority; });
    for (const policy::Action* action : open) {
        if (takes_slot(*action)) {
            const std::string& node = executor_of(*action);
            const NodeFacts* facts = state.node(node);
            const int most = limits.node > 0 ? limits.node : static_cast<int>(facts != nullptr ? facts->jobs : 0);
            if (limits.total > 0 && total >= limits.total) continue;
            if (most > 0 && busy[node] >= most) continue;
            if (is_migration(action->task) && limits.migrations >= 0 && migrating[node] >= limits.migrations) continue;
            ++busy[node];
            ++total;
            if (is_migration(action->task)) ++migrating[node];
        }
        states_[static_cast<std::size_t>(action->id)] = Progress::given;
        out.push_back(action);
    }
    return out;
}

void Transition::ordered(const policy::Action& action, const std::string& id) {
    by_order_[id] = action.id;
    states_[static_cast<std::size_t>(action.id)] = Progress::in_flight;
}

void Transition::put_back(const policy::Action& action) {
    states_[static_cast<std::size_t>(action.id)] = Progress::waiting;
}

void Transition::was_done(const std::string& name) {
    for (const policy::Action& action : plan_->graph.actions) {
        Progress& progress = states_[static_cast<std::size_t>(action.id)];
        if (progress == Progress::waiting && identity(action) == name) progress = Progress::done;
    }
    pass_pseudo();
}

bool Transition::completed(const std::string& id, bool ok) {
    const auto at = by_order_.find(id);
    if (at == by_order_.end()) return false;
    const policy::Action& action = plan_->graph.actions[static_cast<std::size_t>(at->second)];
    states_[static_cast<std::size_t>(action.id)] = ok ? Progress::done : Progress::failed;
    // It was in flight when this graph came, and the graph wanted something else first: that graph is of the past.
    overtaken_ |= std::any_of(action.after.begin(), action.after.end(),
                              [&](int b) { return states_[static_cast<std::size_t>(b)] != Progress::done; });
    by_order_.erase(at);
    pass_pseudo();
    return true;
}

const policy::Action* Transition::action_of(const std::string& order_id) const {
    const auto at = by_order_.find(order_id);
    return at == by_order_.end() ? nullptr : &plan_->graph.actions[static_cast<std::size_t>(at->second)];
}

std::size_t Transition::done() const {
    return static_cast<std::size_t>(std::count(states_.begin(), states_.end(), Progress::done));
}

bool Transition::idle() const {
    return by_order_.empty() && std::none_of(states_.begin(), states_.end(), [](Progress p) { return p == Progress::given || p == Progress::in_flight; });
}

std::string Transition::why_waiting() const {
    if (!plan_) return "";
    for (const policy::Action& action : plan_->graph.actions) {
        if (states_[static_cast<std::size_t>(action.id)] != Progress::waiting || action.kind == policy::ActionKind::pseudo) continue;
        return action.task + " " + (action.resource.empty() ? action.node : action.resource + " on " + action.node) +
               " waits for what is before it";
    }
    return "";
}

}  // namespace muster::crmd
