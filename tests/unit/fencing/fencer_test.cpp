// Proves, without a process or a clock: which device is chosen, what happens when agents fail or hang, that one target
// is never acted on twice at a time, that no order runs twice, and that orders of an older era are refused.
#include "tests/catch.h"
#include "tests/unit/fencing/bench.h"

using namespace muster;
using namespace muster::fencing;

TEST_CASE("one device, one node: reboot, done") {
    Bench b;
    b.device("d", {{"pcmk_host_list", "n1"}});
    b.configure();
    b.execute("r1", "n1");
    CHECK(b.look() == "run agent_d reboot n1\n");
    CHECK(b.done.empty());
    b.end("reboot", 0, "ok\n");
    REQUIRE(b.done.size() == 1);
    CHECK(b.done[0].ok);
    CHECK(b.done[0].device == "d");
    CHECK(b.done[0].output_tail == "ok\n");
}

TEST_CASE("a request waits for the agent's metadata") {
    Bench b;
    b.device("d", {{"pcmk_host_list", "n1"}});
    b.give(b.config);
    b.look();
    b.execute("r1", "n1");
    CHECK(b.look().empty());
    b.end("metadata", 0, "<resource-agent><actions><action name=\"off\"/></actions></resource-agent>");
    CHECK(b.look() == "run agent_d off n1\n");  // it cannot reboot
    CHECK(Bench::option(b.running[0], "plug").empty());  // it takes no outlet
}

TEST_CASE("a failed run is tried again, then the next device; devices that run here come first") {
    Bench b;
    b.device("a", {{"pcmk_host_list", "n1"}});
    b.device("z", {{"pcmk_host_list", "n1"}}, true);
    b.configure();
    b.execute("r1", "n1", "off");
    CHECK(b.look() == "run agent_z off n1\n");
    b.end("off", 1, "", "cannot log in\n");
    CHECK(b.look() == "run agent_z off n1\n");
    b.end("off", 1, "", "cannot log in\n");
    CHECK(b.look() == "run agent_a off n1\n");
    b.end("off", 1);
    b.end("off", 1);
    REQUIRE(b.done.size() == 1);
    CHECK_FALSE(b.done[0].ok);
    CHECK(b.done[0].attempts == 4);
    CHECK(b.done[0].error ==
          "off of n1 failed: device z: agent_z ended with status 1, it said \"cannot log in\"; device a: agent_a "
          "ended with status 1, it said nothing");
}

TEST_CASE("a hang uses up the device's time; a retry gets only what is left") {
    Bench b;
    b.device("d", {{"pcmk_host_list", "n1"}, {"pcmk_off_timeout", "10s"}});
    b.configure();
    b.execute("r1", "n1", "off");
    CHECK(b.running[0].timeout == seconds{10});
    b.now = b.now + seconds{4};
    b.end("off", 1);
    CHECK(b.running[0].timeout == seconds{6});
    b.now = b.now + seconds{6};
    AgentDone hang;
    hang.timed_out = true;
    hang.out = "connecting\n";
    b.end("off", hang);
    REQUIRE(b.done.size() == 1);
    CHECK(b.done[0].error.find("gave no answer within 6s and was killed, it said \"connecting\"") != std::string::npos);
}

TEST_CASE("no device: the reason is said") {
    Bench b;
    b.execute("r0", "n1");
    CHECK(b.done.at(0).error == "no device can reboot n1: no fence device is configured");
    b.device("d", {{"pcmk_host_list", "n2 n3"}});
    b.device("broken", {{"pcmk_host_check", "maybe"}});
    b.configure();
    b.execute("r1", "n1");
    REQUIRE(b.done.size() == 2);
    CHECK(b.done[1].error.find("d reaches only n2 n3") != std::string::npos);
    CHECK(b.done[1].error.find("broken: fence device broken: pcmk_host_check") != std::string::npos);
}

