// The replica's numbers, all in one place.
#pragma once

#include <cstddef>

#include "base/time.h"

namespace muster::cib::replica {

inline constexpr Duration kBeatEvery = milliseconds{500};
inline constexpr Duration kLeaderSilent = seconds{2};    // R1
inline constexpr Duration kElectionStalls = seconds{1};  // next node's turn
inline constexpr Duration kWaitForHellos = milliseconds{500};
inline constexpr Duration kAskAgain = milliseconds{300};  // for what we lack
inline constexpr Duration kQueueWithoutEra = seconds{5};  // R6
inline constexpr Duration kRequestTimeout = seconds{30};
inline constexpr Duration kBusyRetry = milliseconds{100};
inline constexpr std::size_t kMostEntriesInFlight = 256;
inline constexpr std::size_t kMostBytesInFlight = 8u << 20;
inline constexpr std::size_t kMostOutstanding = 64;  // of one session: what the table remembers
inline constexpr std::size_t kMostWaiting = 4096;
inline constexpr std::size_t kMostResult = 4096;
inline constexpr std::size_t kLogKept = 2048;  // committed entries in memory, for those who lag
inline constexpr std::size_t kEntriesPerMessage = 512;
inline constexpr std::uint64_t kSnapshotEvery = 1000;

}  // namespace muster::cib::replica
