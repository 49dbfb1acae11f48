#include "tools/classic/attribute_scope.h"

#include <cctype>
#include <regex>

#include "cib/change/operation.h"

namespace muster::classic {
namespace {

using xml::Element;

const Element* holder_of(const Element& cib, const AttributeScope& scope) {
    const Element* section = cib::find_section(cib, scope.section == "tickets" ? "status" : scope.section);
    if (!section) return nullptr;
    if (scope.section == "nodes") return section->child("node", scope.node_id);
    if (scope.section == "tickets") return section->child("tickets");
    if (scope.section != "status") return section;
    const Element* state = section->child("node_state", scope.node_id);
    return state ? state->child("transient_attributes") : nullptr;
}

// Wraps what is to be changed in the elements that lead to it.
Element wrap(const AttributeScope& scope, Element set) {
    if (scope.section == "nodes") {
        Element node{"node", {{"id", scope.node_id}}};
        node.add(std::move(set));
        Element nodes{"nodes"};
        nodes.add(std::move(node));
        return nodes;
    }
    if (scope.section == "status") {
        Element transient{"transient_attributes", {{"id", scope.node_id}}};
        transient.add(std::move(set));
        Element state{"node_state", {{"id", scope.node_id}}};
        state.add(std::move(transient));
        return state;
    }
    Element section{scope.section};
    section.add(std::move(set));
    return section;
}

}  // namespace

std::vector<const Element*> sets_of(const Element& cib, const AttributeScope& scope) {
    const Element* holder = holder_of(cib, scope);
    if (!holder) return {};
    std::vector<const Element*> sets;
    for (const Element* set : holder->children_named(scope.block)) {
        if (scope.only_set.empty() || set->id() == scope.only_set) sets.push_back(set);
    }
    return sets;
}

std::vector<FoundAttribute> find_attributes(const Element& cib, const AttributeScope& scope, const AttributeWanted& wanted) {
    std::vector<FoundAttribute> found;
    std::regex pattern;
    if (!wanted.pattern.empty()) pattern = std::regex{wanted.pattern, std::regex::extended};
    for (const Element* set : sets_of(cib, scope)) {
        for (const Element* pair : set->children_named("nvpair")) {
            if (!wanted.id.empty() && pair->id() != wanted.id) continue;
            if (!wanted.name.empty() && pair->get("name") != wanted.name) continue;
            if (!wanted.pattern.empty() && !std::regex_search(pair->get("name"), pattern)) continue;
            found.push_back({pair->id(), pair->get("name"), pair->get("value"), set->id()});
        }
    }
    return found;
}

std::string node_id_of(const Element& cib, const std::string& name) {
    if (const Element* nodes = cib::find_section(cib, "nodes")) {
        for (const Element* n : nodes->children_named("node")) {
            if (n->get("uname") == name) return n->id();
        }
    }
    if (const Element* status = cib.child("status")) {
        for (const Element* n : status->children_named("node_state")) {
            if (n->get("uname") == name) return n->id();
        }
    }
    const Element* resources = cib::find_section(cib, "resources");
    const Element* remote = resources ? resources->find_by_id(name) : nullptr;
    return remote && remote->get("type") == "remote" && remote->get("provider") == "pacemaker" ? name : std::string{};
}

std::string as_id(std::string text) {
    for (char& c : text) {
        const auto u = static_cast<unsigned char>(c);
        if (!std::isalnum(u) && u < 0x80 && c != '-' && c != '_' && c != '.') c = '.';
    }
    return text;
}

cib::Operation set_operation(const AttributeScope& scope, const std::string& name, const std::string& value,
                             const FoundAttribute* found) {
    cib::Operation op;
    op.verb = cib::Verb::modify;
    op.expand_score = true;
    op.allow_create = scope.section == "rsc_defaults" || scope.section == "op_defaults";
    op.section = scope.section == "tickets" ? "status" : scope.section;
    const std::string set_id = found ? found->set_id : scope.set_id;
    const std::string id = found ? found->id : as_id(set_id + "-" + name);
    Element pair{"nvpair", {{"id", id}, {"name", found ? found->name : name}, {"value", value}}};
    Element set{scope.block, {{"id", set_id}}};
    set.add(std::move(pair));
    op.input = wrap(scope, std::move(set));
    return op;
}

cib::Operation delete_operation(const AttributeScope& scope, const FoundAttribute& found) {
    cib::Operation op;
    op.verb = cib::Verb::remove;
    op.section = scope.section == "tickets" ? "status" : scope.section;
    op.input = Element{"nvpair", {{"id", found.id}, {"name", found.name}}};
    return op;
}

}  // namespace muster::classic
