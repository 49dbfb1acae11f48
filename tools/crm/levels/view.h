// Small questions about a document that several levels ask.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "cib/model/cib.h"
#include "policy-engine/cluster_view.h"
#include "tools/crm/lang/print.h"
#include "tools/crm/shell/context.h"

namespace muster::crm {

// Nodes where the resource, or a part of it, is active.
std::vector<std::string> active_nodes(const cib::Cib& cib, const std::string& id, WallTime now);
const policy::ResourceView* find_view(const policy::ClusterView& view, const std::string& id);
std::vector<std::string> nodes_of(const policy::ResourceView& view);
// The constraint names the resource, also in a set.
bool mentions(const xml::Element& constraint, const std::string& id);
Result<cib::Cib> stored(Context& context);

}  // namespace muster::crm
