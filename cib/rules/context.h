// What a rule may ask about: the moment, a node, a resource, an operation.  Whoever evaluates fills in what it has;
// an expression about something that is not there is false (Pacemaker Explained, "Rules").
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace muster::cib {

// Values by name, from whatever table the caller has.
class NameLookup {
  public:
    virtual ~NameLookup() = default;
    virtual const std::string* find(std::string_view name) const = 0;  // nullptr: not defined
};

struct EvalContext {
    WallTime now;
    int utc_offset_s = 0;  // for dates without a zone, and for date_spec

    // The node's attributes, pseudo-attributes included (#uname #id #kind #is_dc #cluster-name #site-name).
    const NameLookup* node = nullptr;
    // The resource's own, for expressions with value-source="param" and "meta".
    const NameLookup* params = nullptr;
    const NameLookup* meta = nullptr;

    // rsc_expression; an empty class: there is no resource.
    std::string_view rsc_class;
    std::string_view rsc_provider;
    std::string_view rsc_type;
    // op_expression; an empty name: there is no operation.
    std::string_view op_name;
    milliseconds op_interval{0};

    // What rsc-pattern matched: [0] the whole, [1..9] for %1..%9.  nullptr: there was no pattern.
    const std::vector<std::string>* matches = nullptr;

    // Out, if given: lowered to the first moment after `now` when time alone may change an answer.
    std::optional<WallTime>* next_change = nullptr;
    // Out, if given: what could not be understood, one sentence each, with the id.
    std::vector<std::string>* problems = nullptr;

    void changes_at(WallTime t) const {
        if (next_change != nullptr && t > now && (!*next_change || t < **next_change)) *next_change = t;
    }
    void problem(std::string text) const {
        if (problems != nullptr) problems->push_back(std::move(text));
    }
};

// "%1" to "%9" replaced by what the pattern matched there (used by expression/@attribute and rule/@score-attribute).
std::string expand_matches(std::string_view text, const std::vector<std::string>* matches);

}  // namespace muster::cib
