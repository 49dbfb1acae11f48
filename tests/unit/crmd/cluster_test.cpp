// Whole clusters in memory: the real coordinators, journal and planner.
#include <algorithm>

#include "small_cluster.h"
#include "tests/catch.h"

namespace muster::crmd::test {
namespace {

const char* kResources =
    "<resources><primitive id=\"power\" class=\"stonith\" type=\"fence_x\"/>"
    "<primitive id=\"web\" class=\"ocf\" provider=\"heartbeat\" type=\"Dummy\"><operations>"
    "<op id=\"web-m\" name=\"monitor\" interval=\"10s\"/></operations></primitive></resources>";

const char* kFabric =
    "<resources><primitive id=\"fabric\" class=\"stonith\" type=\"fence_fabric\"><meta_attributes id=\"fabric-m\">"
    "<nvpair id=\"fabric-p\" name=\"provides\" value=\"unfencing\"/></meta_attributes></primitive>"
    "<primitive id=\"web\" class=\"ocf\" provider=\"heartbeat\" type=\"Dummy\"/></resources>";

std::string property(const std::string& name, const std::string& value) {
    return "<crm_config><cluster_property_set id=\"cib-bootstrap-options\"><nvpair id=\"cib-bootstrap-options-" + name +
           "\" name=\"" + name + "\" value=\"" + value + "\"/></cluster_property_set></crm_config>";
}

SmallCluster three() {
    SmallCluster c{3};
    for (NodeId id : {1u, 2u, 3u}) c.boot(id);
    c.settle(seconds{3});
    return c;
}

std::size_t starts(const SmallCluster& c, const std::string& resource) {
    return static_cast<std::size_t>(std::count_if(c.ran.begin(), c.ran.end(), [&](const Ran& r) {
        return r.operation == "start" && r.resource == resource;
    }));
}

}  // namespace

TEST_CASE("three nodes agree on a DC and run what is configured, once") {
    SmallCluster c = three();
    REQUIRE(c.dc() != 0);
    REQUIRE(c.commit("modify", "resources", kResources) == "");
    c.settle();
    CHECK(c.where("web").size() == 1);
    CHECK(starts(c, "web") == 1);
}

TEST_CASE("an agent is told which feature set the cluster has, and its digest does not depend on it") {
    SmallCluster c = three();
    std::size_t orders = 0, told = 0;
    c.on_run = [&](const lrmd::proto::Run& run) {
        ++orders;
        for (const auto& a : run.attributes()) told += a.name() == "crm_feature_set" && a.value() == "3.20.5";
    };
    REQUIRE(c.commit("modify", "resources", kResources) == "");
    c.settle();
    c.settle(seconds{60});
    CHECK(orders > 0);
    CHECK(told == orders);
    CHECK(c.watches.size() == 1);  // not taken for changed
}

TEST_CASE("a monitor with another timeout begins anew once, and nothing else happens") {
    SmallCluster c = three();
    REQUIRE(c.commit("modify", "resources", kResources) == "");
    c.settle();
    c.settle(seconds{60});
    REQUIRE(c.watches.size() == 1);
    std::string longer = kResources;
    const std::string interval = "interval=\"10s\"";
    longer.replace(longer.find(interval), interval.size(), interval + " timeout=\"40s\"");
    const auto ran = c.ran.size();
    REQUIRE(c.commit("modify", "resources", longer) == "");
    c.settle();
    c.settle(seconds{60});
    CHECK(c.watches.size() == 2);
    CHECK(c.ran.size() == ran);
}

TEST_CASE("a lost node is fenced before its resource starts elsewhere") {
    SmallCluster c = three();
    REQUIRE(c.commit("modify", "resources", kResources) == "");
    c.settle();
    const NodeId active = c.where("web").at(0);
    bool fenced_first = false;
    c.agent = [&](const Ran& r) {
        if (r.operation == "start" && r.resource == "web") fenced_first = !c.fenced.empty();
        return 0;
    };
    c.lose(active);
    c.settle(seconds{1});
    REQUIRE(c.where("web").size() == 1);
    CHECK(c.fenced.at(0) == SmallCluster::name(active));
    CHECK(fenced_first);
}

TEST_CASE("nothing starts elsewhere while fencing fails, and it is tried again") {
    SmallCluster c = three();
    REQUIRE(c.commit("modify", "resources", kResources) == "");
    c.settle();
    bool works = false;
    c.fence_works = [&](const std::string&) { return works; };
    c.lose(c.where("web").at(0));
    c.settle(seconds{5});
    CHECK(c.where("web").empty());
    CHECK(c.fenced.size() >= 2);
    works = true;
    c.settle(seconds{20});
    CHECK(c.where("web").size() == 1);
}

TEST_CASE("a crmd that dies, the DC's above all, moves nothing") {
    SmallCluster c = three();
    REQUIRE(c.commit("modify", "resources", kResources) == "");
    c.settle();
    const auto before = c.where("web");
    for (NodeId id : {1u, 2u, 3u}) {
        c.kill_crmd(id);
        c.settle(seconds{3});
        CHECK(c.dc() != 0);
    }
    CHECK(c.where("web") == before);
    CHECK(starts(c, "web") == 1);
    CHECK(c.fenced.empty());
}

TEST_CASE("without an era the node that is left acts as DC: it stops what it may not run, fences nobody, changes nothing") {
    SmallCluster c = three();
    REQUIRE(c.commit("modify", "resources", kResources) == "");
    c.settle();
    const NodeId active = c.where("web").at(0);
    for (NodeId id : {1u, 2u, 3u}) if (id != active) c.lose(id);
    c.settle(seconds{1});
    CHECK(c.core(active).dc() == 0);       // not at once: an era may come yet
    CHECK(c.runs(active, "web"));
    c.settle(seconds{5});
    CHECK(c.core(active).dc() == active);
    CHECK_FALSE(c.runs(active, "web"));    // no-quorum-policy is stop
    CHECK(c.fenced.empty());
    CHECK(c.commit("modify", "crm_config", property("no-quorum-policy", "ignore")).find("read-only") != std::string::npos);
    for (NodeId id : {1u, 2u, 3u}) if (id != active) c.boot(id);
    c.settle(seconds{10});
    REQUIRE(c.dc() != 0);
    CHECK(c.where("web").size() == 1);
    CHECK(c.commit("modify", "crm_config", property("no-quorum-policy", "ignore")) == "");
}

// With fencing on it would stop all the same, as Pacemaker does: the nodes that are lost can not be cut off.
TEST_CASE("without quorum and fencing a frozen cluster goes on with what it has: a failure recovers in place, by the acting DC") {
    SmallCluster c = three();
    REQUIRE(c.commit("modify", "resources", kResources) == "");
    REQUIRE(c.commit("modify", "crm_config", property("no-quorum-policy", "freeze")) == "");
    REQUIRE(c.commit("modify", "crm_config", property("stonith-enabled", "false")) == "");
    c.settle();
    const NodeId active = c.where("web").at(0);
    for (NodeId id : {1u, 2u, 3u}) if (id != active) c.lose(id);
    c.settle(seconds{5});
    REQUIRE(c.core(active).dc() == active);
    CHECK(c.runs(active, "web"));
    CHECK(starts(c, "web") == 1);
    c.monitor_says(active, "web", 7);
    c.settle(seconds{2});
    CHECK(c.runs(active, "web"));
    CHECK(starts(c, "web") == 2);
    CHECK(c.fenced.empty());
}

TEST_CASE("a monitor's failure recovers in place") {
    SmallCluster c = three();
    REQUIRE(c.commit("modify", "resources", kResources) == "");
    c.settle();
    const auto before = c.where("web");
    c.monitor_says(before.at(0), "web", 7);
    c.settle(seconds{1});
    CHECK(c.where("web") == before);
    CHECK(starts(c, "web") == 2);
}

TEST_CASE("an agent that hangs on one resource holds up no other") {
    SmallCluster c = three();
    c.agent = [](const Ran& r) { return r.resource == "web" && r.operation == "start" ? -1 : 0; };
    REQUIRE(c.commit("modify", "resources", kResources) == "");
    c.settle();
    REQUIRE(c.commit("create", "resources", "<primitive id=\"other\" class=\"ocf\" provider=\"heartbeat\" type=\"Dummy\"/>") == "");
    c.settle(seconds{1});
    CHECK(c.where("other").size() == 1);
    CHECK(c.where("web").empty());
}

TEST_CASE("a node told to leave gives its resources away first") {
    SmallCluster c = three();
    REQUIRE(c.commit("modify", "resources", kResources) == "");
    c.settle();
    const NodeId active = c.where("web").at(0);
    proto::Message m;
    m.mutable_stop_node();
    CHECK(c.ask(active, m).has_done());
    c.settle(seconds{1});
    REQUIRE(c.where("web").size() == 1);
    CHECK(c.where("web").at(0) != active);
    CHECK(c.fenced.empty());
}

TEST_CASE("a lost node is fenced with the action that the configuration names") {
    SmallCluster c = three();
    REQUIRE(c.commit("modify", "resources", kResources) == "");
    REQUIRE(c.commit("modify", "crm_config", property("stonith-action", "off")) == "");
    c.settle();
    c.lose(c.where("web").at(0));
    c.settle(seconds{1});
    REQUIRE(c.fence_runs.size() == 1);
    CHECK(c.fence_runs.at(0).first == "off");
}

TEST_CASE("unfencing: a node is let in before anything starts there, marked so, and not cut off by it") {
    SmallCluster c = three();
    bool let_in_first = true;
    c.agent = [&](const Ran& r) {
        if (r.operation == "start" && c.core(1).state().node(r.node)->attributes.count("#node-unfenced") == 0) let_in_first = false;
        return 0;
    };
    REQUIRE(c.commit("modify", "resources", kFabric) == "");
    c.settle(seconds{2});
    CHECK(c.where("web").size() == 1);
    CHECK(let_in_first);
    CHECK(c.fenced.empty());
    for (NodeId id : {1u, 2u, 3u}) {
        const auto& attributes = c.core(2).state().node(id)->attributes;
        REQUIRE(attributes.count("#node-unfenced") == 1);
        CHECK(attributes.at("#digests-all").rfind("fabric:fence_fabric:", 0) == 0);
        CHECK(attributes.count("#digests-secure") == 1);
    }
    const auto runs = c.fence_runs;
    CHECK(std::count_if(runs.begin(), runs.end(), [](const auto& run) { return run.first == "on"; }) >= 3);

    SECTION("a node that was cut off is let in again when it has booted, not before") {
        const NodeId active = c.where("web").at(0);
        c.lose(active);
        c.settle(seconds{1});
        CHECK(c.fenced == std::vector<std::string>{SmallCluster::name(active)});
        CHECK(c.fence_runs.back().first == "reboot");
        c.boot(active);
        c.settle(seconds{3});
        CHECK(c.fence_runs.back() == std::pair<std::string, std::string>{"on", SmallCluster::name(active)});
        CHECK(c.core(c.dc()).state().node(active)->attributes.count("#node-unfenced") == 1);
    }
}

TEST_CASE("an order of an older era is nothing as soon as the newer era is active, before its DC has ordered anything") {
    SmallCluster c = three();
    REQUIRE(c.commit("modify", "resources", kResources) == "");
    c.settle();
    const NodeId old = c.dc();
    const NodeId active = c.where("web").at(0);
    wire::Wire late;  // accepted by corosync long ago, delivered only now
    wire::Order& stop = *late.mutable_order();
    stop.set_id("late.1");
    stop.set_era_number(c.core(old).replica().era().term.number);
    stop.set_node(SmallCluster::name(active));
    stop.set_resource("web");
    stop.set_history_id("web");
    stop.set_klass("ocf");
    stop.set_operation("stop");
    c.kill_crmd(old);
    c.settle(seconds{2});
    REQUIRE(c.core(c.dc()).replica().era().term.number > stop.era_number());
    c.ran.clear();
    c.say(old, late);
    c.settle(seconds{1});
    CHECK(c.ran.empty());
    CHECK(c.where("web") == std::vector<NodeId>{active});
}

TEST_CASE("who is not the DC orders nothing, whatever era it names") {
    SmallCluster c = three();
    REQUIRE(c.commit("modify", "resources", kResources) == "");
    c.settle();
    const NodeId active = c.where("web").at(0);
    wire::Wire forged;
    wire::Order& stop = *forged.mutable_order();
    stop.set_id("forged.1");
    stop.set_era_number(c.core(c.dc()).replica().era().term.number);
    stop.set_node(SmallCluster::name(active));
    stop.set_resource("web");
    stop.set_operation("stop");
    c.ran.clear();
    c.say(c.dc() == 1 ? 2 : 1, forged);
    c.settle(seconds{1});
    CHECK(c.ran.empty());
    CHECK(c.where("web") == std::vector<NodeId>{active});
}

TEST_CASE("a commit made from an old version is refused in words") {
    SmallCluster c = three();
    proto::Message m;
    m.mutable_commit()->set_configuration_xml("<configuration><crm_config/><nodes/><resources/><constraints/></configuration>");
    m.mutable_commit()->set_base_version("0.0.0");
    const proto::Message answer = c.ask(1, m);
    REQUIRE(answer.has_failed());
    CHECK(answer.failed().code() == proto::OLD);
}

}  // namespace muster::crmd::test
