// crm status.
#pragma once

#include "tools/crm/shell/context.h"

namespace muster::crm {

int status_command(Context& context, const Args& args);

}  // namespace muster::crm
