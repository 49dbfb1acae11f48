// The id of this node's present life.  Under a private /run (a namespace, a container) it is that node's own, while the
// kernel's boot_id is shared by all of them.
#pragma once

#include <string>

namespace muster::os {

// Random, made once in RUN_DIR/boot_id by whichever daemon comes first; /run is empty after a boot.
std::string node_boot_id(const std::string& run_dir);

}  // namespace muster::os
