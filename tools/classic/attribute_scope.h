// Where options and node attributes stand in the CIB, and how they are found and changed there.
#pragma once

#include <string>
#include <vector>

#include "base/xml/element.h"
#include "tools/classic/store.h"

namespace muster::classic {

struct AttributeScope {
    std::string section;          // crm_config nodes status rsc_defaults op_defaults tickets
    std::string block;            // cluster_property_set instance_attributes utilization meta_attributes
    std::string set_id;           // where a new one goes
    std::string node_id;          // nodes, status
    std::string node_name;
    std::string only_set;         // -s: look only there; empty: anywhere in the scope
};

struct FoundAttribute {
    std::string id;
    std::string name;
    std::string value;
    std::string set_id;
};

// Either name or pattern (extended regular expression) or id.
struct AttributeWanted {
    std::string name;
    std::string pattern;
    std::string id;
    bool any() const { return name.empty() && pattern.empty() && id.empty(); }
};

std::vector<FoundAttribute> find_attributes(const xml::Element& cib, const AttributeScope& scope, const AttributeWanted& wanted);

// id of the node with that name: nodes section, status, or a remote node's resource; empty: unknown.
std::string node_id_of(const xml::Element& cib, const std::string& name);
// Characters that an id may not have become dots.
std::string as_id(std::string text);

// The update that sets name=value: in the found place, or in the scope's set.
cib::Operation set_operation(const AttributeScope& scope, const std::string& name, const std::string& value, const FoundAttribute* found);
cib::Operation delete_operation(const AttributeScope& scope, const FoundAttribute& found);

// Sets of the scope in their order.
std::vector<const xml::Element*> sets_of(const xml::Element& cib, const AttributeScope& scope);

}  // namespace muster::classic
