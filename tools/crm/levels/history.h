// Commands of the history level.
#pragma once

#include "tools/crm/shell/context.h"

namespace muster::crm {

int history_latest(Context& context, const Args& args);
int history_events(Context& context, const Args& args);

}  // namespace muster::crm
