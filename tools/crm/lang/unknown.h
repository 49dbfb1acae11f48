// What to say of a name that the configuration does not have: with the name that was probably meant.
#pragma once

#include <string>
#include <string_view>

#include "base/xml/element.h"

namespace muster::crm {

// "there is no resource 'vpi'; did you mean 'vip'?"
std::string no_resource(const xml::Element& configuration, std::string_view id);
std::string no_node(const xml::Element& configuration, std::string_view name);

}  // namespace muster::crm
