// Parameters to a Service.
#pragma once

#include <functional>
#include <string>

#include "agents/ocf/ipvs/service.h"

namespace ipvs {

using Get = std::function<std::string(const std::string& name)>;  // empty: not set

// The first fault as a sentence for the operator, or empty.
std::string parse_service(const Get& get, Service& service);

}  // namespace ipvs
