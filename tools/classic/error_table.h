// The codes that crm_error explains: exit statuses, return codes of Pacemaker's own functions, old return codes.
#pragma once

#include <vector>

namespace muster::classic {

struct ErrorEntry {
    int code;
    const char* name;
    const char* text;
};

const std::vector<ErrorEntry>& exit_table();
const std::vector<ErrorEntry>& return_table();  // own codes, below 0
const std::vector<ErrorEntry>& legacy_table();  // own codes, 201 and above
const std::vector<ErrorEntry>& errno_table();   // names of the system's; texts are the system's own words

ErrorEntry exit_entry(int code);

}  // namespace muster::classic
