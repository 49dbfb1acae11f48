// A change of a document as a few primitive steps: what the journal holds and replicas apply, and nothing
// else.
//
// Steps run one after another; each address is valid after the steps before it.  An address is positions of
// children from the root down, and says which element it expects there: a patch that does not fit is refused,
// never bent.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/xml/element.h"

namespace muster::cib {

enum class StepKind : std::uint8_t {
    set,     // attribute = value
    unset,   // attribute goes
    text,    // character data or a comment's text becomes value
    insert,  // subtree becomes child number `position` of the target
    remove,  // child number `position` of the target goes
    move,    // child number `position` of the target goes to number `to` (counted without it)
};

struct Step {
    StepKind kind = StepKind::set;
    std::vector<std::uint32_t> path;  // from the root to the target; empty: the root
    std::string name;                 // of the target, as a check
    std::string id;                   // of the target, or empty
    std::string attribute;
    std::string value;
    std::uint32_t position = 0;
    std::uint32_t to = 0;
    xml::Element subtree;
};

struct Patch {
    std::vector<Step> steps;
    bool empty() const { return steps.empty(); }
};

// apply(from, diff(from, to)) has the content of `to` (order of attributes apart).
Patch diff(const xml::Element& from, const xml::Element& to);
// All or nothing: on an error the document is as it was.
Result<void> apply(xml::Element& document, const Patch& patch);
// One line a step, for history and logs: `set /cib/configuration/nodes/node[@id='1'] uname=a`.
std::string describe(const Patch& patch);

}  // namespace muster::cib
