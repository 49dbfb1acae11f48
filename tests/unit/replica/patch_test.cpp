// Effects: whatever two documents look like, the difference brings one to the other, and a patch that does not fit is refused.
#include <algorithm>
#include <iterator>
#include <string>

#include "base/xml/parse.h"
#include "cib/change/patch.h"
#include "tests/catch.h"

using namespace muster;

namespace {

xml::Element doc(const std::string& text) { return xml::parse(text).value(); }

std::size_t steps_between(const std::string& from, const std::string& to) {
    xml::Element document = doc(from);
    const cib::Patch patch = cib::diff(document, doc(to));
    REQUIRE(cib::apply(document, patch));
    CHECK(document == doc(to));
    CHECK(document.hash() == doc(to).hash());
    return patch.steps.size();
}

}  // namespace

TEST_CASE("a difference brings one document to the other") {
    CHECK(steps_between("<a/>", "<a/>") == 0);
    CHECK(steps_between("<a x='1' y='2'/>", "<a y='3' z='4'/>") == 3);
    CHECK(steps_between("<a><b id='1'/><b id='2'/></a>", "<a><b id='2'/></a>") == 1);
    CHECK(steps_between("<a><b id='1'/></a>", "<a><c id='0'/><b id='1' v='2'/><!-- why --></a>") == 3);
    CHECK(steps_between("<a><b><c id='1'/></b></a>", "<a><b><c id='1' x='y'>text</c></b></a>") == 2);
    CHECK(steps_between("<a><b id='1'/><c id='1'/></a>", "<a><c id='2'/></a>") == 3);
}

TEST_CASE("one moved child is one step") {
    CHECK(steps_between("<a><b id='1'/><b id='2'/><b id='3'/><b id='4'/></a>",
                        "<a><b id='2'/><b id='3'/><b id='4'/><b id='1'/></a>") == 1);
    CHECK(steps_between("<a><b id='1'/><b id='2'/><b id='3'/><b id='4'/></a>",
                        "<a><b id='4'/><b id='1'/><b id='2'/><b id='3'/></a>") == 1);
}

TEST_CASE("every order of four children is reached from every other") {
    std::string order = "1234";
    do {
        std::string to = "<a>";
        for (const char c : order) to += std::string{"<b id='"} + c + "' at='" + order + "'/>";
        steps_between("<a><b id='3'/><x/><b id='1'/><b id='4'/><b id='2'/></a>", to + "</a>");
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("a patch that does not fit changes nothing") {
    xml::Element document = doc("<a><b id='1'/></a>");
    const cib::Patch patch = cib::diff(doc("<a><b id='2'/></a>"), doc("<a x='1'><b id='2' v='1'/></a>"));
    const auto applied = cib::apply(document, patch);
    REQUIRE_FALSE(applied);
    CHECK(applied.error().message.find("b[@id='2']") != std::string::npos);
    CHECK(document == doc("<a><b id='1'/></a>"));
}
