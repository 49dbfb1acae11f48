#include "crmd/musterd/log_carrier.h"

#include "tests/catch.h"

using namespace muster::musterd;

TEST_CASE("a daemon's line is taken apart: level, program, text without the program's clock") {
    const auto line = parse_log_line("<4>crmd: 1795423089.288 node2 is lost");
    CHECK(line.level == 4);
    CHECK(line.program == "crmd");
    CHECK(line.text == "node2 is lost");
}

TEST_CASE("lines of other shapes keep their words") {
    CHECK(parse_log_line("terminate called").text == "terminate called");
    CHECK(parse_log_line("terminate called").level == 6);
    CHECK(parse_log_line("terminate called").program == "musterd");
    CHECK(parse_log_line("lrmd: web: 12 monitors").text == "web: 12 monitors");
    CHECK(parse_log_line("<9>x").text == "<9>x");
    CHECK(parse_log_line("").text.empty());
}

TEST_CASE("names of facilities and levels") {
    CHECK(facility_number("local3") == 19);
    CHECK(facility_number("daemon") == 3);
    CHECK_FALSE(facility_number("local8"));
    CHECK(level_number("notice") == 5);
    CHECK(level_number("err") == level_number("error"));
    CHECK_FALSE(level_number("loud"));
}
