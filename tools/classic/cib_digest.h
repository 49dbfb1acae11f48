// Digests of a whole CIB as Pacemaker makes them.
#pragma once

#include <string>

#include "base/xml/element.h"

namespace muster::classic {

std::string digest_on_disk(const xml::Element& cib);
std::string digest_on_wire(const xml::Element& cib);

}  // namespace muster::classic
