// From an action of the graph to the message that everybody hears.
#include "crmd/core/coordinator_impl.h"
#include "crmd/core/history.h"

#include "base/digest.h"
#include "base/text.h"

namespace muster::crmd {
namespace {

const std::string* find(const policy::Action& action, std::string_view name) {
    for (const auto& [key, value] : action.attributes) {
        if (key == name) return &value;
    }
    return nullptr;
}

std::string text(const policy::Action& action, std::string_view name) {
    const std::string* found = find(action, name);
    return found != nullptr ? *found : std::string{};
}

// The shape of a UUID, made of the cluster's number: the same on all nodes for ever.
std::string uuid_of(std::uint64_t cluster) {
    const std::string hex = to_hex(cluster) + to_hex(hash64("transition", cluster));
    return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" + hex.substr(20, 12);
}

}  // namespace

std::string Coordinator::Impl::next_id() {
    const auto& term = replica_.era().term;
    std::string era = acting_ ? "acting" + std::to_string(self_) + "." + std::to_string(settings_.incarnation) : to_string(term);
    return era + "." + std::to_string(++counter_);
}

void Coordinator::Impl::dispatch() {
    Limits limits;
    limits.total = static_cast<int>(parse_int(property("batch-limit", "0")).value_or(0));
    limits.node = static_cast<int>(parse_int(property("node-action-limit", "0")).value_or(0));
    limits.migrations = static_cast<int>(parse_int(property("migration-limit", "-1")).value_or(-1));
    for (const policy::Action* action : transition_.ready(state_, limits)) {
        switch (action->kind) {
            case policy::ActionKind::resource: order(*action); break;
            case policy::ActionKind::fencing: order_fencing(*action); break;
            case policy::ActionKind::cluster: order_cluster(*action); break;
            case policy::ActionKind::pseudo: break;
        }
    }
}

void Coordinator::Impl::order(const policy::Action& action) {
    if (action.task == "delete" || action.task == "lrm_delete") return order_cluster(action);
    const std::string id = next_id();
    wire::Wire w;
    wire::Order& o = *w.mutable_order();
    o.set_id(id);
    o.set_era_number(replica_.promised().number);
    o.set_node(action.router.empty() ? action.node : action.router);
    o.set_resource(name_on_node(action));
    o.set_history_id(name_on_node(action));
    o.set_klass(action.klass);
    o.set_provider(action.provider);
    o.set_type(action.type);
    o.set_operation(action.task);
    o.set_interval_ms(action.interval.count());
    o.set_timeout_ms(action.timeout.count() > 0 ? action.timeout.count() : 20'000);
    o.set_start_delay_ms(parse_int(text(action, "CRM_meta_start_delay")).value_or(0));
    o.set_expected_rc(action.expected_rc);
    o.set_operation_key(action.key);
    o.set_transition_key(std::to_string(action.id) + ":" + std::to_string(transition_.number()) + ":" +
                         std::to_string(action.expected_rc) + ":" + uuid_of(replica_.cluster_uuid()));
    const std::string& offset = transition_.plan()->graph.failed_start_offset;
    o.set_fatal(action.task == "stop" || (action.task == "start" && offset != "1" &&
                                          (offset == "INFINITY" || property("start-failure-is-fatal", "true") != "false")));
    o.set_stamp_us(now_.wall.us);
    o.set_migrate_source(text(action, "CRM_meta_migrate_source"));
    o.set_migrate_target(text(action, "CRM_meta_migrate_target"));
    for (const auto& [name, value] : action.attributes) {
        wire::Attribute* a = o.add_attributes();
        a->set_name(name);
        a->set_value(value);
    }
    transition_.ordered(action, id);
    deadlines_[id] = now_.monotonic + milliseconds{o.timeout_ms() + o.start_delay_ms()} + transition_.plan()->graph.cluster_delay;
    log(LogLevel::info, "order " + id + ": " + o.operation() + " " + o.resource() + " on " + o.node() +
                            (o.interval_ms() > 0 ? " every " + to_string(milliseconds{o.interval_ms()}) : ""));
    undelivered_[id] = now_.monotonic;
    broadcast(w);
}

void Coordinator::Impl::order_cluster(const policy::Action& action) {
    const std::string id = next_id();
    wire::Wire w;
    if (action.task == "clear_failcount") {
        wire::ClearFailCount& c = *w.mutable_clear_fail_count();
        c.set_resource(name_on_node(action));
        c.set_node(action.node);
        c.set_operation(text(action, "CRM_meta_operation"));
        c.set_interval_ms(parse_int(text(action, "CRM_meta_interval")).value_or(0));
        if (!c.operation().empty()) c.set_interval_ms(parse_int(text(action, "CRM_meta_op_interval")).value_or(c.interval_ms()));
        c.set_operation("");  // all failures of a resource expire together
        c.set_action_id(id);
    } else if (action.task == "lrm_delete" || action.task == "delete") {
        wire::Forget& f = *w.mutable_forget();
        f.set_resource(name_on_node(action));
        f.set_node(action.node);
        f.set_all_history(true);
        f.set_action_id(id);
    } else if (action.task == "do_shutdown") {
        w.mutable_may_leave()->set_node(action.node);
        w.mutable_may_leave()->set_action_id(id);
    } else {
        transition_.ordered(action, id);
        transition_.completed(id, true);  // nothing to be done for it (maintenance, ...)
        return;
    }
    transition_.ordered(action, id);
    broadcast(w);
}

}  // namespace muster::crmd
