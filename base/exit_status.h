// What the daemons tell musterd by their exit status.
#pragma once

namespace muster {

inline constexpr int kExitDoNotRestart = 100;  // starting it again would not help
inline constexpr int kExitLeft = 101;          // it left the cluster as it was told: all is well, and it stays away

}  // namespace muster
