// Proves: which alert agents are told of which event, and with which environment.
#include <map>

#include "base/xml/parse.h"
#include "crmd/core/alerts.h"
#include "tests/catch.h"

using namespace muster;
using namespace muster::crmd;

namespace {

xml::Element configuration(const std::string& alerts) { return *xml::parse("<configuration><alerts>" + alerts + "</alerts></configuration>"); }

std::map<std::string, std::string> environment(const lrmd::proto::Alert& order) {
    std::map<std::string, std::string> out;
    for (const auto& a : order.environment()) out[a.name()] = a.value();
    return out;
}

const AlertEvent kStart{"resource", "ok", "node1", {{"task", "start"}, {"rsc", "vip"}, {"rc", "0"}}};
const AlertEvent kLost{"node", "lost", "node2", {{"nodeid", "2"}}};
const AlertEvent kAttribute{"attribute", "", "node1", {{"attribute_name", "pingd"}, {"attribute_value", "0"}}};
constexpr WallTime kNow{1'700'000'000'123'456};

}  // namespace

TEST_CASE("each recipient is told, with its own values over the alert's") {
    const auto c = configuration(
        "<alert id=\"mail\" path=\"/usr/share/mail\"><meta_attributes id=\"m\"><nvpair id=\"m1\" name=\"timeout\" value=\"5s\"/></meta_attributes>"
        "<instance_attributes id=\"i\"><nvpair id=\"i1\" name=\"sender\" value=\"a@b\"/></instance_attributes>"
        "<recipient id=\"r1\" value=\"root@localhost\"/>"
        "<recipient id=\"r2\" value=\"ops\"><instance_attributes id=\"j\"><nvpair id=\"j1\" name=\"sender\" value=\"c@d\"/></instance_attributes></recipient></alert>");
    const auto orders = alerts_for(c, kStart, kNow, 7);
    REQUIRE(orders.size() == 2);
    CHECK(orders[0].path() == "/usr/share/mail");
    CHECK(orders[0].timeout_ms() == 5000);
    auto env = environment(orders[0]);
    CHECK(env["CRM_alert_kind"] == "resource");
    CHECK(env["CRM_alert_recipient"] == "root@localhost");
    CHECK(env["CRM_alert_task"] == "start");
    CHECK(env["CRM_notify_rsc"] == "vip");
    CHECK(env["CRM_alert_node_sequence"] == "7");
    CHECK(env["CRM_alert_timestamp_epoch"] == "1700000000");
    CHECK(env["CRM_alert_timestamp_usec"] == "123456");
    CHECK(env["sender"] == "a@b");
    CHECK(environment(orders[1])["sender"] == "c@d");
}

TEST_CASE("select says which kinds; without it all but attributes") {
    const auto all = configuration("<alert id=\"a\" path=\"/x\"/>");
    CHECK(alerts_for(all, kStart, kNow, 1).size() == 1);
    CHECK(alerts_for(all, kLost, kNow, 1).size() == 1);
    CHECK(alerts_for(all, kAttribute, kNow, 1).empty());
    const auto some = configuration("<alert id=\"a\" path=\"/x\"><select><select_nodes/><select_attributes><attribute id=\"n\" name=\"pingd\"/></select_attributes></select></alert>");
    CHECK(alerts_for(some, kStart, kNow, 1).empty());
    CHECK(alerts_for(some, kLost, kNow, 1).size() == 1);
    CHECK(alerts_for(some, kAttribute, kNow, 1).size() == 1);
    CHECK(alerts_for(some, {"attribute", "", "node1", {{"attribute_name", "other"}}}, kNow, 1).empty());
    const auto off = configuration("<alert id=\"a\" path=\"/x\"><meta_attributes id=\"m\"><nvpair id=\"n\" name=\"enabled\" value=\"false\"/></meta_attributes></alert>");
    CHECK(alerts_for(off, kLost, kNow, 1).empty());
}

TEST_CASE("fractions of a second in timestamps") {
    CHECK(format_timestamp("%3N %6N %N", kNow) == "123 123456 123456000");
    CHECK(format_timestamp("%M %%N", WallTime{kNow.us}) == format_timestamp("%M", kNow) + " %N");
}
