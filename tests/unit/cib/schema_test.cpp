// Validation speaks the operator's words; older documents are read and upgraded.
#include "cib/schema/schema.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/xml/parse.h"
#include "cib/schema/properties.h"
#include "tests/catch.h"

using namespace muster;

namespace {

xml::Element document(const std::string& resources, const std::string& constraints = {}, const std::string& more = {},
                      const std::string& schema = "pacemaker-3.9") {
    const std::string text = "<cib validate-with=\"" + schema + "\" admin_epoch=\"0\" epoch=\"1\" num_updates=\"0\">\n<configuration>"
        "<crm_config/><nodes/><resources>\n" + resources + "</resources><constraints>" + constraints + "</constraints>" + more +
        "</configuration><status/></cib>";
    auto parsed = xml::parse(text);
    REQUIRE(parsed);
    return *parsed;
}

std::string first(const xml::Element& cib) {
    const auto complaints = cib::validate(cib);
    return complaints.empty() ? "valid" : cib::to_string(complaints.front());
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
}

}  // namespace

TEST_CASE("a fault is told with element, attribute, line and what was expected") {
    CHECK(first(document(R"(<primitive id="a" class="ocf" provider="p" type="t"/>)")) == "valid");
    CHECK(first(document(R"(<primitive id="a" clas="ocf" provider="p" type="t"/>)"))
              .find("line 3: primitive a, clas: <primitive> has no such attribute; did you mean \"class\"?") == 0);
    CHECK(first(document(R"(<primitive id="a" class="ofc" provider="p" type="t"/>)")) ==
          "line 3: primitive a, class: \"ofc\" is not valid, expected one of ocf, lsb, heartbeat, service, stonith, "
          "systemd, upstart, nagios; did you mean \"ocf\"?");
    CHECK(first(document(R"(<primitive id="a" class="lsb" type="t"><operations><op id="o" interval="10s"/></operations></primitive>)")) ==
          "line 3: op o, name: this attribute is missing");
    CHECK(first(document(R"(<primitive id="a" class="lsb" type="t"><opertions/></primitive>)")) ==
          "line 3: opertions a: <opertions> has no place inside <primitive>; expected there: meta_attributes, "
          "instance_attributes, utilization, operations; did you mean \"operations\"?");
    CHECK(first(document("", R"(<rsc_location id="l" rsc="a" node="n" score="much"/>)")) ==
          "line 3: rsc_location l, score: \"much\" is not valid, expected a whole number, INFINITY or -INFINITY");
    CHECK(first(document(R"(<primitive id="a" class="ocf" type="t"/>)")) != "valid");
    CHECK(first(document("", "", "", "pacemaker-9999.0")).find("pacemaker-9999.0") != std::string::npos);
    CHECK(first(document(R"(<nonsense/>)", "", "", "none")) == "valid");
}

TEST_CASE("an older document is upgraded, each change is told") {
    const auto old = document(
        R"(<master id="m"><primitive id="a" class="ocf" provider="p" type="t"/></master>
           <primitive id="n" class="nagios" type="check_http"/>)",
        R"(<rsc_location id="l" rsc="m"><rule id="r1" score="1"><expression id="e1" attribute="x" operation="defined"/></rule>
           <rule id="r2" score="2"><expression id="e2" attribute="y" operation="defined"/></rule></rsc_location>
           <rsc_location id="ln" rsc="n" node="z" score="1"/>)",
        R"(<acls><acl_user id="u"><read id="u-r" xpath="/cib"/></acl_user></acls>)", "pacemaker-1.3");
    REQUIRE(first(old) == "valid");
    const auto done = cib::upgrade(old);
    REQUIRE(done);
    CHECK(done->document.get("validate-with") == "pacemaker-4.0");
    const auto* clone = done->document.find_by_id("m");
    REQUIRE(clone);
    CHECK(clone->name() == "clone");
    CHECK(clone->child("meta_attributes")->child("nvpair")->get("name") == "promotable");
    CHECK_FALSE(done->document.find_by_id("n"));
    CHECK_FALSE(done->document.find_by_id("ln"));
    CHECK(done->document.find_by_id("l-2"));
    CHECK(done->document.child("configuration")->child("acls")->child("acl_role", "auto-u")->child("acl_permission")->get("kind") == "read");
    CHECK(done->changes.size() == 6);
    const auto again = cib::upgrade(done->document);
    REQUIRE(again);
    CHECK(again->changes.empty());
}

TEST_CASE("verify finds what a valid document cannot mean") {
    const auto cib = document(
        R"(<primitive id="a" class="lsb" type="t"><operations><op id="o1" name="monitor" interval="10s"/>
           <op id="o2" name="monitor" interval="10"/><op id="o3" name="start" interval="0" timeout="soon"/></operations></primitive>)",
        R"(<rsc_order id="x" first="a" then="zz"/>)");
    REQUIRE(first(cib) == "valid");
    const auto findings = cib::verify(cib);
    REQUIRE(findings.size() == 4);
    CHECK(findings[0].text.find("no fencing device") != std::string::npos);
    CHECK(findings[1].text.find("o2 has the same interval as o1") != std::string::npos);
    CHECK(findings[2].text.find("timeout \"soon\"") != std::string::npos);
    CHECK(findings[3].text == "rsc_order x: then \"zz\" is no resource; the constraint has no effect");
}

TEST_CASE("properties: older names, defaults, sets by score") {
    auto doc = document("");
    CHECK(cib::property_value(doc, "stonith-enabled") == "true");
    auto* config = doc.edit_child("configuration")->edit_child("crm_config");
    config->add(*xml::parse(R"(<cluster_property_set id="z" score="10"><nvpair id="i" name="fencing-enabled" value="false"/></cluster_property_set>)"));
    CHECK(cib::property_value(doc, "stonith-enabled") == "false");
    config->add(*xml::parse(R"(<cluster_property_set id="cib-bootstrap-options"><nvpair id="j" name="stonith-enabled" value="yes"/></cluster_property_set>)"));
    CHECK(cib::property_value(doc, "stonith-enabled") == "yes");
}

TEST_CASE("Pacemaker's scheduler inputs are read and upgraded") {
    const char* shared = std::getenv("MUSTER_SHARED");
    const std::filesystem::path folder = std::filesystem::path{shared ? shared : "../shared"} / "pacemaker-cases" / "xml";
    if (!std::filesystem::is_directory(folder)) {
        WARN("no yardsticks at " << folder);
        return;
    }
    int seen = 0;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        const auto cib = xml::parse(read_file(entry.path()));
        REQUIRE(cib);
        INFO(entry.path());
        CHECK(first(*cib) == "valid");
        if (cib->get("validate-with") != "none") {
            const auto upgraded = cib::upgrade(*cib);
            CHECK(upgraded);
            if (!upgraded) WARN(upgraded.error().message);
        }
        ++seen;
    }
    CHECK(seen >= 600);
}
