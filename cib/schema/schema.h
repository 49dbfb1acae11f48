// Is a document a CIB?  Validation against our RELAX NG schema, semantic checks, and upgrade of older documents.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/xml/element.h"
#include "cib/change/references.h"

namespace muster::cib {

// Grammar, ids and references.  Empty: the document is valid.  Older schemas' words are accepted.
std::vector<Complaint> validate(const xml::Element& cib);

struct Finding {
    enum class Level { warning, error };
    Level level = Level::error;
    std::string text;
};
// What a valid document asks for that makes no sense: unknown resources in constraints, resources without fencing, ...
std::vector<Finding> verify(const xml::Element& cib);

struct Upgrade {
    xml::Element document;
    std::vector<std::string> changes;  // one sentence for each thing that was changed
};
// To today's schema, whatever the older one was.
Result<Upgrade> upgrade(const xml::Element& cib);
inline constexpr std::string_view kNewestSchema = "pacemaker-4.0";

}  // namespace muster::cib
