// XPath 1.0 on an element tree (libxml2 behind it).  Answers are places in the tree, so that they serve for reading
// and for editing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/xml/element.h"

namespace muster::xml {

// The way from the root to an element: index of the child at each level.  Empty: the root itself.
using Path = std::vector<std::size_t>;

struct Match {
    Path path;
    std::string attribute;  // the expression selected this attribute of the element; empty: the element
};

// In document order, each place once.  An expression that yields no elements or attributes (a number, a string) is an
// error, as is one that is not XPath.
Result<std::vector<Match>> select(const Element& root, std::string_view expression);

const Element& at(const Element& root, const Path& path);
Element& edit_at(Element& root, const Path& path);  // detaches the way there
void remove_at(Element& root, const Path& path);    // path is not empty

// The element's own XPath: /cib/configuration/resources/primitive[@id='web'].
std::string to_xpath(const Element& root, const Path& path);

}  // namespace muster::xml
