// An element tree as a libxml2 document, for what only libxml2 does (XPath, RELAX NG).  For base/xml and cib/schema
// alone: nothing else includes libxml2.
#pragma once

#include <libxml/tree.h>

#include <memory>

#include "base/xml/element.h"

namespace muster::xml {

struct LibxmlDocumentFree {
    void operator()(xmlDoc* d) const noexcept { xmlFreeDoc(d); }
};
using LibxmlDocument = std::unique_ptr<xmlDoc, LibxmlDocumentFree>;

// Text stands before the children, as Element keeps it: positions among elements and comments are not disturbed.
// Nodes carry the lines of their elements.
LibxmlDocument to_libxml(const Element& root);

}  // namespace muster::xml
