// What an agent sees: parameters and CRM_meta_*.
#pragma once

#include "policy-engine/actions.h"

namespace muster::policy {

void fill_attributes(Actions& a, const Act& x, Action& out);

}  // namespace muster::policy
