// Large messages: cut, interleaved with others, put together again; what began before we came is dropped.
#include <string>

#include "cluster/parts.h"
#include "tests/catch.h"

using namespace muster;
using namespace muster::cluster;

TEST_CASE("messages of any size come out as they went in") {
    Assembler in;
    std::uint64_t number = 0;
    for (const std::size_t size : {0u, 1u, 65519u, 65520u, 200000u, 1000000u}) {
        const std::string message(size, 'x');
        std::optional<std::string> whole;
        for (const std::string& part : cut(message, ++number)) {
            CHECK(part.size() <= kPartSize);
            REQUIRE_FALSE(whole);
            whole = in.add({1, 10}, part).value();
        }
        REQUIRE(whole);
        CHECK(*whole == message);
    }
}

TEST_CASE("parts of several senders interleave") {
    Assembler in;
    const auto a = cut(std::string(100000, 'a'), 1), b = cut(std::string(100000, 'b'), 1);
    CHECK_FALSE(in.add({1, 10}, a[0]).value());
    CHECK_FALSE(in.add({2, 10}, b[0]).value());
    CHECK(in.add({1, 10}, a[1]).value() == std::string(100000, 'a'));
    CHECK(in.add({2, 10}, b[1]).value() == std::string(100000, 'b'));
}

TEST_CASE("a message whose beginning was not heard is dropped") {
    Assembler in;
    const auto a = cut(std::string(100000, 'a'), 1), b = cut(std::string(100000, 'b'), 2);
    CHECK_FALSE(in.add({1, 10}, a[1]).value());
    CHECK_FALSE(in.add({1, 10}, a[0]).value());
    in.forget({1, 10});
    CHECK_FALSE(in.add({1, 10}, a[1]).value());
    CHECK_FALSE(in.add({1, 10}, b[0]).value());
    CHECK(in.add({1, 10}, b[1]).value() == std::string(100000, 'b'));
    CHECK_FALSE(in.add({1, 10}, "nonsense"));
}