TEST_CASE("an agent that is not installed is not tried") {
    Bench b;
    b.device("d", {{"pcmk_host_list", "n1"}});
    b.give(b.config);
    AgentDone missing;
    missing.missing = true;
    b.end("metadata", missing);
    b.look();
    b.execute("r1", "n1");
    CHECK(b.look().empty());
    CHECK(b.done.at(0).error == "no device can reboot n1: d: fence agent agent_d is not installed");
}

TEST_CASE("dynamic list: fetched at once, used as it is, asked again when old") {
    Bench b;
    b.device("d", {});
    b.give(b.config);
    b.end("metadata", 0, kMetadata);
    b.end("list", 0, "1,n1\n2,n2\n");
    b.look();
    b.execute("r1", "n2");
    CHECK(b.look() == "run agent_d reboot n2\n");
    b.end("reboot");
    b.execute("r2", "n3");
    CHECK_FALSE(b.done.at(1).ok);  // the list is fresh
    b.now = b.now + seconds{61};
    b.execute("r3", "n3");
    CHECK(b.look() == "run agent_d list\n");
    b.end("list", 0, "3,n3\n");
    CHECK(b.look() == "run agent_d reboot n3\n");
}

TEST_CASE("a device whose list hangs does not hold up one that is certain") {
    Bench b;
    b.device("a", {});
    b.device("b", {{"pcmk_host_list", "n1"}});
    b.configure();
    b.execute("r1", "n1");
    CHECK(b.look() == "run agent_b reboot n1\n");
    b.end("reboot", 1);
    b.end("reboot", 1);
    CHECK(b.done.empty());  // a may reach it yet
    b.end("list", 0, "n1\n");
    CHECK(b.look() == "run agent_b reboot n1\nrun agent_a reboot n1\n");
    b.end("reboot");
    CHECK(b.done.at(0).ok);
}

TEST_CASE("host check by status: on and off both mean that it knows the node") {
    Bench b;
    b.device("d", {{"pcmk_host_check", "status"}});
    b.configure();
    b.execute("r1", "n1", "off");
    CHECK(b.look() == "run agent_d status\n");
    b.end("status", 2);
    CHECK(b.look() == "run agent_d off n1\n");
    b.end("off");
    b.execute("r2", "n9", "off");
    b.end("status", 1, "", "no such plug\n");
    CHECK(b.done.at(1).error.find("status does not know the node") != std::string::npos);
}

TEST_CASE("levels: all devices of one, else the next; reboot cuts all before it powers on") {
    Bench b;
    for (const char* id : {"ipmi", "pdu1", "pdu2"}) b.device(id, {{"pcmk_host_list", "n1"}});
    b.config.levels = {{"n1", "", "", "", 1, {"ipmi"}}, {"n1", "", "", "", 2, {"pdu1", "pdu2"}}};
    b.configure();
    b.execute("r1", "n1");
    b.end("reboot", 1);
    b.end("reboot", 1);
    b.end("off");
    b.end("off");
    b.end("on", 1);
    b.end("on", 1);  // retried, then ignored: it is off
    b.end("on");
    CHECK(b.look() ==
          "run agent_ipmi reboot n1\nrun agent_ipmi reboot n1\nrun agent_pdu1 off n1\nrun agent_pdu2 off n1\n"
          "run agent_pdu1 on n1\nrun agent_pdu1 on n1\nrun agent_pdu2 on n1\n");
    CHECK(b.done.at(0).ok);
}

TEST_CASE("a level with a device that is not there fails") {
    Bench b;
    b.config.levels = {{"n1", "", "", "", 1, {"gone"}}};
    b.configure();
    b.execute("r1", "n1");
    CHECK(b.done.at(0).error == "reboot of n1 failed: device gone: it is not configured");
}

