// Dates as ISO 8601 writes them, and arithmetic in calendar units.
#include "cib/rules/iso8601.h"

#include "tests/catch.h"

using namespace muster;
using namespace muster::cib;

namespace {
std::string date(std::string_view text, int offset = 0) {
    const auto t = parse_date_time(text, offset);
    return t ? to_iso8601(*t) : "?";
}
std::string plus(std::string_view from, std::string_view duration) {
    return to_iso8601(add(*parse_date_time(from), *parse_duration(duration)));
}
}  // namespace

TEST_CASE("dates in all notations") {
    CHECK(date("2005-01-20") == "2005-01-20 00:00:00Z");
    CHECK(date("20050120") == "2005-01-20 00:00:00Z");
    CHECK(date("2005-01") == "2005-01-01 00:00:00Z");
    CHECK(date("2005-020") == "2005-01-20 00:00:00Z");
    CHECK(date("2005-020T12:30") == "2005-01-20 12:30:00Z");
    CHECK(date("2005-W03-1") == "2005-01-17 00:00:00Z");
    CHECK(date("2005W031") == "2005-01-17 00:00:00Z");
    CHECK(date("2009-W53-7") == "2010-01-03 00:00:00Z");
    CHECK(date("2014-05-07 00:28:00") == "2014-05-07 00:28:00Z");
    CHECK(date("@1400000000") == "2014-05-13 16:53:20Z");
    CHECK(date("2004-02-29") == "2004-02-29 00:00:00Z");
    CHECK(date("1900-03-01") == "1900-03-01 00:00:00Z");
}

TEST_CASE("times and zones") {
    CHECK(date("2005-01-20T24:00:00") == "2005-01-21 00:00:00Z");
    CHECK(date("20050120T103015Z") == "2005-01-20 10:30:15Z");
    CHECK(date("2005-01-20T10") == "2005-01-20 10:00:00Z");
    CHECK(date("2005-01-20 10:00:00 +02:00") == "2005-01-20 08:00:00Z");
    CHECK(date("2005-01-20T10:00-0130") == "2005-01-20 11:30:00Z");
    CHECK(date("2005-01-20T10:00:30.25Z") == "2005-01-20 10:00:30Z");
    CHECK(date("2005-01-20Z") == "2005-01-20 00:00:00Z");
    // Without a zone: the caller's.
    CHECK(date("2005-01-20 10:00", 3600) == "2005-01-20 09:00:00Z");
    CHECK(date("2005-01-20 10:00Z", 3600) == "2005-01-20 10:00:00Z");
}

TEST_CASE("what is no date") {
    for (const char* text : {"", "x", "2005", "2005-13-01", "2005-02-30", "2005-366", "2005-W53-7", "2005-W03-8",
                             "2005-01-20T25:00", "2005-01-20T10:60", "2005-01-20T24:01", "2005-01-20T10:00+99:00",
                             "2005-01-20Tx", "2005-01-20 10:00 nonsense", "@", "@x"}) {
        CAPTURE(text);
        CHECK(date(text) == "?");
    }
    CHECK(parse_date_time("soon").error().message.find("\"soon\": expected a date") == 0);
}

TEST_CASE("calendar arithmetic keeps to the month's last day") {
    CHECK(plus("2005-01-31", "P1M") == "2005-02-28 00:00:00Z");
    CHECK(plus("2004-02-29", "P1Y") == "2005-02-28 00:00:00Z");
    CHECK(plus("2005-12-31", "P1D") == "2006-01-01 00:00:00Z");
    CHECK(plus("2005-01-01", "P1Y2M3W4DT5H6M7S") == "2006-03-26 05:06:07Z");
    CHECK(plus("2005-01-01", "PT-5M") == "2004-12-31 23:55:00Z");
    CHECK(to_iso8601(subtract(*parse_date_time("2005-03-31"), *parse_duration("P1M"))) == "2005-02-28 00:00:00Z");
    CHECK_FALSE(parse_duration("P"));
    CHECK_FALSE(parse_duration("P1"));
    CHECK_FALSE(parse_duration("1D"));
}

TEST_CASE("intervals") {
    const auto check = [](std::string_view text, std::string_view start, std::string_view end) {
        const auto i = parse_time_interval(text);
        REQUIRE(i);
        CHECK(to_iso8601(i->start) == start);
        CHECK(to_iso8601(i->end) == end);
    };
    check("2005-01-01/2005-02-01", "2005-01-01 00:00:00Z", "2005-02-01 00:00:00Z");
    check("2005-01-31/P1M", "2005-01-31 00:00:00Z", "2005-02-28 00:00:00Z");
    check("P1M/2005-03-31", "2005-02-28 00:00:00Z", "2005-03-31 00:00:00Z");
    CHECK_FALSE(parse_time_interval("2005-02-01/2005-01-01"));
    CHECK_FALSE(parse_time_interval("2005-02-01"));
}

TEST_CASE("the calendar agrees with itself for 400 years") {
    for (std::int64_t day = days_from_civil(1800, 1, 1); day < days_from_civil(2200, 1, 1); day += 13) {
        const CivilTime c = to_civil(WallTime::from_seconds(day * 86'400 + 3661));
        REQUIRE(days_from_civil(c.year, c.month, c.day) == day);
        REQUIRE((c.hour == 1 && c.minute == 1 && c.second == 1));
        REQUIRE(c.week >= 1);
        REQUIRE(c.week <= 53);
    }
    const CivilTime c = to_civil(*parse_date_time("2005-01-01"));  // a Saturday of the year before's last week
    CHECK(c.week_day == 6);
    CHECK(c.week == 53);
    CHECK(c.week_year == 2004);
    CHECK(c.year_day == 1);
}
