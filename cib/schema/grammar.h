// The schema as a table of elements, made from muster-cib.rng itself: what error messages and completion need to know.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace muster::cib {

struct AttributeRule {
    std::string name;
    bool required = false;             // in every form of the element
    std::string type;                  // "score", "boolean", "integer", "id", ...; empty: any text
    std::vector<std::string> choices;  // the values there are; empty: see type
};

struct ElementRule {
    std::string name;
    bool anything = false;  // any attributes and children
    std::vector<AttributeRule> attributes;
    std::vector<std::string> children;

    const AttributeRule* attribute(const std::string& wanted) const;
};

// By element name.
const std::map<std::string, ElementRule>& grammar();

}  // namespace muster::cib
