// Digests of an operation's parameters, bit for bit as the operation history carries them (Pacemaker Explained, "Status";
// the recipe: MD5 of ` <parameters a="1" b="2"/>` and a newline, attributes sorted by name).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace muster::policy {

using Parameters = std::vector<std::pair<std::string, std::string>>;

// All parameters that the agent sees, as Action::attributes has them: what is not a parameter (CRM_meta_* and the like)
// is left out here; CRM_meta_timeout stays for recurring operations.
std::string all_digest(const Parameters& attributes, milliseconds interval);
// Only the names in this list (blank-separated, as op-force-restart).
std::string restart_digest(const Parameters& attributes, std::string_view force_restart);
// All but the names in this list (op-secure-params).
std::string secure_digest(const Parameters& attributes, std::string_view secure_params, milliseconds interval);

}  // namespace muster::policy
