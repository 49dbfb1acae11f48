// What Tab offers: a pure function of the command table, the document, the level and the line up to the cursor.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/xml/element.h"
#include "tools/crm/table/command.h"

namespace muster::crm {

struct Candidate {
    std::string text;         // the whole word
    std::string description;  // one phrase; may be empty
    bool open = false;        // more of the same word follows ("ip="): no blank after it
};

struct CompletionWorld {
    const xml::Element* configuration = nullptr;  // nullptr: no document
    std::vector<std::string> shadows;
    // Of an agent as it is written: "IPaddr2", "ocf:pacemaker:Dummy"; a name, a phrase and whether it is required.
    std::function<std::vector<Candidate>(const std::string& agent)> parameters;
    std::function<std::vector<Candidate>()> agents;
};

std::vector<Candidate> complete(const Table& table, const CompletionWorld& world, const std::string& level,
                                const std::string& line_to_cursor);

}  // namespace muster::crm