TEST_CASE("delays come once, before the first device, and never before on") {
    Bench b;
    b.device("a", {{"pcmk_host_list", "n1"}, {"pcmk_delay_base", "3s"}});
    b.device("b", {{"pcmk_host_list", "n1"}, {"pcmk_delay_base", "7s"}});
    b.configure();
    b.execute("r1", "n1", "off");
    CHECK(b.look().empty());
    REQUIRE(b.timers.size() == 1);
    CHECK(b.timers[0].delay == seconds{3});
    b.give(TimerFired{b.timers[0].timer});
    b.end("off", 1);
    b.end("off", 1);
    CHECK(b.look() == "run agent_a off n1\nrun agent_a off n1\nrun agent_b off n1\n");
    b.end("off");
    b.execute("r2", "n1", "on");
    CHECK(b.look() == "run agent_a on n1\n");
}

TEST_CASE("same target: the same action joins, another one waits for its end") {
    Bench b;
    b.device("d", {{"pcmk_host_list", "n1 n2"}, {"pcmk_action_limit", "-1"}});
    b.configure();
    b.execute("r1", "n1");
    b.execute("r2", "n1");
    b.execute("r3", "n1", "off");
    b.execute("r4", "n2");
    CHECK(b.look() == "run agent_d reboot n1\nrun agent_d reboot n2\n");
    b.end("reboot");
    REQUIRE(b.done.size() == 2);
    CHECK(b.done[0].request_id == "r1");
    CHECK(b.done[1].request_id == "r2");
    CHECK(b.look() == "run agent_d off n1\n");
}

TEST_CASE("an order that comes again is joined while it runs and answered from the history after") {
    Bench b;
    b.device("d", {{"pcmk_host_list", "n1"}});
    b.configure();
    b.execute("r1", "n1");
    b.give(ClientGone{1});
    b.execute("r1", "n1");
    b.end("reboot");
    REQUIRE(b.done.size() == 1);
    b.execute("r1", "n1");
    REQUIRE(b.done.size() == 2);
    CHECK(b.done[1].ok);
    CHECK(b.look() == "run agent_d reboot n1\n");
}

TEST_CASE("an order of an older era is refused") {
    Bench b;
    b.device("d", {{"pcmk_host_list", "n1"}});
    b.configure();
    b.give(SawEra{5});
    b.execute("r1", "n1");
    CHECK(b.look().empty());
    CHECK(b.done.at(0).error == "refused: the order is of era 1, era 5 holds");
}

TEST_CASE("a device removed while it works: its run still counts; one that waited for it fails") {
    Bench b;
    b.device("d", {{"pcmk_host_list", "n1 n2"}});
    b.configure();
    b.execute("r1", "n1");
    b.execute("r2", "n2");
    CHECK(b.look() == "run agent_d reboot n1\n");  // action limit 1
    b.config.devices.clear();
    b.configure();
    REQUIRE(b.done.size() == 1);
    CHECK(b.done[0].request_id == "r2");
    CHECK_FALSE(b.done[0].ok);
    b.end("reboot");
    CHECK(b.done.at(1).ok);
}

TEST_CASE("query: the devices in order of use, or why there are none") {
    Bench b;
    b.device("a", {{"pcmk_host_list", "n1"}});
    b.device("b", {{"pcmk_host_list", "n1"}}, true);
    b.configure();
    b.give(Query{1, "q1", "n1", "reboot", {}});
    b.give(Query{1, "q2", "n9", "reboot", {}});
    REQUIRE(b.answers.size() == 2);
    CHECK(b.answers[0].devices == std::vector<std::string>{"b", "a"});
    CHECK(b.answers[1].why_none.find("a reaches only n1") != std::string::npos);
    CHECK(b.look().empty());
}

TEST_CASE("the history has what ran and what runs, newest first") {
    Bench b;
    b.device("d", {{"pcmk_host_list", "n1 n2"}, {"pcmk_action_limit", "-1"}});
    b.configure();
    b.execute("r1", "n1");
    b.end("reboot", 0);
    b.execute("r2", "n2");
    const auto records = b.fencer.records("");
    REQUIRE(records.size() == 2);
    CHECK(records[0].request_id == "r2");
    CHECK(records[0].state == RequestState::executing);
    CHECK(records[1].state == RequestState::done);
    CHECK(b.fencer.records("n1").size() == 1);
}
