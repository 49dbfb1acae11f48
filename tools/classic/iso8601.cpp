// iso8601: dates, durations and periods, read and shown.
#include <fmt/format.h>

#include <ctime>

#include "base/text.h"
#include "cib/rules/iso8601.h"
#include "tools/classic/programs.h"

namespace muster::classic {
namespace {

const std::vector<Option>& known_options() {
    static const std::vector<Option> all = with_common({
        {"now", 'n', Takes::nothing, "Show the moment"},
        {"date", 'd', Takes::value, "Read a date, with or without a time"},
        {"period", 'p', Takes::value, "Read a period: START/END, START/DURATION or DURATION/END"},
        {"duration", 'D', Takes::value, "Read a duration (P1M)"},
        {"expected", 'E', Takes::value, "Exit 1 unless the date that comes out is this"},
        {"seconds", 's', Takes::nothing, "Show seconds since the year 0"},
        {"epoch", 'S', Takes::nothing, "Show seconds since 1970"},
        {"local", 'L', Takes::nothing, "Show local time"},
        {"ordinal", 'O', Takes::nothing, "Show the day of the year"},
        {"week", 'W', Takes::nothing, "Show week and weekday"},
    });
    return all;
}

std::string zone(int offset_s) {
    if (offset_s == 0) return "Z";
    const int minutes = std::abs(offset_s) / 60;
    return fmt::format(" {}{:02}:{:02}", offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

int local_offset(WallTime t) {
    const std::time_t seconds = t.to_seconds();
    std::tm parts{};
    localtime_r(&seconds, &parts);
    return static_cast<int>(parts.tm_gmtoff);
}

std::string show(const Options& options, WallTime t, int offset_s) {
    if (options.has("epoch")) return std::to_string(t.to_seconds());
    if (options.has("seconds")) return std::to_string(t.to_seconds() - cib::days_from_civil(0, 1, 1) * 86400);
    const auto c = cib::to_civil(t, offset_s);
    const std::string time = fmt::format("{:02}:{:02}:{:02}{}", c.hour, c.minute, c.second, zone(offset_s));
    if (options.has("week")) return fmt::format("{}-W{:02}-{} {}", c.week_year, c.week, c.week_day, time);
    if (options.has("ordinal")) return fmt::format("{}-{:03} {}", c.year, c.year_day, time);
    return fmt::format("{:04}-{:02}-{:02} {}", c.year, c.month, c.day, time);
}

// The zone that a date was written in: sums are shown in it.
int written_offset(const std::string& text) {
    const auto sign = text.find_last_of("+-");
    const auto time = text.find_first_of("T ");
    if (sign == std::string::npos || time == std::string::npos || sign < time) return 0;
    std::string digits;
    for (const char c : text.substr(sign + 1)) {
        if (c != ':') digits += c;
    }
    const auto hours = parse_int(digits.substr(0, 2));
    const auto minutes = digits.size() >= 4 ? parse_int(digits.substr(2, 2)) : std::optional<std::int64_t>{0};
    if (!hours || !minutes) return 0;
    const int offset = static_cast<int>(*hours * 3600 + *minutes * 60);
    return text[sign] == '-' ? -offset : offset;
}

void part(std::string& text, std::int64_t n, std::string_view one, std::string_view many) {
    if (n != 0) text += fmt::format("{:>2} {} ", n, n == 1 ? one : many);
}

std::string show(const cib::CalendarDuration& d) {
    std::string text;
    part(text, d.years, "year", "years");
    part(text, d.months, "month", "months");
    part(text, d.weeks * 7 + d.days, "day", "days");
    const std::int64_t seconds = d.hours * 3600 + d.minutes * 60 + d.seconds;
    if (seconds == 0) return text;
    text += fmt::format("{} {} (", seconds, std::abs(seconds) == 1 ? "second" : "seconds");
    std::vector<std::string> parts;
    const std::int64_t n = std::abs(seconds);
    const auto add = [&](std::int64_t count, const char* unit) {
        if (count != 0) parts.push_back(fmt::format("{} {}{}", count, unit, count == 1 ? "" : "s"));
    };
    add(n / 3600, "hour");
    add(n / 60 % 60, "minute");
    if (n % 60 != 0 || n < 60) add(n % 60, "second");
    return text + join(parts, " ") + ")";
}

Exit bad(Context& context, const char* what, const std::string& text, const Error& error) {
    context.err += fmt::format("{}: Invalid {} specified: {} ({})\n", context.program, what, text, error.message);
    return kInvalidParameter;
}

struct Shown {
    std::optional<WallTime> date;
    int offset_s = 0;
    std::string last;  // what --expected is compared with
};

Exit do_date(Context& context, const Options& options, Shown& shown) {
    const std::string text = options.get("date");
    if (text == "epoch") {
        shown.date = WallTime{};
    } else if (options.has("date")) {
        const auto t = cib::parse_date_time(text, local_offset(context.now));
        if (!t) return bad(context, "date/time", text, t.error());
        shown.date = *t;
        shown.offset_s = written_offset(text);
    } else {
        shown.date = context.now;
    }
    const int offset = options.has("local") ? local_offset(*shown.date) : 0;
    shown.last = show(options, *shown.date, offset);
    context.out += fmt::format("{}: {}\n", options.has("now") ? "Current date/time" : "Date", shown.last);
    return kOk;
}

Exit do_duration(Context& context, const Options& options, Shown& shown) {
    const std::string text = options.get("duration");
    const auto d = cib::parse_duration(text);
    if (!d) return bad(context, "duration", text, d.error());
    context.out += fmt::format("Duration: {}\n", show(*d));
    if (!shown.date) return kOk;
    const WallTime end = cib::add(*shown.date, *d);
    shown.last = show(options, end, options.has("local") ? local_offset(end) : shown.offset_s);
    // The comparison is in UTC, what is shown in the date's own zone.
    context.out += fmt::format("Duration ends at: {}\n", shown.last);
    shown.last = show(options, end, 0);
    return kOk;
}

Exit do_period(Context& context, const Options& options, Shown& shown) {
    const std::string text = options.get("period");
    const auto p = cib::parse_time_interval(text, local_offset(context.now));
    if (!p) return bad(context, "interval", text, p.error());
    shown.last = fmt::format("{} to {}", show(options, p->start, 0), show(options, p->end, 0));
    context.out += fmt::format("Period: {}\n", shown.last);
    return kOk;
}

}  // namespace

Exit iso8601(Context& context) {
    Exit status = kOk;
    const auto options = begin(context, "dates and times as ISO 8601 writes them", known_options(), status);
    if (!options) return status;
    Shown shown;
    if (options->has("now") || options->has("date")) status = do_date(context, *options, shown);
    if (status == kOk && options->has("duration")) status = do_duration(context, *options, shown);
    if (status == kOk && options->has("period")) status = do_period(context, *options, shown);
    if (status != kOk) return status;
    if (options->order().empty()) return context.complain(kUsage, "Must specify a command: -n, -d, -p or -D");
    if (options->has("expected") && options->get("expected") != shown.last) return kError;
    return kOk;
}

}  // namespace muster::classic
