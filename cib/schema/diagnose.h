// Finds what is wrong with an invalid document and says it in the operator's words.
#pragma once

#include <vector>

#include "base/xml/element.h"
#include "cib/change/references.h"

namespace muster::cib {

// May be empty for an invalid document: not all of RELAX NG is in the table.
std::vector<Complaint> diagnose(const xml::Element& cib);

}  // namespace muster::cib
