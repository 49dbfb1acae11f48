// Proves: words on text, scores and intervals read what the CIB's types say, and refuse the rest by name.
#include "base/digest.h"
#include "base/score.h"
#include "base/text.h"
#include "base/time.h"
#include "tests/catch.h"

using namespace muster;

TEST_CASE("natural order compares runs of digits as numbers") {
    CHECK(natural_less("node2", "node10"));
    CHECK_FALSE(natural_less("node10", "node2"));
    CHECK(natural_less("a", "ab"));
    CHECK(natural_less("a01", "a1") != natural_less("a1", "a01"));
}

TEST_CASE("scores clip at infinity and refuse other words") {
    CHECK(parse_score("INFINITY")->is_infinity());
    CHECK(parse_score("-inf")->is_banned());
    CHECK(parse_score("2000000")->is_infinity());
    CHECK(parse_score("-5")->value() == -5);
    CHECK_FALSE(parse_score("10x"));
    CHECK((Score::infinity() + Score{-5}).is_infinity());
    CHECK((Score::infinity() + Score::banned()).is_banned());
}

TEST_CASE("intervals: units, bare seconds, ISO 8601 durations") {
    CHECK(parse_interval("10")->count() == 10'000);
    CHECK(parse_interval("10 s")->count() == 10'000);
    CHECK(parse_interval("250ms")->count() == 250);
    CHECK(parse_interval("2min")->count() == 120'000);
    CHECK(parse_interval("PT5M")->count() == 300'000);
    CHECK(parse_interval("P1D")->count() == 86'400'000);
    CHECK_FALSE(parse_interval("10x"));
    CHECK_FALSE(parse_interval(""));
    CHECK(to_string(milliseconds{90'000}) == "90s");
    CHECK(to_iso8601(WallTime::from_seconds(0)) == "1970-01-01 00:00:00Z");
}

TEST_CASE("MD5 is the one that operation digests use") {
    CHECK(md5_hex("") == "d41d8cd98f00b204e9800998ecf8427e");
}
