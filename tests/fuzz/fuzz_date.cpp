// Dates, durations and intervals as users write them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cib/rules/iso8601.h"

using namespace muster;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    if (const auto t = cib::parse_date_time(text)) {
        // What is printed is the same moment.
        const auto again = cib::parse_date_time(to_iso8601(*t));
        const bool printable = t->us >= 0 && cib::to_civil(*t).year < 10'000;
        if (printable && (!again || again->to_seconds() != t->to_seconds())) std::abort();
        if (const auto d = cib::parse_duration(text.substr(size / 2))) static_cast<void>(cib::add(*t, *d));
    }
    if (const auto d = cib::parse_duration(text)) static_cast<void>(cib::add(WallTime{}, *d));
    if (const auto i = cib::parse_time_interval(text); i && i->end < i->start) {
        // A negative duration may turn it round; the parser says so by the order, never by a crash.
        return 0;
    }
    static_cast<void>(parse_interval(text));
    return 0;
}
