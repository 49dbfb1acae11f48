// From elements of the CIB back to the configuration language: what is printed can be read again.
#pragma once

#include <set>
#include <string>

#include "base/xml/element.h"
#include "tools/crm/lang/objects.h"

namespace muster::crm {

struct PrintOptions {
    bool hide_secrets = false;  // values of parameters named passw* become ******
    bool exact = false;         // also ids and names that were written by hand
    std::set<std::string> referenced;  // ids that an id-ref of the configuration leads to
};

// All targets of id-ref below `element`.
void collect_references(const xml::Element& element, std::set<std::string>& out);

// One statement, without a newline at its end; continuation lines begin with a tab.  What the language has no words
// for is printed as `xml <...>`.
std::string print(const Object& object, const PrintOptions& options);
// The whole configuration in the order of a listing.
std::string print_all(const xml::Element& configuration, PrintOptions options);

}  // namespace muster::crm
