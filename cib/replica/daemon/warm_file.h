// "This node was in era t when it was active, in this boot": /run/muster/warm.  Without it a replica is cold, and rule R7
// (survivors) is not open to it.  The boot's id is in it, for a /run that outlives a boot.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "cib/replica/types.h"

namespace muster::cib::replica {

// nullopt: cold.  A file of another boot or another cluster counts for nothing.
std::optional<Term> read_warm(const std::string& path, const std::string& boot_id, std::uint64_t cluster_uuid);
Result<void> write_warm(const std::string& path, const std::string& boot_id, std::uint64_t cluster_uuid, const Term& term);
void remove_warm(const std::string& path);  // at a clean stop

}  // namespace muster::cib::replica
