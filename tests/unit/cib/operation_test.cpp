// The operations do what cibadmin's verbs are documented and seen to do.
#include "cib/change/operation.h"

#include "base/xml/parse.h"
#include "base/xml/write.h"
#include "base/xml/xpath.h"
#include "cib/change/references.h"
#include "cib/model/read.h"
#include "tests/catch.h"

using namespace muster;
using cib::Operation;
using cib::Verb;

namespace {

xml::Element tree(std::string_view text) {
    auto parsed = xml::parse(text);
    REQUIRE(parsed);
    return *parsed;
}

xml::Element sample() {
    return tree(R"(<cib admin_epoch="0" epoch="5" num_updates="3"><configuration>
      <crm_config><cluster_property_set id="opts"><nvpair id="opts-a" name="a" value="1"/></cluster_property_set></crm_config>
      <nodes/>
      <resources>
        <primitive id="d1" class="ocf" provider="pacemaker" type="Dummy"><meta_attributes id="d1-m"><nvpair id="d1-x" name="x" value="1"/></meta_attributes></primitive>
        <primitive id="d2" class="ocf" provider="pacemaker" type="Dummy"/>
      </resources><constraints/></configuration><status/></cib>)");
}

Operation with(Verb verb, std::string section, std::string_view input = {}) {
    Operation op;
    op.verb = verb;
    op.section = std::move(section);
    if (!input.empty()) op.input = tree(input);
    return op;
}

std::string version(const xml::Element& e) { return cib::to_string(cib::version_of(e)); }

}  // namespace

TEST_CASE("create refuses what is there and moves the epoch") {
    auto made = cib::apply(sample(), with(Verb::create, "resources", R"(<primitive id="d3" class="lsb" type="x"/>)"));
    REQUIRE(made);
    CHECK(made->document.find_by_id("d3"));
    CHECK(version(made->document) == "0.6.0");
    auto again = cib::apply(made->document, with(Verb::create, "resources", R"(<primitive id="d3"/>)"));
    REQUIRE_FALSE(again);
    CHECK(again.error().code == ErrorCode::exists);
    auto all = cib::apply(sample(), with(Verb::create, "nodes", R"(<nodes><node id="1" uname="a"/></nodes>)"));
    REQUIRE(all);
    CHECK(all->document.find_by_id("1"));
}

TEST_CASE("modify merges, and says when there is nothing to change") {
    auto op = with(Verb::modify, "resources", R"(<primitive id="d1" description="new"/>)");
    auto done = cib::apply(sample(), op);
    REQUIRE(done);
    CHECK(done->document.find_by_id("d1")->get("description") == "new");
    CHECK(done->document.find_by_id("d1-x"));
    auto same = cib::apply(done->document, op);
    REQUIRE(same);
    CHECK_FALSE(same->changed);
    CHECK(version(same->document) == "0.6.0");
    auto absent = cib::apply(sample(), with(Verb::modify, "resources", R"(<primitive id="zz"/>)"));
    REQUIRE_FALSE(absent);
    CHECK(absent.error().code == ErrorCode::not_found);
    op = with(Verb::modify, "resources", R"(<primitive id="zz" class="lsb" type="x"/>)");
    op.allow_create = true;
    CHECK(cib::apply(sample(), op)->document.find_by_id("zz"));
}

TEST_CASE("modify expands name++ and name+=N only when asked") {
    auto op = with(Verb::modify, "", R"(<nvpair id="d1-x" value="value+=5"/>)");
    CHECK(cib::apply(sample(), op)->document.find_by_id("d1-x")->get("value") == "value+=5");
    op.expand_score = true;
    CHECK(cib::apply(sample(), op)->document.find_by_id("d1-x")->get("value") == "6");
    op.input = tree(R"(<nvpair id="d1-x" value="value++"/>)");
    CHECK(cib::apply(sample(), op)->document.find_by_id("d1-x")->get("value") == "2");
}

TEST_CASE("replace of the document obeys the version") {
    const auto old = R"(<cib admin_epoch="0" epoch="4" num_updates="9"><configuration/></cib>)";
    auto refused = cib::apply(sample(), with(Verb::replace, "", old));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::old);
    const auto newer = R"(<cib admin_epoch="0" epoch="9" num_updates="7"><configuration/></cib>)";
    auto done = cib::apply(sample(), with(Verb::replace, "", newer));
    REQUIRE(done);
    CHECK(version(done->document) == "0.10.0");
    CHECK(done->document.child("status"));
}

