// Writing a CIB back.
#pragma once

#include <string>

#include "base/xml/element.h"
#include "cib/model/cib.h"

namespace muster::cib {

xml::Element to_element(const OpRecord& op);
xml::Element to_element(const NodeState& node);
xml::Element to_element(const Status& status);
xml::Element to_element(const Cib& cib);
// Pretty-printed, ends with a newline.
std::string write(const Cib& cib);

}  // namespace muster::cib
