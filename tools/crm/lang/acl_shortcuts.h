// Short names of ACL permissions (meta:web:target-role) and the XPath that they stand for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace muster::crm::lang {

std::optional<std::string> acl_xpath(std::string_view shortcut);
std::optional<std::string> acl_shortcut(std::string_view xpath);

}  // namespace muster::crm::lang
