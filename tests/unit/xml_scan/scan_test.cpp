// Our scanner and libxml2: the same events, the same refusals.
#include "base/xml/scan.h"

#include <cstdint>

#include "tests/catch.h"
#include "tests/xml_events.h"

using namespace muster;
using test::Events;

namespace {

const std::string kDocument =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- first -->\n<cib epoch='1' a=\"x &lt;&amp;&#65;&#x42; 'q' &quot;\"  b = 'y'>\n"
    "  <n id=\"1\" text=\"tab\there\nline\"/>\n  <!-- comment -->\n  <t>some &gt; text <![CDATA[ <raw> & ]]> more</t>\n"
    "<u name=\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"></u><?pi something?>\n</cib>\n<!-- last -->\n";

// Refused by both, or the same events from both.
void agree(const std::string& document) {
    if (!xml::can_scan(document)) return;
    Events ours;
    Events theirs;
    const auto a = xml::scan(document, ours);
    const auto b = xml::parse_with_libxml2(document, theirs);
    INFO(document);
    INFO((a ? "" : a.error().message) << " | " << (b ? "" : b.error().message));
    REQUIRE(a.has_value() == b.has_value());
    // Line ends inside CDATA and comments: ours come out as \n, as the standard says; libxml2 keeps some \r.
    for (std::string* log : {&ours.log, &theirs.log}) std::erase_if(*log, [](char c) { return c == '\r' || c == '\n'; });
    if (a) REQUIRE(ours.log == theirs.log);
}

}  // namespace

TEST_CASE("a document with a little of everything") {
    REQUIRE(xml::can_scan(kDocument));
    Events e;
    e.with_lines = true;
    REQUIRE(xml::scan(kDocument, e));
    CHECK(e.log.find("<cib@3 epoch=[1] a=[x <&AB 'q' \"] b=[y]>") != std::string::npos);
    CHECK(e.log.find("<n@4 id=[1] text=[tab here line]>") != std::string::npos);
    CHECK(e.log.find("{some > text  <raw> &  more}") != std::string::npos);
    agree(kDocument);
}

TEST_CASE("what is refused, and how it is said") {
    const auto message = [](std::string_view document) {
        Events e;
        const auto done = xml::scan(document, e);
        return done ? std::string{"accepted"} : done.error().message;
    };
    CHECK(message("<a>\n<b>\n</a>") == "line 3: tag \"b\" is closed by \"a\"");
    CHECK(message("<a>") == "line 1: tag \"a\" is not closed");
    CHECK(message("<a x='1' x='2'/>") == "line 1: in tag \"a\": attribute x is there twice");
    CHECK(message("<a x=1/>") == "line 1: in tag \"a\": the value of x is not quoted");
    CHECK(message("<a x='<'/>") == "line 1: \"<\" inside an attribute's value must be written &lt;");
    CHECK(message("<a>&nbsp;</a>") == "line 1: unknown reference \"&nbsp;\"");
    CHECK(message("<a>\x01</a>") == "line 1: the control character 0x01");
    CHECK(message("<a/><b/>") == "line 1: there is more than one root element");
    CHECK(message("<a/>x") == "line 1: text after the root element");
    CHECK(message("") == "line 1: there is no element");
    std::string deep;
    for (int i = 0; i < 300; ++i) deep += "<a>";
    CHECK(message(deep) == "line 1: elements are nested deeper than 200");
}

TEST_CASE("who takes what") {
    CHECK(xml::can_scan("<a/>"));
    CHECK(xml::can_scan("\xEF\xBB\xBF<?xml version='1.0'?><!-- x --><a/>"));
    CHECK_FALSE(xml::can_scan("<!DOCTYPE a><a/>"));
    CHECK_FALSE(xml::can_scan("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>"));
    CHECK_FALSE(xml::can_scan(""));
}

TEST_CASE("thousands of damaged documents: both parsers agree") {
    std::uint64_t state = 7;
    const auto random = [&](std::size_t below) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<std::size_t>((state >> 33U) % below);
    };
    constexpr std::string_view kBits[] = {"<", ">", "/", "\"", "'", "&", ";", "=", " ", "<a>", "</a>", "<a/>", "&lt;", "&#0;",
                                          "&#x20AC;", "]]>", "<![CDATA[", "--", "<!--", "-->", "\n", "\r\n", "\r", "\t", "\x01",
                                          "\xC3", "\xED\xA0\x80", "\xEF\xBF\xBF", "x='1'", "<?", "?>", "<?xml ?>", "0", "."};
    for (int round = 0; round < 20'000; ++round) {
        std::string d = kDocument;
        for (std::size_t edits = random(3) + 1; edits > 0; --edits) {
            const std::size_t at = random(d.size());
            const auto bit = kBits[random(std::size(kBits))];
            switch (random(3)) {
                case 0: d.insert(at, bit); break;
                case 1: d.erase(at, random(6) + 1); break;
                default: d.replace(at, 1, bit); break;
            }
        }
        agree(d);
    }
}
