// Parts of verify(), a file each.
#pragma once

#include <string>
#include <vector>

#include "base/xml/element.h"
#include "cib/schema/schema.h"

namespace muster::cib {

void error(std::vector<Finding>& findings, std::string text);
void warn(std::vector<Finding>& findings, std::string text);

void verify_resources(const xml::Element& cib, std::vector<Finding>& findings);
void verify_constraints(const xml::Element& cib, std::vector<Finding>& findings);

}  // namespace muster::cib
