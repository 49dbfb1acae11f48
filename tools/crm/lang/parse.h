// The configuration language: one statement in, one element of the CIB out (crmsh's language; the reference is
// doc/for-crmsh-and-pcs-users.md and `crm help configure`).
//
// The parser is pure.  It leaves ids out that nobody wrote (lang/ids.h gives them) and names the members of groups,
// clones and bundles instead of nesting them (configure/apply.h does), so statements may come in any order.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/xml/element.h"
#include "tools/crm/lang/words.h"

namespace muster::crm {

struct SyntaxError {
    std::string message;  // what was seen and what was expected
    Token at;             // the token that it is about
};
template <typename T>
using Parsed = tl::expected<T, SyntaxError>;

// What the parser must know of the world outside the statement.
struct Surroundings {
    // The providers (class ocf) that have this agent type, the preferred one first; may be empty.
    std::function<std::vector<std::string>(const std::string& type)> providers;
    std::vector<std::string> nodes;  // names; for fencing_topology without nodes
};

struct Statement {
    std::string keyword;               // canonical: "primitive", "ms", "property", ...
    std::string section;               // of the configuration: "resources", ...
    xml::Element element;              // <fencing-topology> and the like: the whole section
    std::vector<std::string> members;  // ids of resources to be nested
    Tokens tokens;                     // what it was made of, for messages
};

// The canonical keyword ("collocation" is colocation, "PRIMITIVE" is primitive); empty if it is none.
std::string object_keyword(std::string_view word);
const std::vector<std::string>& object_keywords();

Parsed<Statement> parse_statement(const Tokens& tokens, const Surroundings& around);

// The error as people read it: where, what, the line and a mark below the token.
std::string describe(const SyntaxError& error, const Tokens& tokens);

}  // namespace muster::crm
