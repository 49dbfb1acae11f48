// Fail counts: node attributes fail-count-RESOURCE#OPERATION_INTERVALMS (older: without the operation).
#pragma once

#include <string>

#include "tools/classic/context.h"

namespace muster::classic {

struct FailureRequest {
    std::string resource;
    std::string node;       // empty: this one
    std::string operation;  // empty: all
    std::string interval;
    bool quiet = false;
};

Exit show_failures(Context& context, const FailureRequest& request);
Exit forget_failures(Context& context, const FailureRequest& request);

}  // namespace muster::classic
