// date_expression: in_range, gt, lt, date_spec (Pacemaker Explained, "Date/Time Expressions").
#pragma once

#include "base/xml/element.h"
#include "cib/rules/context.h"
#include "cib/rules/iso8601.h"

namespace muster::cib {

bool date_expression(const xml::Element& expression, const EvalContext& context);

// <date_spec>: each given field must hold the moment's value.
bool date_spec_matches(const xml::Element& spec, const CivilTime& t);
// <duration> of an in_range expression.
CalendarDuration duration_of(const xml::Element& duration);

}  // namespace muster::cib
