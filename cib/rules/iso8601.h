// Calendar dates as ISO 8601 and the CIB write them.  Nothing here knows a clock or a zone database: a date without a
// zone is taken at the offset that the caller gives.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace muster::cib {

struct CivilTime {
    std::int64_t year = 1970;
    int month = 1;      // 1..12
    int day = 1;        // 1..31
    int hour = 0;
    int minute = 0;
    int second = 0;
    int year_day = 1;   // 1..366
    int week_day = 4;   // 1 Monday .. 7 Sunday
    std::int64_t week_year = 1970;  // ISO 8601
    int week = 1;       // 1..53
};

// Days since 1970-01-01 in the proleptic Gregorian calendar.
std::int64_t days_from_civil(std::int64_t year, int month, int day);
int days_in_month(std::int64_t year, int month);
CivilTime to_civil(WallTime t, int utc_offset_s = 0);

// A length in calendar units: a month is not a number of seconds.
struct CalendarDuration {
    std::int64_t years = 0;
    std::int64_t months = 0;
    std::int64_t weeks = 0;
    std::int64_t days = 0;
    std::int64_t hours = 0;
    std::int64_t minutes = 0;
    std::int64_t seconds = 0;
};
// Years and months first (31 January and a month: the last day of February), then the rest.
WallTime add(WallTime t, const CalendarDuration& d, int utc_offset_s = 0);
WallTime subtract(WallTime t, const CalendarDuration& d, int utc_offset_s = 0);

// 2026-11-23, 20261123, 2005-020 (ordinal), 2005-W03-1 (week), each alone or followed by T or a blank and a time
// (12, 12:30, 12:30:15, 123015, fractions ignored, 24:00), then Z, +hh, +hh:mm, +hhmm or nothing;
// also "epoch" forms: @seconds.
Result<WallTime> parse_date_time(std::string_view text, int utc_offset_s = 0);
// P1Y2M3W4DT5H6M7S.
Result<CalendarDuration> parse_duration(std::string_view text);

struct TimeInterval {
    WallTime start;
    WallTime end;
};
// start/end, start/duration, duration/end.
Result<TimeInterval> parse_time_interval(std::string_view text, int utc_offset_s = 0);

}  // namespace muster::cib
