#include "cib/model/write.h"

#include <utility>

#include "base/xml/write.h"

namespace muster::cib {
namespace {

void put(xml::Element& e, const char* name, const std::string& value) {
    if (!value.empty()) e.edit_attributes().push_back({name, value});
}
void put(xml::Element& e, const char* name, std::int64_t value) {
    e.edit_attributes().push_back({name, std::to_string(value)});
}
void put_all(xml::Element& e, const std::vector<xml::Attribute>& list) {
    for (const auto& a : list) e.edit_attributes().push_back(a);
}

xml::Element to_element(const ResourceHistory& h) {
    xml::Element e{"lrm_resource"};
    put(e, "id", h.id);
    put(e, "class", h.klass);
    put(e, "provider", h.provider);
    put(e, "type", h.type);
    put(e, "container", h.container);
    put_all(e, h.extra);
    for (const auto& op : h.ops) e.add(cib::to_element(op));
    return e;
}

}  // namespace

xml::Element to_element(const OpRecord& op) {
    xml::Element e{"lrm_rsc_op"};
    e.edit_attributes().reserve(24);
    put(e, "id", op.id);
    put(e, "operation_key", op.operation_key);
    put(e, "operation", op.operation);
    put(e, "crm-debug-origin", op.crm_debug_origin);
    put(e, "crm_feature_set", op.crm_feature_set);
    put(e, "transition-key", op.transition_key);
    put(e, "transition-magic", op.transition_magic);
    put(e, "exit-reason", op.exit_reason);
    put(e, "on_node", op.on_node);
    put(e, "call-id", op.call_id);
    put(e, "rc-code", op.rc);
    put(e, "op-status", op.op_status);
    put(e, "interval", op.interval_ms);
    if (op.last_rc_change != 0) put(e, "last-rc-change", op.last_rc_change);
    if (op.exec_time_ms >= 0) put(e, "exec-time", op.exec_time_ms);
    if (op.queue_time_ms >= 0) put(e, "queue-time", op.queue_time_ms);
    put(e, "op-digest", op.op_digest);
    put(e, "op-force-restart", op.op_force_restart);
    put(e, "op-restart-digest", op.op_restart_digest);
    put(e, "op-secure-params", op.op_secure_params);
    put(e, "op-secure-digest", op.op_secure_digest);
    put(e, "migrate_source", op.migrate_source);
    put(e, "migrate_target", op.migrate_target);
    put_all(e, op.extra);
    return e;
}

xml::Element to_element(const NodeState& node) {
    xml::Element e{"node_state"};
    put(e, "id", node.id);
    put(e, "uname", node.uname);
    put(e, "in_ccm", node.in_ccm);
    put(e, "crmd", node.crmd);
    put(e, "join", node.join);
    put(e, "expected", node.expected);
    if (node.remote) put(e, "remote_node", std::string{"true"});
    put_all(e, node.extra);
    if (!node.transient.name().empty()) e.add(node.transient);
    if (node.has_lrm || !node.history.empty()) {
        xml::Element lrm{"lrm"};
        put(lrm, "id", node.lrm_id.empty() ? node.id : node.lrm_id);
        xml::Element resources{"lrm_resources"};
        for (const auto& h : node.history) resources.add(to_element(h));
        lrm.add(std::move(resources));
        e.add(std::move(lrm));
    }
    return e;
}

xml::Element to_element(const Status& status) {
    xml::Element e{"status"};
    for (const auto& n : status.nodes) e.add(to_element(n));
    for (const auto& other : status.others) e.add(other);
    return e;
}

xml::Element to_element(const Cib& cib) {
    xml::Element e{"cib", cib.attributes};
    e.add(cib.configuration);
    e.add(to_element(cib.status));
    return e;
}

std::string write(const Cib& cib) { return xml::write_pretty(to_element(cib)); }

}  // namespace muster::cib
