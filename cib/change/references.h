// Ids are unique in the configuration, and what refers to an id must find it.
#pragma once

#include <string>
#include <vector>

#include "base/xml/element.h"

namespace muster::cib {

struct Complaint {
    std::string element;  // "rsc_order"
    std::string id;       // the element's id, or that of the nearest element above that has one
    std::string attribute;
    int line = 0;         // in the file it came from; 0: made here
    std::string text;     // one sentence in the operator's words
    bool fatal = true;    // false: the document is usable, but what this is about has no effect
};
std::string to_string(const Complaint& complaint);

// An id that two elements have, an id that is no XML name, an id-ref or IDREF that leads nowhere or to another kind of
// element.  `root` is <cib> or <configuration>.
std::vector<Complaint> check_references(const xml::Element& root);

}  // namespace muster::cib
