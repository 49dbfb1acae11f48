// What `crm status` shows below the screen when it is asked for: lists as they stand in the document, a block each.
#pragma once

#include <iosfwd>

#include "tools/crm/status/screen.h"

namespace muster::crm::status {

void inactive_section(std::ostream& out, const Input& input);    // what does not run, and why
void attributes_section(std::ostream& out, const cib::Cib& cib);  // of nodes: configured, and until the next start
void failures_section(std::ostream& out, const cib::Cib& cib);    // fail counts, with the last failure's time
void operations_section(std::ostream& out, const cib::Cib& cib, bool timing);
void tickets_section(std::ostream& out, const cib::Cib& cib);

}  // namespace muster::crm::status
