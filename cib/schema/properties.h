// The cluster's properties (Pacemaker Explained, "Cluster Options"): names, older names, types, defaults.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/xml/element.h"

namespace muster::cib {

struct Property {
    std::string_view name;
    std::string_view older;    // a name that means the same; empty: none
    std::string_view type;     // boolean integer score time percentage enum text
    std::string_view fallback; // the value without an entry; empty: the cluster sets it
    std::string_view choices;  // of an enum, separated by blanks
    std::string_view about;    // one line
};
const std::vector<Property>& properties();
// By its own or its older name.
const Property* find_property(std::string_view name);
// Empty: the value fits; else what was expected.
std::string expected_of(const Property& property, std::string_view value);

// The value in force in crm_config: sets by score, cib-bootstrap-options first; rules are left aside (sets with a rule do
// not count); the property's default where no set has it.
std::string property_value(const xml::Element& cib, std::string_view name);

}  // namespace muster::cib
