// The proleptic Gregorian calendar and the weeks of ISO 8601.
#include <algorithm>

#include "cib/rules/iso8601.h"

namespace muster::cib {
namespace {

constexpr std::int64_t kDay = 86'400;

bool is_leap(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// 1 Monday .. 7 Sunday; 1970-01-01 was a Thursday.
int week_day_of(std::int64_t days) {
    const std::int64_t m = (days + 3) % 7;
    return static_cast<int>(m < 0 ? m + 7 : m) + 1;
}

// The Monday of week 1: the week with 4 January in it.
std::int64_t first_monday(std::int64_t year) {
    const std::int64_t fourth = days_from_civil(year, 1, 4);
    return fourth - (week_day_of(fourth) - 1);
}

void set_date(CivilTime& c, std::int64_t days) {
    // Eras of 400 years that begin on 1 March, so that the leap day is the last of its year.
    const std::int64_t z = days + 719'468;
    const std::int64_t era = floor_div(z, 146'097);
    const std::int64_t day_of_era = z - era * 146'097;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
    c.day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    c.month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    c.year = year_of_era + era * 400 + (c.month <= 2 ? 1 : 0);
    c.year_day = static_cast<int>(days - days_from_civil(c.year, 1, 1)) + 1;
    c.week_day = week_day_of(days);
    c.week_year = c.year;
    if (days < first_monday(c.year)) c.week_year = c.year - 1;
    else if (days >= first_monday(c.year + 1)) c.week_year = c.year + 1;
    c.week = static_cast<int>((days - first_monday(c.week_year)) / 7) + 1;
}

WallTime shift(WallTime t, const CalendarDuration& d, std::int64_t sign, int offset) {
    const CivilTime c = to_civil(t, offset);
    // Beyond these bounds a document means nothing sensible; they keep the arithmetic from overflowing.
    const auto bound = [](std::int64_t v, std::int64_t most) { return std::clamp(v, -most, most); };
    const std::int64_t month0 =
        c.year * 12 + (c.month - 1) + sign * (bound(d.years, 100'000) * 12 + bound(d.months, 1'000'000));
    const std::int64_t year = floor_div(month0, 12);
    const int month = static_cast<int>(month0 - year * 12) + 1;
    const int day = std::min(c.day, days_in_month(year, month));
    std::int64_t s = days_from_civil(year, month, day) * kDay + c.hour * 3600 + c.minute * 60 + c.second;
    s += sign * (bound(d.weeks, 5'000'000) * 7 * kDay + bound(d.days, 36'000'000) * kDay +
                 bound(d.hours, 876'000'000) * 3600 + bound(d.minutes, 53'000'000'000) * 60 +
                 bound(d.seconds, 3'200'000'000'000));
    return WallTime::from_seconds(s - offset);
}

}  // namespace

std::int64_t days_from_civil(std::int64_t year, int month, int day) {
    if (month <= 2) --year;
    const std::int64_t era = floor_div(year, 400);
    const std::int64_t year_of_era = year - era * 400;
    const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146'097 + day_of_era - 719'468;
}

int days_in_month(std::int64_t year, int month) {
    constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

CivilTime to_civil(WallTime t, int utc_offset_s) {
    const std::int64_t s = t.to_seconds() + utc_offset_s;
    const std::int64_t days = floor_div(s, kDay);
    const auto second_of_day = static_cast<int>(s - days * kDay);
    CivilTime c;
    set_date(c, days);
    c.hour = second_of_day / 3600;
    c.minute = second_of_day / 60 % 60;
    c.second = second_of_day % 60;
    return c;
}

WallTime add(WallTime t, const CalendarDuration& d, int utc_offset_s) { return shift(t, d, 1, utc_offset_s); }
WallTime subtract(WallTime t, const CalendarDuration& d, int utc_offset_s) { return shift(t, d, -1, utc_offset_s); }

}  // namespace muster::cib
