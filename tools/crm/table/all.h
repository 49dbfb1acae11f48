// Every folder's contribution to the command table.
#pragma once

#include "tools/crm/table/command.h"

namespace muster::crm {

void add_shell(Table& table);      // help, ls, cd, up, quit, options
void add_configure(Table& table);  // objects, show, edit, commit, ...
void add_ra(Table& table);         // agents: list, info, new, test
void add_levels(Table& table);     // resource, node, cluster, fence, cib, ra, options; verify, simulate

}  // namespace muster::crm
