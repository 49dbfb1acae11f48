#include "cib/rules/iso8601.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/text.h"

namespace muster::cib {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kFarthestYear = 9999;

// Reads from the left; every reader leaves the rest alone when it fails.
class Reader {
  public:
    explicit Reader(std::string_view text) : rest_{text} {}

    bool done() const { return rest_.empty(); }
    std::string_view rest() const { return rest_; }
    char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
    bool take(char c) {
        if (peek() != c || rest_.empty()) return false;
        rest_.remove_prefix(1);
        return true;
    }
    std::size_t digits() const {
        std::size_t n = 0;
        while (n < rest_.size() && rest_[n] >= '0' && rest_[n] <= '9') ++n;
        return n;
    }
    // Exactly n digits, the first of however many there are.
    std::optional<int> number(std::size_t n) {
        if (digits() < n) return std::nullopt;
        int v = 0;
        for (std::size_t i = 0; i < n; ++i) v = v * 10 + (rest_[i] - '0');
        rest_.remove_prefix(n);
        return v;
    }
    void skip(std::size_t n) { rest_.remove_prefix(n); }

  private:
    std::string_view rest_;
};

int week_day(std::int64_t days) {
    const std::int64_t m = (days + 3) % 7;
    return static_cast<int>(m < 0 ? m + 7 : m) + 1;
}

std::optional<std::int64_t> ordinal(std::int64_t year, int day) {
    const bool leap = days_in_month(year, 2) == 29;
    if (day < 1 || day > (leap ? 366 : 365)) return std::nullopt;
    return days_from_civil(year, 1, 1) + day - 1;
}

std::optional<std::int64_t> calendar(std::int64_t year, int month, int day) {
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return std::nullopt;
    return days_from_civil(year, month, day);
}

// 2005-W03-1, 2005W031, 2005-W03
std::optional<std::int64_t> week_date(Reader& r, std::int64_t year) {
    const auto week = r.number(2);
    if (!week || *week < 1 || *week > 53) return std::nullopt;
    r.take('-');
    int day = 1;
    if (r.digits() > 0) {
        const auto d = r.number(1);
        if (!d || *d < 1 || *d > 7) return std::nullopt;
        day = *d;
    }
    const auto first_monday = [](std::int64_t of) {
        const std::int64_t fourth = days_from_civil(of, 1, 4);
        return fourth - (week_day(fourth) - 1);
    };
    const std::int64_t days = first_monday(year) + (*week - 1) * 7 + day - 1;
    return days < first_monday(year + 1) ? std::optional{days} : std::nullopt;
}

// Days since 1970-01-01.
std::optional<std::int64_t> date(Reader& r) {
    const auto year = r.number(4);
    if (!year || *year > kFarthestYear) return std::nullopt;
    const bool dash = r.take('-');
    if (r.take('W')) return week_date(r, *year);
    const std::size_t n = r.digits();
    if (n == 3 || (!dash && n == 7)) {
        const auto day = r.number(3);
        return day ? ordinal(*year, *day) : std::nullopt;
    }
    const auto month = r.number(2);
    if (!month) return std::nullopt;
    if (dash && !r.take('-')) return r.digits() == 0 ? calendar(*year, *month, 1) : std::nullopt;
    const auto day = r.number(2);
    return day ? calendar(*year, *month, *day) : std::nullopt;
}

// Seconds since midnight; 24:00 is the end of the day.
std::optional<std::int64_t> clock(Reader& r) {
    const auto hour = r.number(2);
    if (!hour) return std::nullopt;
    int minute = 0;
    int second = 0;
    bool colon = r.take(':');
    if (r.digits() >= 2) {
        minute = *r.number(2);
        colon = r.take(':');
        if (r.digits() >= 2) second = *r.number(2);
        else if (colon) return std::nullopt;
    } else if (colon) {
        return std::nullopt;
    }
    if (r.peek() == '.' || r.peek() == ',') {
        r.skip(1);
        r.skip(r.digits());
    }
    const bool end_of_day = *hour == 24 && minute == 0 && second == 0;
    if ((*hour > 23 && !end_of_day) || minute > 59 || second > 59) return std::nullopt;
    return *hour * 3600 + minute * 60 + second;
}

// Seconds east of Greenwich; `otherwise` where the text says nothing.
std::optional<std::int64_t> zone(Reader& r, int otherwise) {
    while (r.take(' ')) {
    }
    if (r.done()) return otherwise;
    if (r.take('Z')) return 0;
    const bool west = r.peek() == '-';
    if (!r.take('+') && !r.take('-')) return std::nullopt;
    const auto hour = r.number(2);
    if (!hour) return std::nullopt;
    r.take(':');
    int minute = 0;
    if (r.digits() > 0) {
        const auto m = r.number(2);
        if (!m) return std::nullopt;
        minute = *m;
    }
    if (*hour > 23 || minute > 59) return std::nullopt;
    return (west ? -1 : 1) * (*hour * 3600 + minute * 60);
}

std::optional<WallTime> date_time(std::string_view text, int utc_offset_s) {
    if (text.size() > 1 && text.front() == '@') {
        const auto s = parse_int(text.substr(1));
        constexpr std::int64_t kMost = 253'402'300'799;  // the year 9999
        if (!s || *s < -kMost || *s > kMost) return std::nullopt;
        return WallTime::from_seconds(*s);
    }
    if (iequals(text, "epoch")) return WallTime{};
    Reader r{text};
    const auto days = date(r);
    if (!days) return std::nullopt;
    if (r.done()) return WallTime::from_seconds(*days * kDay - utc_offset_s);
    std::int64_t seconds_of_day = 0;
    if (r.take('T') || (r.peek() == ' ' && r.rest().size() > 1 && r.rest()[1] >= '0' && r.rest()[1] <= '9')) {
        r.take(' ');
        const auto s = clock(r);
        if (!s) return std::nullopt;
        seconds_of_day = *s;
    }
    const auto offset = zone(r, utc_offset_s);
    if (!offset || !r.done()) return std::nullopt;
    return WallTime::from_seconds(*days * kDay + seconds_of_day - *offset);
}

std::optional<std::int64_t CalendarDuration::*> unit(char c, bool time_part) {
    switch (c) {
        case 'Y': return &CalendarDuration::years;
        case 'M': return time_part ? &CalendarDuration::minutes : &CalendarDuration::months;
        case 'W': return &CalendarDuration::weeks;
        case 'D': return &CalendarDuration::days;
        case 'H': return &CalendarDuration::hours;
        case 'S': return &CalendarDuration::seconds;
        default: return std::nullopt;
    }
}

std::optional<CalendarDuration> duration(std::string_view text) {
    if (text.size() < 3 || text.front() != 'P') return std::nullopt;
    CalendarDuration d;
    bool time_part = false;
    bool any = false;
    std::string_view t = text.substr(1);
    while (!t.empty()) {
        if (t.front() == 'T' && !time_part) {
            time_part = true;
            t.remove_prefix(1);
            continue;
        }
        std::size_t n = t.front() == '-' ? 1 : 0;
        while (n < t.size() && t[n] >= '0' && t[n] <= '9') ++n;
        if (n == 0 || n > 12 || n == t.size()) return std::nullopt;
        const auto count = parse_int(t.substr(0, n));
        const auto member = unit(t[n], time_part);
        if (!count || !member) return std::nullopt;
        d.*(*member) += *count;
        any = true;
        t.remove_prefix(n + 1);
    }
    return any ? std::optional{d} : std::nullopt;
}

}  // namespace

