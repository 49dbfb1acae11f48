#include "crmd/core/status.h"

#include <cctype>

namespace muster::crmd {
namespace {

// As Pacemaker makes them: what an XML id may not have becomes a dot.
std::string id_of(const NodeFacts& node, const std::string& name) {
    std::string id = "status-" + std::to_string(node.id) + "-" + name;
    for (char& c : id) {
        if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_') c = '.';
    }
    return id;
}

xml::Element transient_of(const NodeFacts& node) {
    xml::Element transient{"transient_attributes"};
    transient.set("id", std::to_string(node.id));
    xml::Element& set = transient.add(xml::Element{"instance_attributes"});
    set.set("id", "status-" + std::to_string(node.id));
    for (const auto& [name, value] : node.attributes) {
        xml::Element& pair = set.add(xml::Element{"nvpair"});
        pair.set("id", id_of(node, name));
        pair.set("name", name);
        pair.set("value", value);
    }
    return transient;
}

// A node whose crmd is away for a moment still counts as a member: what runs there runs on.
void set_life(cib::NodeState& s, const NodeFacts& node) {
    const bool member = node.life == Life::up || node.life == Life::crmd_lost;
    s.in_ccm = member ? "true" : "false";
    s.crmd = member ? "online" : "offline";
    if (!member) s.join = "down";
    else if (node.joined || !node.history.empty() || node.life == Life::crmd_lost) s.join = "member";
    else s.join = "pending";
    s.expected = node.life == Life::down ? "down" : "member";
}

cib::NodeState node_state(const NodeFacts& node) {
    cib::NodeState s;
    s.id = std::to_string(node.id);
    s.uname = node.name;
    set_life(s, node);
    if (!node.attributes.empty()) s.transient = transient_of(node);
    s.has_lrm = true;
    s.lrm_id = s.id;
    for (const auto& [id, history] : node.history) s.history.push_back(history);
    return s;
}

}  // namespace

cib::Status status_of(const State& state) {
    cib::Status status;
    for (const auto& [id, node] : state.nodes) {
        if (node.name.empty() || node.life == Life::unseen) continue;
        status.nodes.push_back(node_state(node));
    }
    for (const std::string& name : state.absent) {
        if (state.node(name) != nullptr) continue;
        NodeFacts off;
        off.name = name;
        off.life = Life::down;
        status.nodes.push_back(node_state(off));
        status.nodes.back().id = name;
    }
    return status;
}

void stamp(cib::Cib& cib, const State& state, NodeId dc) {
    cib.set("have-quorum", quorum_of(state, dc) == Quorum::yes ? "1" : "0");
    if (dc != 0) cib.set("dc-uuid", std::to_string(dc));
}

}  // namespace muster::crmd
