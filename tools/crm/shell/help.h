// Help made from the command table.
#pragma once

#include <string>

#include "tools/crm/table/command.h"

namespace muster::crm {

std::string overview();                      // all levels and commands
std::string help_level(const Level& level);
std::string help_command(const Command& command);
std::string usage_line(const Command& command);

}  // namespace muster::crm
