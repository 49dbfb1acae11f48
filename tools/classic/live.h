// The running cluster, asked over crmd's client protocol.
#pragma once

#include "base/result.h"
#include "tools/classic/context.h"
#include "tools/classic/failures.h"
#include "tools/client/client.h"

namespace muster::classic {

Result<client::Crmd> connect_crmd(const Context& context);
// Says what went wrong; the status is that of "not connected" where no crmd answers.
Exit not_connected(Context& context, const Error& error);
// Forget failures of the request's resource.
Exit live_cleanup(Context& context, const FailureRequest& request, bool all_history = false);

}  // namespace muster::classic