TEST_CASE("replace of a section or an element") {
    auto done = cib::apply(sample(), with(Verb::replace, "resources", R"(<resources/>)"));
    REQUIRE(done);
    CHECK_FALSE(done->document.find_by_id("d1"));
    Operation op = with(Verb::replace, "", R"(<primitive id="d1" class="lsb" type="y"/>)");
    op.xpath = "//primitive[@id='d1']";
    done = cib::apply(sample(), op);
    REQUIRE(done);
    CHECK(done->document.find_by_id("d1")->get("class") == "lsb");
    CHECK_FALSE(done->document.find_by_id("d1-x"));
    CHECK(done->document.find_by_id("d2"));
}

TEST_CASE("remove: all given attributes must match, and absence is no error") {
    CHECK(cib::apply(sample(), with(Verb::remove, "resources", R"(<primitive id="d2"/>)"))->changed);
    CHECK_FALSE(cib::apply(sample(), with(Verb::remove, "resources", R"(<primitive id="d2" type="no"/>)"))->changed);
    CHECK(cib::apply(sample(), with(Verb::remove, "", R"(<nvpair id="d1-x"/>)"))->changed);
    Operation op = with(Verb::remove, "");
    op.xpath = "//primitive";
    CHECK(cib::apply(sample(), op)->document.find_by_id("d2"));
    op.verb = Verb::remove_all;
    auto all = cib::apply(sample(), op);
    CHECK_FALSE(all->document.find_by_id("d1"));
    CHECK_FALSE(all->document.find_by_id("d2"));
    op.xpath = "//resources";
    CHECK_FALSE(cib::apply(sample(), op));
}

TEST_CASE("query, bump, erase") {
    Operation op = with(Verb::query, "");
    op.xpath = "//primitive";
    auto two = cib::apply(sample(), op);
    REQUIRE(two);
    CHECK(two->result->name() == "xpath-query");
    CHECK(two->result->children().size() == 2);
    op.xpath = "//primitive[@id='d1']";
    op.no_children = true;
    CHECK(cib::apply(sample(), op)->result->children().empty());
    CHECK(version(cib::apply(sample(), with(Verb::bump, ""))->document) == "0.6.0");
    auto erased = cib::apply(sample(), with(Verb::erase, ""));
    CHECK(version(erased->document) == "1.6.0");
    CHECK_FALSE(erased->document.find_by_id("d1"));
}

TEST_CASE("a status change moves num_updates only; the typed form agrees") {
    auto op = with(Verb::modify, "status", R"(<node_state id="1" uname="a"/>)");
    op.allow_create = true;
    auto done = cib::apply(sample(), op);
    REQUIRE(done);
    CHECK(version(done->document) == "0.5.4");
    auto typed = cib::from_element(sample());
    REQUIRE(typed);
    auto typed_done = cib::apply(*typed, op);
    REQUIRE(typed_done);
    CHECK(typed_done->document.status.node("a"));
    CHECK(cib::to_string(typed_done->document.version()) == "0.5.4");
    auto removed = cib::apply(typed_done->document, with(Verb::remove, "resources", R"(<primitive id="d1"/>)"));
    REQUIRE(removed);
    CHECK(removed->document.status.node("a"));
    CHECK_FALSE(removed->document.configuration.find_by_id("d1"));
}

TEST_CASE("references: double ids, bad ids, dangling and mismatched references") {
    auto doc = tree(R"(<configuration><resources>
        <primitive id="a" template="t"><meta_attributes id-ref="b"/></primitive>
        <primitive id="b"/><group id="a"/><primitive id="1x"/></resources>
        <constraints><rsc_location id="l" rsc="zz" node="n" score="0"/></constraints></configuration>)");
    const auto complaints = cib::check_references(doc);
    REQUIRE(complaints.size() == 5);
    CHECK(cib::to_string(complaints[0]) == "line 3: group a, id: id \"a\" is used by a <primitive> already");
    CHECK(complaints[1].text.find("\"1x\" is no id") == 0);
    CHECK(complaints[2].text == "\"t\" does not exist");
    CHECK(complaints[3].text == "\"b\" is a <primitive>, expected a <meta_attributes>");
    CHECK_FALSE(complaints[4].fatal);
    CHECK(cib::check_references(sample()).empty());
}

TEST_CASE("XPath finds places, attributes stand for their element, nonsense is refused") {
    const auto doc = sample();
    auto found = xml::select(doc, "//nvpair[@name='x']/@value");
    REQUIRE(found);
    REQUIRE(found->size() == 1);
    CHECK(found->front().attribute == "value");
    CHECK(xml::to_xpath(doc, found->front().path) ==
          "/cib/configuration/resources/primitive[@id='d1']/meta_attributes[@id='d1-m']/nvpair[@id='d1-x']");
    CHECK_FALSE(xml::select(doc, "//["));
    CHECK_FALSE(xml::select(doc, "count(//nvpair)"));
}
