// Command lines in every spelling that scripts use.
#include "tools/classic/options.h"

#include "tests/catch.h"

using namespace muster::classic;

namespace {

const std::vector<Option> kKnown = {{"name", 'n', Takes::value, ""},      {"node", 'N', Takes::value, ""},
                                    {"query", 'G', Takes::nothing, ""},   {"get-value", 0, Takes::nothing, "", "query"},
                                    {"quiet", 'q', Takes::nothing, ""},   {"promotion", 'p', Takes::maybe, ""},
                                    {"update", 'v', Takes::value, ""}};

}  // namespace

TEST_CASE("options in their spellings") {
    const auto o = parse_options(kKnown, {"-nX", "--node=n1", "-Gq", "-v", "-INFINITY", "rest"});
    REQUIRE(o);
    CHECK(o->get("name") == "X");
    CHECK(o->get("node") == "n1");
    CHECK(o->has("query"));
    CHECK(o->has("quiet"));
    CHECK(o->get("update") == "-INFINITY");
    CHECK(o->rest() == std::vector<std::string>{"rest"});
    CHECK(parse_options(kKnown, {"--get-value"})->has("query"));
    CHECK(parse_options(kKnown, {"--upd", "5"})->get("update") == "5");
    CHECK(parse_options(kKnown, {"--", "-x"})->rest() == std::vector<std::string>{"-x"});
}

TEST_CASE("an option that may have a value takes the next word unless that is an option") {
    CHECK(parse_options(kKnown, {"-p", "web", "-G"})->get("promotion") == "web");
    const auto bare = parse_options(kKnown, {"-p", "-v", "10"});
    CHECK(bare->get("promotion").empty());
    CHECK(bare->get("update") == "10");
    CHECK(parse_options(kKnown, {"--promotion=web"})->get("promotion") == "web");
}

TEST_CASE("what is not understood is refused with its name") {
    CHECK(parse_options(kKnown, {"--bogus"}).error().message == "Unknown option --bogus");
    CHECK(parse_options(kKnown, {"-x"}).error().message == "Unknown option -x");
    CHECK(parse_options(kKnown, {"--n", "x"}).error().message == "Unknown option --n");  // name or node
    CHECK(parse_options(kKnown, {"-n"}).error().message == "Missing argument for -n");
    CHECK(parse_options(kKnown, {"--quiet=1"}).error().message == "Option --quiet takes no value");
}
