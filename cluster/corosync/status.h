// corosync's error codes in words.
#pragma once

#include <corosync/corotypes.h>

#include <string>

namespace muster::cluster {

inline std::string describe(cs_error_t e) { return std::string{cs_strerror(e)}; }

}  // namespace muster::cluster
