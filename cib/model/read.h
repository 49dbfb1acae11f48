// Reading a CIB: one pass of the parser straight into typed values.
#pragma once

#include <string_view>

#include "base/result.h"
#include "cib/model/cib.h"

namespace muster::cib {

// Well-formed XML whose root is <cib>; the content is not judged here (cib/schema does).
Result<Cib> read(std::string_view xml_bytes);
// From a tree made elsewhere.
Result<Cib> from_element(const xml::Element& cib);

}  // namespace muster::cib
