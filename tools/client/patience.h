// Waiting, a few seconds and not in silence, for a cluster that is only just beginning: the daemons come up, corosync forms
// its ring, a DC is chosen.  What is not beginning is not waited for.
#pragma once

#include <functional>

#include "tools/client/client.h"

namespace muster::client {

struct Patience {
    milliseconds most{0};
    std::function<void(const std::string& what)> tell;  // once, when the wait has lasted a second
};

Result<Crmd> connect(const std::string& program, const Patience& patience);
// Until there is a DC that takes changes.  False: there is none, and who asks it for a change is told why.
bool await_dc(Crmd& crmd, const Patience& patience);

}  // namespace muster::client
