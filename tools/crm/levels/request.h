// Requests that only the running cluster can answer.
#pragma once

#include "tools/crm/shell/context.h"

namespace muster::client {
class Crmd;
}
namespace muster::crmd::proto {
class Message;
}

namespace muster::crm {

// The connection to crmd; nullptr where the store is a file.
Result<client::Crmd*> running(Context& context);
// Sends it, prints what crmd says.
int request_done(Context& context, client::Crmd& crmd, crmd::proto::Message message, milliseconds within = seconds{60});
// The same, and waits with -w.
int finish(Context& context, client::Crmd& crmd, crmd::proto::Message message, milliseconds within = seconds{60});

}  // namespace muster::crm
