// Time as types: Duration (how long), Instant (monotonic, local), WallTime (calendar, replicated).
// Nothing here reads a clock: shells do (base/os) and pass values in.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace muster {

using Duration = std::chrono::microseconds;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// A point on this node's monotonic clock (CLOCK_BOOTTIME); means nothing elsewhere.
struct Instant {
    std::int64_t us = 0;
    friend constexpr auto operator<=>(Instant, Instant) = default;
    friend constexpr Instant operator+(Instant t, Duration d) { return Instant{t.us + d.count()}; }
    friend constexpr Duration operator-(Instant a, Instant b) { return Duration{a.us - b.us}; }
};

// Calendar time, microseconds since 1970-01-01T00:00:00Z.
struct WallTime {
    std::int64_t us = 0;
    static constexpr WallTime from_seconds(std::int64_t s) { return WallTime{s * 1'000'000}; }
    // Seconds since the epoch, rounded down.
    constexpr std::int64_t to_seconds() const { return us >= 0 ? us / 1'000'000 : (us - 999'999) / 1'000'000; }
    friend constexpr auto operator<=>(WallTime, WallTime) = default;
    friend constexpr WallTime operator+(WallTime t, Duration d) { return WallTime{t.us + d.count()}; }
    friend constexpr Duration operator-(WallTime a, WallTime b) { return Duration{a.us - b.us}; }
};

// The CIB's interval specification: a bare number is seconds; ms msec us usec s sec m min h hr; or an ISO 8601
// duration (P1D, PT5M; a month counts 30 days, a year 365).  Fractions below a millisecond are rounded up to 0 or 1 ms
// as "us" asks for (integer division, as Pacemaker does).
Result<milliseconds> parse_interval(std::string_view text);
// "0", "250ms", "10s", "2min", "1h": the largest unit that is exact; parse_interval reads it back.
std::string to_string(milliseconds d);
// "2026-11-23 01:55:31Z" in UTC.
std::string to_iso8601(WallTime t);

}  // namespace muster
