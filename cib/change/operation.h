// The CIB's operations (spec: the verbs of `cibadmin`), as one pure function: document in, document out.
//
// Used by crmd's request handler, by crm and by the classic tools on a file.  Nothing here judges sense or schema
// (cib/schema does) or rights (cib/change/acl.h does); ids and references are checked by cib/change/references.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/xml/element.h"
#include "cib/model/cib.h"

namespace muster::cib {

enum class Verb {
    query,       // result: the section or what the XPath selects
    create,      // input goes below the section; ids that exist already are refused
    modify,      // input is merged by element name and id; attributes are added or changed, nothing is taken away
    replace,     // the section, or the whole document, becomes the input
    remove,      // the element that matches input (name, id and all attributes given) goes; or the XPath's first
    remove_all,  // every element that the XPath selects goes
    erase,       // everything but the four sections and the version goes
    bump,        // epoch + 1, nothing else
};

struct Operation {
    Verb verb = Verb::query;
    // "resources", "constraints", "configuration", "status", ...; empty, "all" or "cib": the whole document.
    std::string section;
    std::string xpath;  // instead of a section
    std::optional<xml::Element> input;
    bool allow_create = false;  // modify: create what is not there
    bool expand_score = false;  // modify: value="name++" and value="name+=N" mean arithmetic
    bool no_children = false;   // query: only the element itself
};

struct Outcome {
    xml::Element document;
    bool changed = false;
    // query: one element, or <xpath-query> around several.
    std::optional<xml::Element> result;
};

// Errors: not_found, exists, old (replace by an older document), invalid.
Result<Outcome> apply(const xml::Element& cib, const Operation& operation);

// The same on the typed document.  Only operations that touch the status pay for making its tree.
struct TypedOutcome {
    Cib document;
    bool changed = false;
    std::optional<xml::Element> result;
};
Result<TypedOutcome> apply(const Cib& cib, const Operation& operation);

// Where a section stands: {"configuration", "resources"}; nullopt for a name that is no section.
bool is_section(std::string_view name);
const xml::Element* find_section(const xml::Element& cib, std::string_view section);
xml::Element* edit_section(xml::Element& cib, std::string_view section);

// Which number of the version a change moves: one below <configuration> the epoch, any other num_updates.
enum class ChangeKind { none, status, configuration };
ChangeKind compare(const xml::Element& before, const xml::Element& after);
void bump_version(xml::Element& cib, ChangeKind kind);
Version version_of(const xml::Element& cib);

}  // namespace muster::cib
