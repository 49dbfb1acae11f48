// The nodes that a CIB knows, members first, then guests and remotes.
#pragma once

#include <string>
#include <vector>

#include "base/xml/element.h"

namespace muster::classic {

struct ListedNode {
    std::string name;
    std::string id;
    std::string kind;  // cluster guest remote
};
std::vector<ListedNode> nodes_of(const xml::Element& cib);

}  // namespace muster::classic
