#include "crmd/core/state.h"

namespace muster::crmd {

NodeFacts* State::node(const std::string& name) {
    for (auto& [id, facts] : nodes) {
        if (facts.name == name) return &facts;
    }
    return nullptr;
}
const NodeFacts* State::node(const std::string& name) const { return const_cast<State*>(this)->node(name); }

const NodeFacts* State::node(NodeId id) const {
    const auto at = nodes.find(id);
    return at == nodes.end() ? nullptr : &at->second;
}

bool is_open(const wire::FencingRecord& record) { return record.state() == "assigned" || record.state() == "begun"; }
bool is_unfencing(const wire::FencingRecord& record) { return record.action() == "on"; }

Quorum quorum_of(const State& state, NodeId speaker) {
    const NodeFacts* node = state.node(speaker);
    if (node == nullptr || node->quorum_ring != state.ring || state.ring == cluster::RingId{}) return Quorum::unknown;
    return node->quorate ? Quorum::yes : Quorum::no;
}

}  // namespace muster::crmd
