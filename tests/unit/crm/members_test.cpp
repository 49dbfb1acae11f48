// What a resource's name stands for in the nodes' histories.
#include "cib/model/read.h"
#include "tests/catch.h"
#include "tools/crm/levels/members.h"

using namespace muster;
using Names = std::vector<std::string>;

namespace {

constexpr const char* kCib = R"(<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0">
<configuration><crm_config/><nodes><node id="1" uname="node1"/></nodes><resources>
<group id="site"><primitive id="vip" class="ocf" provider="pacemaker" type="Dummy"/><primitive id="web" class="ocf" provider="pacemaker" type="Dummy"/></group>
<clone id="files"><primitive id="nfs" class="ocf" provider="pacemaker" type="Dummy"/></clone>
<primitive id="webalizer" class="ocf" provider="pacemaker" type="Dummy"/>
</resources><constraints/></configuration>
<status><node_state id="1" uname="node1" crmd="online" in_ccm="true" join="member"><lrm id="1"><lrm_resources>
<lrm_resource id="vip" class="ocf" provider="pacemaker" type="Dummy"><lrm_rsc_op id="a" operation="monitor" interval="0" rc-code="7" op-status="0" call-id="1"/></lrm_resource>
<lrm_resource id="web" class="ocf" provider="pacemaker" type="Dummy"><lrm_rsc_op id="b" operation="monitor" interval="0" rc-code="7" op-status="0" call-id="2"/></lrm_resource>
<lrm_resource id="webalizer" class="ocf" provider="pacemaker" type="Dummy"><lrm_rsc_op id="c" operation="monitor" interval="0" rc-code="7" op-status="0" call-id="3"/></lrm_resource>
<lrm_resource id="nfs:0" class="ocf" provider="pacemaker" type="Dummy"><lrm_rsc_op id="d" operation="monitor" interval="0" rc-code="7" op-status="0" call-id="4"/></lrm_resource>
<lrm_resource id="nfs:1" class="ocf" provider="pacemaker" type="Dummy"><lrm_rsc_op id="e" operation="monitor" interval="0" rc-code="7" op-status="0" call-id="5"/></lrm_resource>
<lrm_resource id="gone" class="ocf" provider="pacemaker" type="Dummy"><lrm_rsc_op id="f" operation="monitor" interval="0" rc-code="0" op-status="0" call-id="6"/></lrm_resource>
</lrm_resources></lrm></node_state></status></cib>)";

}  // namespace

TEST_CASE("cleanup of a group, a clone, a primitive, of what is configured no more") {
    const auto cib = cib::read(kCib);
    REQUIRE(cib);
    CHECK(crm::history_names(*cib, "site").value() == Names{"vip", "web"});
    CHECK(crm::history_names(*cib, "files").value() == Names{"nfs:0", "nfs:1"});
    CHECK(crm::history_names(*cib, "nfs").value() == Names{"nfs", "nfs:0", "nfs:1"});
    CHECK(crm::history_names(*cib, "web").value() == Names{"web"});
    CHECK(crm::history_names(*cib, "gone").value() == Names{"gone"});
    const auto unknown = crm::history_names(*cib, "wbe");
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().message == "there is no resource 'wbe'; did you mean 'web'?");
}
