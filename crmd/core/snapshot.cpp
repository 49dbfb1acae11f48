#include "crmd/core/snapshot.h"

namespace muster::crmd {
namespace {

wire::OpRecord encode(const cib::OpRecord& r) {
    wire::OpRecord w;
    w.set_id(r.id);
    w.set_operation_key(r.operation_key);
    w.set_operation(r.operation);
    w.set_transition_key(r.transition_key);
    w.set_transition_magic(r.transition_magic);
    w.set_exit_reason(r.exit_reason);
    w.set_on_node(r.on_node);
    w.set_crm_feature_set(r.crm_feature_set);
    w.set_crm_debug_origin(r.crm_debug_origin);
    w.set_op_digest(r.op_digest);
    w.set_op_restart_digest(r.op_restart_digest);
    w.set_op_force_restart(r.op_force_restart);
    w.set_op_secure_digest(r.op_secure_digest);
    w.set_op_secure_params(r.op_secure_params);
    w.set_migrate_source(r.migrate_source);
    w.set_migrate_target(r.migrate_target);
    w.set_last_rc_change(r.last_rc_change);
    w.set_interval_ms(r.interval_ms);
    w.set_exec_time_ms(r.exec_time_ms);
    w.set_queue_time_ms(r.queue_time_ms);
    w.set_call_id(r.call_id);
    w.set_rc(r.rc);
    w.set_op_status(r.op_status);
    return w;
}

cib::OpRecord decode(const wire::OpRecord& w) {
    cib::OpRecord r;
    r.id = w.id();
    r.operation_key = w.operation_key();
    r.operation = w.operation();
    r.transition_key = w.transition_key();
    r.transition_magic = w.transition_magic();
    r.exit_reason = w.exit_reason();
    r.on_node = w.on_node();
    r.crm_feature_set = w.crm_feature_set();
    r.crm_debug_origin = w.crm_debug_origin();
    r.op_digest = w.op_digest();
    r.op_restart_digest = w.op_restart_digest();
    r.op_force_restart = w.op_force_restart();
    r.op_secure_digest = w.op_secure_digest();
    r.op_secure_params = w.op_secure_params();
    r.migrate_source = w.migrate_source();
    r.migrate_target = w.migrate_target();
    r.last_rc_change = w.last_rc_change();
    r.interval_ms = w.interval_ms();
    r.exec_time_ms = w.exec_time_ms();
    r.queue_time_ms = w.queue_time_ms();
    r.call_id = w.call_id();
    r.rc = w.rc();
    r.op_status = w.op_status();
    return r;
}

template <typename Map, typename Add>
void put_all(const Map& map, Add add) {
    for (const auto& [name, value] : map) {
        wire::Attribute* a = add();
        a->set_name(name);
        a->set_value(value);
    }
}

void encode_into(wire::NodeFacts& w, const NodeFacts& n) {
    w.set_id(n.id);
    w.set_name(n.name);
    w.set_boot_id(n.boot_id);
    w.set_life(static_cast<std::uint32_t>(n.life));
    w.set_joined(n.joined);
    w.set_shutting_down(n.shutting_down);
    w.set_jobs(n.jobs);
    w.set_ring_representative(n.quorum_ring.representative);
    w.set_ring_sequence(n.quorum_ring.sequence);
    w.set_quorate(n.quorate);
    put_all(n.attributes, [&] { return w.add_attributes(); });
    put_all(n.private_attributes, [&] { return w.add_private_attributes(); });
    for (const auto& [id, h] : n.history) {
        wire::ResourceHistory* wh = w.add_history();
        wh->set_id(h.id);
        wh->set_type(h.type);
        wh->set_klass(h.klass);
        wh->set_provider(h.provider);
        for (const auto& op : h.ops) *wh->add_ops() = encode(op);
    }
    for (const auto& [key, order] : n.recurring) {
        wire::Recurring* r = w.add_recurring();
        r->set_resource(key.resource);
        r->set_operation(key.operation);
        r->set_interval_ms(key.interval_ms);
        r->set_action_id(order.id());
        *r->mutable_order() = order;
    }
}

NodeFacts decode(const wire::NodeFacts& w) {
    NodeFacts n;
    n.id = w.id();
    n.name = w.name();
    n.boot_id = w.boot_id();
    n.life = static_cast<Life>(w.life());
    n.joined = w.joined();
    n.shutting_down = w.shutting_down();
    n.jobs = w.jobs();
    n.quorum_ring = {w.ring_representative(), w.ring_sequence()};
    n.quorate = w.quorate();
    for (const auto& a : w.attributes()) n.attributes[a.name()] = a.value();
    for (const auto& a : w.private_attributes()) n.private_attributes[a.name()] = a.value();
    for (const auto& wh : w.history()) {
        cib::ResourceHistory& h = n.history[wh.id()];
        h.id = wh.id();
        h.type = wh.type();
        h.klass = wh.klass();
        h.provider = wh.provider();
        for (const auto& op : wh.ops()) h.ops.push_back(decode(op));
    }
    for (const auto& r : w.recurring()) n.recurring[{r.resource(), r.operation(), r.interval_ms()}] = r.order();
    return n;
}

}  // namespace

wire::State encode(const State& state) {
    wire::State w;
    for (const auto& [id, node] : state.nodes) encode_into(*w.add_nodes(), node);
    for (const auto& [id, order] : state.in_flight) *w.add_in_flight() = order;
    for (const auto& [id, record] : state.fencing) *w.add_fencing() = record;
    w.set_started(state.started);
    for (const std::string& name : state.absent) w.add_absent(name);
    w.set_ring_representative(state.ring.representative);
    w.set_ring_sequence(state.ring.sequence);
    w.set_era_number(state.era_number);
    w.set_dc(state.dc);
    return w;
}

State decode(const wire::State& w) {
    State state;
    for (const auto& node : w.nodes()) state.nodes[node.id()] = decode(node);
    for (const auto& order : w.in_flight()) state.in_flight[order.id()] = order;
    for (const auto& record : w.fencing()) state.fencing[record.id()] = record;
    state.started = w.started();
    state.absent.insert(w.absent().begin(), w.absent().end());
    state.ring = {w.ring_representative(), w.ring_sequence()};
    state.era_number = w.era_number();
    state.dc = w.dc();
    return state;
}

}  // namespace muster::crmd
