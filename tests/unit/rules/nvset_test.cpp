// Name-value sets: which value counts (Pacemaker Explained, "Nvpair sets", "Reusing parts of the configuration").
#include "cib/rules/nvset.h"

#include "base/xml/parse.h"
#include "cib/rules/iso8601.h"
#include "tests/catch.h"

using namespace muster;
using namespace muster::cib;

namespace {
std::string values(const std::string& sets, std::string_view set_name = "instance_attributes", WallTime now = {}) {
    const auto owner = xml::parse("<primitive id='p'>" + sets + "</primitive>");
    REQUIRE(owner);
    EvalContext c;
    c.now = now;
    std::string out;
    for (const auto& v : resolve(*owner, set_name, c, IdIndex{*owner})) {
        out += (out.empty() ? "" : " ") + std::string{v.name} + "=" + std::string{v.value};
    }
    return out;
}
}  // namespace

TEST_CASE("higher score first, then the document's order, first value of a name") {
    CHECK(values("<instance_attributes id='a' score='1'><nvpair id='1' name='x' value='low'/></instance_attributes>"
                 "<instance_attributes id='b' score='2'><nvpair id='2' name='x' value='high'/>"
                 "<nvpair id='3' name='x' value='again'/></instance_attributes>"
                 "<instance_attributes id='c' score='2'><nvpair id='4' name='x' value='later'/>"
                 "<nvpair id='5' name='a' value='1'/></instance_attributes>") == "a=1 x=high");
    CHECK(values("<meta_attributes id='a'><nvpair id='1' name='x' value='1'/></meta_attributes>").empty());
}

TEST_CASE("the bootstrap options come before any score") {
    CHECK(values("<cluster_property_set id='other' score='INFINITY'><nvpair id='1' name='x' value='other'/></cluster_property_set>"
                 "<cluster_property_set id='cib-bootstrap-options'><nvpair id='2' name='x' value='own'/></cluster_property_set>",
                 "cluster_property_set") == "x=own");
}

TEST_CASE("#default takes back what stood before it") {
    const std::string give = "<nvpair id='1' name='x' value='given'/>";
    const std::string take = "<nvpair id='2' name='x' value='#default'/>";
    CHECK(values("<instance_attributes id='a'>" + give + take + "</instance_attributes>").empty());
    CHECK(values("<instance_attributes id='a' score='2'>" + give + "</instance_attributes>"
                 "<instance_attributes id='b' score='1'>" + take + "</instance_attributes>").empty());
    CHECK(values("<instance_attributes id='a' score='1'>" + give + "</instance_attributes>"
                 "<instance_attributes id='b' score='2'>" + take + "</instance_attributes>") == "x=given");
}

TEST_CASE("a set whose rule is false is left out") {
    const std::string sets =
        "<instance_attributes id='a' score='2'><rule id='r'><date_expression id='d' operation='lt' end='2005-01-01'/></rule>"
        "<nvpair id='1' name='x' value='then'/></instance_attributes>"
        "<instance_attributes id='b'><nvpair id='2' name='x' value='now'/></instance_attributes>";
    CHECK(values(sets, "instance_attributes", *parse_date_time("2004-06-01")) == "x=then");
    CHECK(values(sets, "instance_attributes", *parse_date_time("2006-06-01")) == "x=now");
}

TEST_CASE("references to sets and to pairs") {
    CHECK(values("<template><instance_attributes id='shared'><nvpair id='n' name='x' value='1'/></instance_attributes></template>"
                 "<instance_attributes id-ref='shared'/>") == "x=1");
    CHECK(values("<template><instance_attributes id='shared'><nvpair id='n' name='x' value='1'/></instance_attributes></template>"
                 "<instance_attributes id='b'><nvpair id-ref='n'/><nvpair id-ref='n' name='y'/></instance_attributes>") ==
          "x=1 y=1");
    CHECK(values("<instance_attributes id-ref='nowhere'/>").empty());
}

TEST_CASE("levels of defaults") {
    const auto doc = xml::parse("<c><p><meta_attributes id='1'><nvpair id='2' name='x' value='own'/></meta_attributes></p>"
                                "<d><meta_attributes id='3'><nvpair id='4' name='x' value='default'/>"
                                "<nvpair id='5' name='y' value='default'/></meta_attributes></d></c>");
    const IdIndex index{*doc};
    NameValues v = resolve(*doc->child("p"), "meta_attributes", {}, index);
    v.add_missing(resolve(*doc->child("d"), "meta_attributes", {}, index));
    CHECK(v.get("x") == "own");
    CHECK(v.get("y") == "default");
    CHECK(v.get("z", "none") == "none");
    CHECK(v.find("y")->set->id() == "3");
    CHECK(v.find("y")->pair->id() == "5");
}
