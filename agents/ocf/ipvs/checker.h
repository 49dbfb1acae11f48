// The supervised process of one virtual service: checks its servers (libcurl's multi interface, one thread) and keeps the
// table as the director says.  Runs until SIGTERM.
#pragma once

#include <string>

#include "agents/ocf/ipvs/service.h"
#include "agents/ocf/ipvs/table.h"

namespace ipvs {

// `status_file`: rewritten at each change, one line a server, for people and for `crm status`.
// Returns the process's exit status.
int run_checker(const Service& service, Table& table, const std::string& status_file);

}  // namespace ipvs
