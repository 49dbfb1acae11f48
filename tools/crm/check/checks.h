// What a change is checked for before it is stored: references, agents and their parameters, operations, options.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/xml/element.h"

namespace muster::crm {

struct Finding {
    bool error = false;  // else a warning
    std::string text;
};

struct CheckOptions {
    bool agents = true;  // ask agents for their meta-data
};

// `touched`: the objects to be judged; empty: all.
std::vector<Finding> check(const xml::Element& configuration, const std::set<std::string>& touched,
                           const CheckOptions& options = {});

// A cluster property or meta attribute that we know.
struct OptionRule {
    const char* name;
    const char* type;  // boolean, duration, integer, score, percentage, enum, text
    const char* values;  // of an enum, separated by |
    const char* otherwise;  // default
    const char* text;
};
const std::vector<OptionRule>& property_rules();
const std::vector<OptionRule>& meta_rules();
const OptionRule* find_rule(const std::vector<OptionRule>& rules, std::string_view name);
// Empty if the value fits, else what was expected.
std::string misfit(const OptionRule& rule, const std::string& value);

}  // namespace muster::crm
