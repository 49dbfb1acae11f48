// The verdict: libxml2's RELAX NG validator on our schema.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/xml/element.h"

namespace muster::cib {

// muster-cib.rng as it was compiled in.
std::string_view schema_text();

struct RawComplaint {
    std::string element;
    int line = 0;
    std::string text;  // libxml2's words
};
// Empty: valid.
std::vector<RawComplaint> check_grammar(const xml::Element& cib);

}  // namespace muster::cib
