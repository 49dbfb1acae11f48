// Modify: an element is merged into the one that has its name and id.
#pragma once

#include <optional>
#include <string>

#include "base/xml/element.h"
#include "base/xml/xpath.h"

namespace muster::cib {

// "name++" and "name+=N" as a value mean arithmetic on the attribute `name`'s present value (scores: clipped to
// infinity); anything else stands for itself.
std::string expand_value(const xml::Element& target, const std::string& name, const std::string& value);

// Attributes of `update` are set, children merged by name and id or added.
void merge(xml::Element& target, const xml::Element& update, bool expand);

// Where below `root` (itself included) the element with the name and id of `pattern` is; all_attributes: those must be
// equal, too.  Depth first.  Without an id the first of that name.
std::optional<xml::Path> find_like(const xml::Element& root, const xml::Element& pattern, bool all_attributes);

}  // namespace muster::cib
