// The manual page and the completion for bash, made from the command table.
#pragma once

#include <string>

namespace muster::crm {

std::string manual_page();      // crm(8), troff with the man macros
std::string bash_completion();  // asks `crm help --complete` for the words

}  // namespace muster::crm
