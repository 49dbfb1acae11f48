// Constraints as read.
#pragma once

#include <string>
#include <vector>

#include "policy-engine/model.h"

namespace muster::policy {

// What a constraint's name stands for: a resource, the resources of a tag, the users of a template.
std::vector<RscIx> named_resources(Model& m, const std::string& name, const std::string& constraint, bool quiet = false);
std::vector<RscIx> set_members(Model& m, const xml::Element& set, const std::string& constraint);
void unpack_colocation(Model& m, const xml::Element& e);
void add_colocation(Model& m, Colocation c);
bool lifetime_passed(Model& m, const xml::Element& e);
// Colocations that placement looks at, strongest first; a group's members and clones' instances see their parents'.
std::vector<int> dependents_of(Model& m, RscIx primary);
std::vector<int> primaries_of(Model& m, RscIx dependent);

}  // namespace muster::policy
