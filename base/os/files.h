// Files, whole.  Blocking: for shells at start, for tools and for writer threads; never on a daemon's loop.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace muster::os {

Result<std::string> read_file(const std::string& path);
// Written beside it, fsynced, renamed over it, the folder fsynced: after a crash the old or the new, never a mixture.
Result<void> write_file_atomic(const std::string& path, std::string_view bytes, unsigned mode = 0640);
Result<void> make_directories(const std::string& path, unsigned mode = 0755);
// Random id of this boot (/proc/sys/kernel/random/boot_id), without newline.
std::string boot_id();

}  // namespace muster::os
