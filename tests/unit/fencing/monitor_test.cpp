// Proves: a stonith resource starts, is watched and stops as other resources do; fencing breaks off a monitor.
#include "tests/catch.h"
#include "tests/unit/fencing/bench.h"

using namespace muster;
using namespace muster::fencing;

namespace {
MonitorOrder order(const std::string& id, const std::string& operation, Duration interval = Duration{0}) {
    return {1, id, {"d", "agent_d", {{"pcmk_host_list", "n1"}}, false}, operation, seconds{20}, interval, "key"};
}
}  // namespace

TEST_CASE("probe, start, recurring monitor, stop") {
    Bench b;
    b.device("d", {{"pcmk_host_list", "n1"}});
    b.configure();
    b.give(order("p", "monitor"));
    CHECK(b.monitored.at(0).rc == 7);
    b.give(order("s", "start"));
    b.end("monitor");
    CHECK(b.monitored.at(1).rc == 0);
    CHECK(b.monitored.at(1).user_data == "key");
    CHECK(b.fencer.devices().at(0).runs_here);

    b.give(order("m", "monitor", seconds{60}));
    b.end("monitor");
    REQUIRE(b.monitored.size() == 3);
    REQUIRE(b.timers.size() == 1);
    CHECK(b.timers[0].delay == seconds{60});
    b.give(TimerFired{b.timers[0].timer});
    b.end("monitor");
    CHECK(b.monitored.size() == 3);  // no change, no report
    b.give(TimerFired{b.timers[1].timer});
    b.end("monitor", 1, "", "device is gone\n");
    REQUIRE(b.monitored.size() == 4);
    CHECK(b.monitored[3].rc == 1);
    CHECK(b.monitored[3].exit_reason == "agent_d ended with status 1, it said \"device is gone\"");

    b.give(order("x", "stop"));
    CHECK(b.monitored.at(4).rc == 0);
    CHECK_FALSE(b.fencer.devices().at(0).runs_here);
    b.look();
    b.give(TimerFired{b.timers.back().timer});
    CHECK(b.look().empty());
}

TEST_CASE("a start that fails, an agent that is not there, a configuration that is wrong") {
    Bench b;
    b.give(order("s", "start"));  // crmd may order before it configures
    b.end("metadata", 0, kMetadata);
    b.end("monitor", 1, "", "refused\n");
    CHECK(b.monitored.at(0).rc == 1);
    b.give(order("s2", "start"));
    AgentDone missing;
    missing.missing = true;
    b.end("monitor", missing);
    CHECK(b.monitored.at(1).rc == 5);
    b.device("d", {{"pcmk_host_check", "maybe"}});
    b.configure();
    b.give(order("s3", "start"));
    CHECK(b.monitored.at(2).rc == 6);
    CHECK(b.monitored[2].exit_reason.find("pcmk_host_check") != std::string::npos);
    b.give(order("s4", "promote"));
    CHECK(b.monitored.at(3).rc == 3);
}

TEST_CASE("a cancelled monitor's late result is nobody's") {
    Bench b;
    b.device("d", {{"pcmk_host_list", "n1"}});
    b.configure();
    b.give(order("m", "monitor", seconds{10}));
    b.give(order("c", "cancel", seconds{10}));
    b.end("monitor", 1);
    REQUIRE(b.monitored.size() == 1);
    CHECK(b.monitored[0].operation == "cancel");
    CHECK(b.timers.empty());
}

TEST_CASE("fencing goes before a monitor that holds the device; the monitor is repeated") {
    Bench b;
    b.device("d", {{"pcmk_host_list", "n1"}});
    b.configure();
    b.give(order("m", "monitor", seconds{10}));
    b.execute("r1", "n1");
    CHECK(b.look() == "run agent_d monitor\n");
    REQUIRE(b.killed.size() == 1);
    AgentDone ended;
    ended.signal = 9;
    b.end("monitor", ended);
    CHECK(b.look() == "run agent_d reboot n1\n");
    CHECK(b.monitored.empty());
    b.end("reboot");
    CHECK(b.done.at(0).ok);
    CHECK(b.look() == "run agent_d monitor\n");
    b.end("monitor");
    CHECK(b.monitored.at(0).rc == 0);
}
