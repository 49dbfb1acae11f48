#include "base/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace muster {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t multiplier;
    std::int64_t divisor;  // to milliseconds
};
constexpr Unit kUnits[] = {{"", 1000, 1},        {"s", 1000, 1},        {"sec", 1000, 1},  {"ms", 1, 1},
                           {"msec", 1, 1},       {"us", 1, 1000},       {"usec", 1, 1000}, {"m", 60'000, 1},
                           {"min", 60'000, 1},   {"h", 3'600'000, 1},   {"hr", 3'600'000, 1},
                           {"d", 86'400'000, 1}};

// P[nY][nM][nW][nD][T[nH][nM][nS]]
std::optional<std::int64_t> parse_iso_duration_ms(std::string_view t) {
    if (t.size() < 3 || t.front() != 'P') return std::nullopt;
    t.remove_prefix(1);
    bool time_part = false;
    bool any = false;
    std::int64_t total = 0;
    while (!t.empty()) {
        if (t.front() == 'T' && !time_part) {
            time_part = true;
            t.remove_prefix(1);
            continue;
        }
        std::size_t n = 0;
        while (n < t.size() && t[n] >= '0' && t[n] <= '9') ++n;
        if (n == 0 || n == t.size() || n > 12) return std::nullopt;
        const std::int64_t count = *parse_int(t.substr(0, n));
        std::int64_t unit_s = 0;
        switch (t[n]) {
            case 'Y': unit_s = 365 * 86'400; break;
            case 'M': unit_s = time_part ? 60 : 30 * 86'400; break;
            case 'W': unit_s = 7 * 86'400; break;
            case 'D': unit_s = 86'400; break;
            case 'H': unit_s = 3'600; break;
            case 'S': unit_s = 1; break;
            default: return std::nullopt;
        }
        constexpr std::int64_t kMost = 9'000'000'000'000'000;
        total = count > kMost / (unit_s * 1000) ? kMost : std::min(kMost, total + count * unit_s * 1000);
        any = true;
        t.remove_prefix(n + 1);
    }
    return any ? std::optional{total} : std::nullopt;
}

}  // namespace

Result<milliseconds> parse_interval(std::string_view text) {
    const std::string_view t = trim(text);
    if (const auto iso = parse_iso_duration_ms(t)) return milliseconds{*iso};
    std::size_t n = 0;
    while (n < t.size() && t[n] >= '0' && t[n] <= '9') ++n;
    if (n > 0) {
        const std::string_view unit_text = trim(t.substr(n));
        const std::int64_t count = *parse_int(t.substr(0, n));
        for (const Unit& u : kUnits) {
            if (!iequals(unit_text, u.name)) continue;
            constexpr std::int64_t kMost = 9'000'000'000'000'000;
            if (count > kMost / u.multiplier) return milliseconds{kMost};
            return milliseconds{count * u.multiplier / u.divisor};
        }
    }
    return fail(fmt::format("\"{}\": expected a time such as 10s, 500ms or 2min", text));
}

std::string to_string(milliseconds d) {
    const std::int64_t ms = d.count();
    if (ms == 0) return "0";
    if (ms % 3'600'000 == 0) return fmt::format("{}h", ms / 3'600'000);
    if (ms % 60'000 == 0) return fmt::format("{}min", ms / 60'000);
    if (ms % 1000 == 0) return fmt::format("{}s", ms / 1000);
    return fmt::format("{}ms", ms);
}

std::string to_iso8601(WallTime t) {
    using namespace std::chrono;
    const sys_seconds s{std::chrono::seconds{t.to_seconds()}};
    const auto day = floor<days>(s);
    const year_month_day date{day};
    const hh_mm_ss clock{s - day};
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace muster
