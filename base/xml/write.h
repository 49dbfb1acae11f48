// Writing XML.
#pragma once

#include <string>

#include "base/xml/element.h"

namespace muster::xml {

// Two blanks a level, a newline after each tag, attributes in their order: what people and crm_diff expect.
std::string write_pretty(const Element& element, int level = 0);
// No blanks between tags, no newline.
std::string write_compact(const Element& element);
// For attribute values: & < > " and control characters (newline as &#10;).
std::string escape(std::string_view text);

}  // namespace muster::xml
