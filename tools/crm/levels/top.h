// Actions at the top, and of the options level.
#pragma once

#include "tools/crm/shell/context.h"

namespace muster::crm {

int verify_stored(Context& context, const Args& args);
int simulate(Context& context, const Args& args);
int explain(Context& context, const Args& args);
int options_show(Context& context, const Args& args);

}  // namespace muster::crm
