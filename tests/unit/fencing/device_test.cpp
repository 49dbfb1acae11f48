// Proves: pcmk_* parameters are read as documented and wrong ones named; what an agent prints is understood; levels are
// chosen by name, pattern, attribute; a level of several devices cuts all before it powers any on.
#include "fencing/core/device.h"
#include "fencing/core/topology.h"
#include "tests/catch.h"

using namespace muster;
using namespace muster::fencing;

namespace {
DeviceConfig config(std::vector<std::pair<std::string, std::string>> parameters) {
    return {"dev", "fence_test", std::move(parameters), false};
}
std::string error_of(std::vector<std::pair<std::string, std::string>> parameters) {
    const auto device = read_device(config(std::move(parameters)));
    return device ? "" : device.error().message;
}
}  // namespace

TEST_CASE("hosts, ports and the default of the host check") {
    const auto listed = read_device(config({{"pcmk_host_list", "n1, n2;n3 n4"}, {"ip", "10.0.0.1"}}));
    REQUIRE(listed);
    CHECK(listed->hosts == std::vector<std::string>{"n1", "n2", "n3", "n4"});
    CHECK(listed->parameters == std::map<std::string, std::string>{{"ip", "10.0.0.1"}});
    CHECK(effective_check(*listed, presumed_agent()) == HostCheck::static_list);

    const auto mapped = read_device(config({{"pcmk_host_map", "n1:1;n2:2,3"}}));
    REQUIRE(mapped);
    CHECK(mapped->ports.at("n2") == "2,3");
    CHECK(agent_options(*mapped, presumed_agent(), "off", "n2") == "action=off\nnodename=n2\nplug=2,3\n");

    const auto plain = read_device(config({}));
    CHECK(effective_check(*plain, AgentInfo{{"list"}, "plug", false}) == HostCheck::dynamic_list);
    CHECK(effective_check(*plain, AgentInfo{{"status"}, "plug", false}) == HostCheck::status);
    CHECK(effective_check(*plain, AgentInfo{{}, "plug", false}) == HostCheck::none);
}

TEST_CASE("actions have their own command, timeout and number of tries") {
    const auto device = read_device(config({{"pcmk_off_action", "cut"}, {"pcmk_off_timeout", "90s"},
                                            {"pcmk_off_retries", "4"}, {"pcmk_reboot_action", "off"}}));
    REQUIRE(device);
    CHECK(device->policy("off").command == "cut");
    CHECK(device->policy("off").timeout == seconds{90});
    CHECK(device->policy("off").tries == 4);
    CHECK(device->policy("reboot").command == "off");
    CHECK(device->policy("on").command == "on");
    CHECK(device->policy("on").tries == 2);
}

TEST_CASE("delays: a base, one for each node, and a share of what the most leaves") {
    const auto device = read_device(config({{"pcmk_delay_base", "n1:2s;n2:5"}, {"pcmk_delay_max", "10s"}}));
    REQUIRE(device);
    CHECK(device->delay("n2", 0) == seconds{5});
    CHECK(device->delay("n1", 0) == seconds{2});
    CHECK(device->delay("n9", 0) == seconds{0});
    for (std::uint64_t dice : {1ull, 12345678901ull, ~0ull}) {
        CHECK(device->delay("n1", dice) >= seconds{2});
        CHECK(device->delay("n1", dice) < seconds{10});
    }
}

TEST_CASE("wrong parameters are named, with what was expected") {
    CHECK(error_of({{"pcmk_host_check", "maybe"}}) ==
          "fence device dev: pcmk_host_check=\"maybe\": expected static-list, dynamic-list, status or none");
    CHECK(error_of({{"pcmk_host_map", "n1"}}).find("expected node:value pairs") != std::string::npos);
    CHECK(error_of({{"pcmk_off_timeout", "10x"}}).find("pcmk_off_timeout") != std::string::npos);
    CHECK(error_of({{"pcmk_action_limit", "many"}}).find("pcmk_action_limit") != std::string::npos);
    CHECK_FALSE(read_device({"dev", "../../bin/sh", {}, false}));
    CHECK_FALSE(read_device({"dev", "", {}, false}));
    CHECK(error_of({{"pcmk_not_known_yet", "x"}}).empty());
}

TEST_CASE("an outlet given as a plain parameter, or none at all") {
    const auto fixed = read_device(config({{"plug", "7"}}));
    CHECK(agent_options(*fixed, presumed_agent(), "off", "n1") == "action=off\nnodename=n1\nplug=7\n");
    const auto none = read_device(config({{"pcmk_host_argument", "none"}}));
    CHECK(agent_options(*none, presumed_agent(), "off", "n1") == "action=off\nnodename=n1\n");
    const auto other = read_device(config({{"pcmk_host_argument", "uuid"}}));
    CHECK(agent_options(*other, presumed_agent(), "off", "n1") == "action=off\nnodename=n1\nuuid=n1\n");
    CHECK(agent_options(*other, presumed_agent(), "monitor", "") == "action=monitor\n");
}

TEST_CASE("metadata, with warnings before it, and lists") {
    const auto info = read_metadata(
        "warning: old\n<?xml version=\"1.0\"?><resource-agent name=\"x\"><parameters><parameter name=\"port\"/>"
        "</parameters><actions><action name=\"on\" automatic=\"1\"/><action name=\"off\"/></actions></resource-agent>");
    REQUIRE(info);
    CHECK(info->host_argument == "port");
    CHECK(info->unfences);
    CHECK(info->offers("off"));
    CHECK_FALSE(info->offers("reboot"));
    CHECK_FALSE(read_metadata("no such thing"));
    CHECK_FALSE(read_metadata("<resource-agent><actions></resource-agent>"));
    CHECK(read_host_list("1,node1\n2,N/A\nnode3,\n") == std::vector<std::string>{"1", "node1", "2", "node3"});
}

TEST_CASE("levels: name before pattern before attribute, lowest index first") {
    const std::vector<Level> all{
        {"", "^n[0-9]$", "", "", 1, {"pattern"}}, {"n1", "", "", "", 2, {"second"}},
        {"n1", "", "", "", 1, {"first", "other"}}, {"", "", "rack", "r7", 1, {"rack"}},
    };
    const auto named = levels_for(all, "n1", {{"rack", "r7"}});
    REQUIRE(named.size() == 2);
    CHECK(named[0].devices == std::vector<std::string>{"first", "other"});
    CHECK(levels_for(all, "n2", {{"rack", "r7"}})[0].devices[0] == "pattern");
    CHECK(levels_for(all, "other", {{"rack", "r7"}})[0].devices[0] == "rack");
    CHECK(levels_for(all, "other", {}).empty());
    CHECK(levels_for({{"", "([", "", "", 1, {"broken"}}}, "n1", {}).empty());

    const auto steps = steps_of({"a", "b"}, "reboot");
    REQUIRE(steps.size() == 4);
    CHECK(steps[1].action == "off");
    CHECK(steps[2].action == "on");
    CHECK(steps[2].may_fail);
    CHECK(steps_of({"a"}, "reboot").size() == 1);
}
