// Proves: musterd starts the three in order, starts again what dies with growing waits, kills what is silent, gives up
// by policy, and stops backwards.  Each scenario is read as text: what came in, what went out.
#include <csignal>
#include <sstream>

#include "base/exit_status.h"
#include "crmd/musterd/supervisor.h"
#include "tests/catch.h"

using namespace muster;
using namespace muster::musterd;

namespace {

std::string text(const Outputs& outputs) {
    std::ostringstream s;
    for (const auto& o : outputs) {
        if (const auto* x = std::get_if<Start>(&o)) s << "start " << x->name << "; ";
        if (const auto* x = std::get_if<Ping>(&o)) s << "ping " << x->name << "; ";
        if (std::holds_alternative<AskToLeave>(o)) s << "leave; ";
        if (const auto* x = std::get_if<Signal>(&o)) s << "signal " << x->signal << " " << x->name << "; ";
        if (std::holds_alternative<Ready>(o)) s << "ready; ";
        if (const auto* x = std::get_if<Finished>(&o)) s << "finished " << x->exit_status << "; ";
    }
    return s.str();
}

struct Bench {
    Supervisor s{{"lrmd", "fenced", "crmd"}, Policy{}};
    Instant now{};
    std::string step(const Input& in) { return text(s.step(in, now)); }
    void pass(Duration d) { now = now + d; }
    void all_run() {
        s.start(now);
        int pid = 100;
        for (const char* name : {"lrmd", "fenced", "crmd"}) step(Began{name, ++pid});
        for (const char* name : {"lrmd", "fenced", "crmd"}) step(Answered{name});
    }
};

}  // namespace

TEST_CASE("starts in order and is ready when all answer") {
    Bench b;
    CHECK(text(b.s.start(b.now)) == "start lrmd; start fenced; start crmd; ");
    b.step(Began{"lrmd", 1});
    b.step(Began{"fenced", 2});
    b.step(Began{"crmd", 3});
    CHECK(b.step(Tick{}) == "ping lrmd; ping fenced; ping crmd; ");
    CHECK(b.step(Answered{"lrmd"}).empty());
    CHECK(b.step(Answered{"crmd"}).empty());
    CHECK(b.step(Answered{"fenced"}) == "ready; ");
}

TEST_CASE("an adopted child is not started a second time") {
    Bench b;
    b.step(Began{"crmd", 77});
    CHECK(text(b.s.start(b.now)) == "start lrmd; start fenced; ");
}

TEST_CASE("what dies is back at once, what dies again waits longer each time, up to a bound") {
    Bench b;
    b.all_run();
    b.step(Ended{"crmd", -1, SIGKILL});
    CHECK(b.s.next_due() == b.now);
    CHECK(b.step(Tick{}).find("start crmd; ") != std::string::npos);
    Duration last{0};
    for (int i = 0; i < 8; ++i) {
        b.step(Began{"crmd", 200 + i});
        b.step(Ended{"crmd", 1, 0});
        Duration wait{0};
        while (b.step(Tick{}).find("start crmd") == std::string::npos) {
            b.pass(milliseconds{10});
            wait += milliseconds{10};
            b.step(Answered{"lrmd"});
            b.step(Answered{"fenced"});
        }
        CHECK(wait >= last);
        CHECK(wait <= seconds{5});
        last = wait;
    }
    CHECK(last == seconds{5});
}

TEST_CASE("ten failures in five minutes: gives up and ends the others, status 1") {
    Bench b;
    b.all_run();
    std::string out;
    for (int i = 0; i < 10; ++i) {
        out = b.step(Ended{"fenced", 1, 0});
        b.step(Began{"fenced", 300 + i});
    }
    CHECK(out == "signal 15 crmd; ");
    CHECK(b.step(Ended{"crmd", 0, 0}).find("signal 15") != std::string::npos);
    b.step(Ended{"fenced", 0, 0});
    CHECK(b.step(Ended{"lrmd", 0, 0}) == "finished 1; ");
}

TEST_CASE("silent for ten seconds: killed, then started again") {
    Bench b;
    b.all_run();
    std::string out;
    for (int i = 0; i < 11; ++i) {
        b.pass(seconds{1});
        b.step(Answered{"lrmd"});
        b.step(Answered{"fenced"});
        out += b.step(Tick{});
    }
    CHECK(out.find("signal 9 crmd") != std::string::npos);
    CHECK(out.find("signal 9 lrmd") == std::string::npos);
    b.step(Ended{"crmd", -1, SIGKILL});
    CHECK(b.step(Tick{}).find("start crmd") != std::string::npos);
}

TEST_CASE("a stop: crmd leaves first, then fenced, then lrmd") {
    Bench b;
    b.all_run();
    CHECK(b.step(StopWanted{}) == "leave; ");
    CHECK(b.step(StopWanted{}).empty());
    CHECK(b.step(Ended{"crmd", 0, 0}) == "signal 15 fenced; ");
    CHECK(b.step(Ended{"fenced", 0, 0}) == "signal 15 lrmd; ");
    CHECK(b.step(Ended{"lrmd", 0, 0}) == "finished 0; ");
}

TEST_CASE("lrmd that dies while crmd leaves is started again: the stops need it") {
    Bench b;
    b.all_run();
    b.step(StopWanted{});
    b.step(Ended{"lrmd", -1, SIGKILL});
    CHECK(b.step(Tick{}).find("start lrmd") != std::string::npos);
}

TEST_CASE("a second signal ends the daemons at once; one that does not end is killed") {
    Bench b;
    b.all_run();
    b.step(StopWanted{});
    CHECK(b.step(StopNow{}) == "signal 15 crmd; ");
    b.pass(seconds{11});
    CHECK(b.step(Tick{}).find("signal 9 crmd") != std::string::npos);
}

TEST_CASE("exit status 100 is a daemon's word not to start it again") {
    Bench b;
    b.all_run();
    CHECK(b.step(Ended{"crmd", 100, 0}) == "signal 15 fenced; ");
    b.step(Ended{"fenced", 0, 0});
    CHECK(b.step(Ended{"lrmd", 0, 0}) == "finished 100; ");
}

TEST_CASE("crmd that left the cluster as it was told stays away, and all is well") {
    Bench b;
    b.all_run();
    CHECK(b.step(Ended{"crmd", kExitLeft, 0}) == "signal 15 fenced; ");
    b.step(Ended{"fenced", 0, 0});
    CHECK(b.step(Ended{"lrmd", 0, 0}) == "finished 0; ");
}
