// Configuration text, whole: selection of objects, and text or XML back into a configuration.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "tools/crm/configure/apply.h"
#include "tools/crm/lang/objects.h"

namespace muster::crm {

// id, type:T, tag:T, related:ID, changed; words are joined by "or" unless "and" stands between them.
Result<std::vector<Object>> select(const xml::Element& configuration, const std::vector<std::string>& words,
                                   const std::set<std::string>& changed, bool exact);

// All statements of a text; the error tells line and token.
Result<std::vector<Statement>> parse_text(const std::string& text, const xml::Element& configuration);
// <cib>, <configuration> or a section: what `load xml` takes.
Result<xml::Element> parse_configuration_xml(const std::string& text);

xml::Element erased(const xml::Element& configuration, bool nodes_too);

}  // namespace muster::crm