Result<WallTime> parse_date_time(std::string_view text, int utc_offset_s) {
    if (const auto t = date_time(trim(text), utc_offset_s)) return *t;
    return fail(fmt::format("\"{}\": expected a date such as 2026-11-23, 2026-11-23T10:30Z, 2026-327, 2026-W48-1 or @seconds",
                            text));
}

Result<CalendarDuration> parse_duration(std::string_view text) {
    if (const auto d = duration(trim(text))) return *d;
    return fail(fmt::format("\"{}\": expected a duration such as P1D, PT5M or P1Y2M3DT4H5M6S", text));
}

Result<TimeInterval> parse_time_interval(std::string_view text, int utc_offset_s) {
    const auto pieces = split(trim(text), '/');
    if (pieces.size() == 2) {
        const auto from = date_time(pieces[0], utc_offset_s);
        const auto to = date_time(pieces[1], utc_offset_s);
        if (from && to && *from <= *to) return TimeInterval{*from, *to};
        if (const auto d = duration(pieces[1]); from && d) return TimeInterval{*from, add(*from, *d, utc_offset_s)};
        if (const auto d = duration(pieces[0]); to && d) return TimeInterval{subtract(*to, *d, utc_offset_s), *to};
    }
    return fail(fmt::format("\"{}\": expected START/END, START/DURATION or DURATION/END", text));
}

}  // namespace muster::cib
