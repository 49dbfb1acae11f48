// Fence devices and topology levels of the configuration, in fenced's words.
#include "base/text.h"
#include "crmd/core/coordinator_impl.h"

namespace muster::crmd {
namespace {

void collect(const xml::Element& at, const xml::Element& resources, const State& state, const std::string& node,
             fencing::proto::Configure& out) {
    for (const xml::Element& e : at.children()) {
        if (e.name() == "group" || e.name() == "clone" || e.name() == "master") collect(e, resources, state, node, out);
        if (e.name() != "primitive") continue;
        const xml::Element* from = &e;
        if (e.has("template")) {
            if (const xml::Element* t = resources.child("template", e.get("template")); t != nullptr) from = t;
        }
        if ((e.has("class") ? e : *from).get("class") != "stonith") continue;
        fencing::proto::Device& d = *out.add_devices();
        d.set_id(e.id());
        d.set_agent((e.has("type") ? e : *from).get("type"));
        std::map<std::string, std::string> parameters;
        for (const xml::Element* source : {&e, from}) {
            for (const xml::Element* set : source->children_named("instance_attributes")) {
                for (const xml::Element* pair : set->children_named("nvpair")) parameters.emplace(pair->get("name"), pair->get("value"));
            }
        }
        for (const auto& [name, value] : parameters) {
            auto* p = d.add_parameters();
            p->set_name(name);
            p->set_value(value);
        }
        const NodeFacts* me = state.node(node);
        const auto history = me != nullptr ? me->history.find(e.id()) : std::map<std::string, cib::ResourceHistory>::const_iterator{};
        if (me == nullptr || history == me->history.end()) continue;
        for (const auto& op : history->second.ops) {
            if (op.id == e.id() + "_last_0") d.set_runs_here((op.operation == "start" || op.operation == "monitor") && op.rc == 0);
        }
    }
}

}  // namespace

fencing::proto::Configure devices_of(const cib::Cib& cib, const State& state, const std::string& node) {
    fencing::proto::Configure out;
    if (const xml::Element* resources = cib.section("resources"); resources != nullptr) collect(*resources, *resources, state, node, out);
    if (const xml::Element* topology = cib.section("fencing-topology"); topology != nullptr) {
        for (const xml::Element* level : topology->children_named("fencing-level")) {
            fencing::proto::Level& l = *out.add_levels();
            l.set_target(level->get("target"));
            l.set_target_pattern(level->get("target-pattern"));
            l.set_target_attribute(level->get("target-attribute"));
            l.set_target_value(level->get("target-value"));
            l.set_index(static_cast<std::uint32_t>(parse_int(level->get("index")).value_or(1)));
            for (const auto device : split(level->get("devices"), ',')) l.add_devices(std::string{trim(device)});
        }
    }
    const xml::Element* crm_config = cib.section("crm_config");
    if (crm_config == nullptr) return out;
    for (const xml::Element& set : crm_config->children()) {
        for (const xml::Element& pair : set.children()) {
            const std::string& name = pair.get("name");
            if (name == "stonith-action" || name == "fencing-action") out.set_default_action(pair.get("value"));
            if (name != "stonith-timeout" && name != "fencing-timeout") continue;
            if (const auto timeout = parse_interval(pair.get("value")); timeout) out.set_default_timeout_ms(timeout->count());
        }
    }
    return out;
}

}  // namespace muster::crmd
