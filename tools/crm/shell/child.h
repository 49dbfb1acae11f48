// A command of the system shell with input and output as text.
#pragma once

#include <string>

#include "base/result.h"

namespace muster::crm {

Result<std::string> run_shell(const std::string& command, const std::string& input);

}  // namespace muster::crm
