// Rules: true or false, for a context (Pacemaker Explained, "Rules").
#pragma once

#include <string_view>

#include "base/xml/element.h"
#include "cib/rules/context.h"
#include "cib/rules/id_index.h"

namespace muster::cib {

// A <rule>: boolean-op over its expressions and nested rules, id-ref followed.
bool evaluate(const xml::Element& rule, const EvalContext& context, const IdIndex& index);

// One condition of a rule: expression, date_expression, rsc_expression, op_expression or a nested rule.
bool evaluate_condition(const xml::Element& condition, const EvalContext& context, const IdIndex& index);

// "1.2.10" is after "1.2.9".  Negative, 0, positive.
int compare_versions(std::string_view a, std::string_view b);

}  // namespace muster::cib
