// Statements of the language become changes of a configuration.  Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/xml/element.h"
#include "tools/crm/lang/parse.h"

namespace muster::crm {

enum class ApplyMode {
    define,  // typed: a new object must not exist yet; options and node attributes are merged
    update,  // load update: objects are made or replaced; options are merged
    replace  // edited text: objects are made or replaced, options too
};

struct Applied {
    xml::Element configuration;
    std::set<std::string> touched;  // ids of the objects
};

// All of them or none; the order of the statements does not matter.
Result<Applied> apply(const xml::Element& configuration, std::vector<Statement> statements, ApplyMode mode);

// Takes objects out.  References to them go with them: constraints, set members, tag entries; a container's members
// stay, an empty group goes.
Result<xml::Element> remove_objects(const xml::Element& configuration, const std::vector<std::string>& ids,
                                    std::vector<std::string>& also_removed);

Result<xml::Element> rename_object(const xml::Element& configuration, const std::string& from, const std::string& to);

// Every id-ref leads to an element of the same name; an object's id stands for its first part of that kind.
Result<void> resolve_references(xml::Element& configuration);

}  // namespace muster::crm
