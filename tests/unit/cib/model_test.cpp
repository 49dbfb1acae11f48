// Proves: a CIB is read into typed values in one pass and written back with nothing lost.
#include "base/xml/parse.h"
#include "base/xml/write.h"
#include "cib/model/read.h"
#include "cib/model/write.h"
#include "tests/catch.h"

using namespace muster;

namespace {
constexpr const char* kText = R"(<cib admin_epoch="0" epoch="5" num_updates="7" validate-with="pacemaker-3.9">
  <configuration>
    <crm_config/>
    <nodes>
      <node id="1" uname="n1"/>
    </nodes>
    <resources>
      <primitive id="a" class="ocf" provider="heartbeat" type="Dummy"/>
    </resources>
    <constraints/>
  </configuration>
  <status>
    <node_state id="1" uname="n1" in_ccm="true" crmd="online" join="member" expected="member">
      <transient_attributes id="1">
        <instance_attributes id="status-1"/>
      </transient_attributes>
      <lrm id="1">
        <lrm_resources>
          <lrm_resource id="a" class="ocf" provider="heartbeat" type="Dummy">
            <lrm_rsc_op id="a_last_0" operation_key="a_start_0" operation="start" transition-key="1:2:0:u" transition-magic="0:0;1:2:0:u" call-id="4" rc-code="0" op-status="0" interval="0" strange="kept"/>
          </lrm_resource>
        </lrm_resources>
      </lrm>
    </node_state>
    <tickets>
      <ticket_state id="t" granted="true"/>
    </tickets>
  </status>
</cib>
)";
}

TEST_CASE("typed status and tree configuration") {
    const auto cib = cib::read(kText);
    REQUIRE(cib);
    CHECK(cib->version() == cib::Version{0, 5, 7});
    REQUIRE(cib->status.nodes.size() == 1);
    const auto& node = cib->status.nodes[0];
    REQUIRE(node.history.size() == 1);
    const auto& op = node.history[0].ops.at(0);
    CHECK(op.operation == "start");
    CHECK(op.call_id == 4);
    REQUIRE(op.extra.size() == 1);
    CHECK(op.extra[0].value == "kept");
    CHECK(cib->section("resources")->find_by_id("a")->get("type") == "Dummy");
}

TEST_CASE("written back, the same tree") {
    const auto cib = cib::read(kText);
    REQUIRE(cib);
    CHECK(*xml::parse(cib::write(*cib)) == *xml::parse(kText));
    const auto again = cib::from_element(*xml::parse(kText));
    REQUIRE(again);
    CHECK(cib::write(*again) == cib::write(*cib));
}

TEST_CASE("another root is refused by name") {
    const auto cib = cib::read("<configuration/>");
    REQUIRE_FALSE(cib);
    CHECK(cib.error().message == "line 1: the root element is <configuration>; expected <cib>");
}
