// What a resource's name stands for in the nodes' histories.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cib/model/cib.h"

namespace muster::crm {

// A primitive: itself and its instances' entries; a group, clone or bundle: those of all of its primitives; what is no longer
// configured but has a history: itself.  Sorted.  Error: there is no such resource.
Result<std::vector<std::string>> history_names(const cib::Cib& cib, const std::string& id);

}  // namespace muster::crm
