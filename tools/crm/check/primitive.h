// Checks of one primitive against its agent's meta-data.
#pragma once

#include <vector>

#include "tools/crm/check/checks.h"
#include "tools/crm/lang/objects.h"

namespace muster::crm {

void check_primitive(const Object& object, const xml::Element* its_template, bool agents, std::vector<Finding>& out);
void check_meta(const Object& object, std::vector<Finding>& out);

}  // namespace muster::crm
