// The steps of upgrade(), a file each.  A step changes the configuration and says what it changed.
#pragma once

#include <string>
#include <vector>

#include "base/xml/element.h"

namespace muster::cib {

using Changes = std::vector<std::string>;

void upgrade_acls(xml::Element& configuration, Changes& changes);         // acl_user, read/write/deny
void upgrade_resources(xml::Element& configuration, Changes& changes);    // master, masters, gone agents, blocks
void upgrade_constraints(xml::Element& configuration, Changes& changes);  // lifetime, several rules
void upgrade_options(xml::Element& configuration, Changes& changes);      // properties, nodes, nvpairs, topology

}  // namespace muster::cib
