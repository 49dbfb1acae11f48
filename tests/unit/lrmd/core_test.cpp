// Proves the rules of lrmd's core on virtual time: order per resource, reports, cancel, ids, eras, restart.
#include <functional>
#include <map>

#include "lrmd/core/core.h"
#include "tests/catch.h"

using namespace muster;
using namespace muster::lrmd;

namespace {

Options options() {
    Options o;
    o.node = "node1";
    o.boot_id = "boot";
    return o;
}

// A node's lrmd with fake shims: what runs, what was sent, what is on disk.
struct Node {
    Core core{options()};
    Instant now{1'000'000};
    std::vector<proto::JournalRecord> disk;
    std::map<std::string, proto::Run> running;  // by run id
    std::map<std::string, Instant> began;
    std::vector<std::string> started;           // "start a"
    std::vector<proto::Message> sent;
    std::size_t closed = 0;

    void take(const Outputs& outputs) {
        for (const auto& o : outputs) {
            if (const auto* p = std::get_if<Persist>(&o)) disk.push_back(p->record);
            if (const auto* s = std::get_if<Send>(&o)) sent.push_back(s->message);
            if (std::get_if<CloseSession>(&o)) ++closed;
            if (const auto* r = std::get_if<StartRun>(&o)) {
                running[r->run_id] = r->run;
                began[r->run_id] = now;
                started.push_back(r->run.operation() + " " + r->run.resource());
            }
        }
    }
    void step(const Input& input) { take(core.step(input, now, WallTime{now.us})); }
    void message(SessionId session, const std::function<void(proto::Message&)>& fill) {
        MessageIn in{session, {}};
        fill(in.message);
        step(in);
    }
    void hello(SessionId session, std::uint64_t era = 0, const std::string& client = "crmd") {
        message(session, [&](proto::Message& m) {
            m.mutable_hello()->set_client(client);
            m.mutable_hello()->set_level(1);
            m.mutable_hello()->set_era(era);
        });
    }
    void order(const std::string& id, const std::string& resource, const std::string& operation, std::int64_t interval_ms = 0,
               std::uint64_t era = 0, std::int64_t start_delay_ms = 0, const std::string& origin = "") {
        message(1, [&](proto::Message& m) {
            auto& r = *m.mutable_run();
            r.set_start_delay_ms(start_delay_ms);
            if (!origin.empty()) {
                r.add_attributes()->set_name("CRM_meta_interval_origin");
                r.mutable_attributes(0)->set_value(origin);
            }
            r.set_action_id(id);
            r.set_resource(resource);
            r.set_operation(operation);
            r.set_interval_ms(interval_ms);
            r.set_era(era);
            r.set_klass("ocf");
            r.set_provider("test");
            r.set_type("Fake");
        });
    }
    void cancel(const std::string& id, const std::string& resource, std::int64_t interval_ms) {
        message(1, [&](proto::Message& m) {
            m.mutable_cancel()->set_action_id(id);
            m.mutable_cancel()->set_resource(resource);
            m.mutable_cancel()->set_operation("monitor");
            m.mutable_cancel()->set_interval_ms(interval_ms);
        });
    }
    // Ends the run of this resource.
    void end(const std::string& resource, int rc = 0, proto::Ended::How how = proto::Ended::EXITED, const std::string& reason = "") {
        for (const auto& [id, run] : running) {
            if (run.resource() != resource) continue;
            RunEnded in{id, {}};
            in.ended.set_started_at_us(began.at(id).us);
            in.ended.set_how(how);
            in.ended.set_code(rc);
            in.ended.set_exit_reason(reason);
            running.erase(id);
            return step(in);
        }
        FAIL("nothing runs for " << resource);
    }
    void pass(Duration d) {
        now = now + d;
        step(Tick{});
    }
    std::vector<proto::Result> results() {
        std::vector<proto::Result> list;
        for (const auto& m : sent) {
            if (m.has_result()) list.push_back(m.result());
        }
        sent.clear();
        return list;
    }
    // A new lrmd from the disk; `ended`: runs that left a result meanwhile.
    void restart(const std::map<std::string, int>& ended = {}) {
        core = Core{options()};
        sent.clear();
        for (const auto& record : disk) core.restore(record);
        const auto found = running;
        std::vector<RunEnded> over;
        for (const auto& [id, run] : found) {
            const auto e = ended.find(id);
            if (!core.found(id, run, e != ended.end(), now) || e == ended.end()) continue;
            RunEnded in{id, {}};
            in.ended.set_code(e->second);
            over.push_back(in);
            running.erase(id);
        }
        take(core.recovered(now, WallTime{now.us}));
        for (const auto& in : over) step(in);
    }
};

}  // namespace

TEST_CASE("operations of one resource never overlap; of two they do") {
    Node n;
    n.hello(1);
    n.order("1", "a", "start");
    n.order("2", "a", "promote");
    n.order("3", "b", "start");
    CHECK(n.started == std::vector<std::string>{"start a", "start b"});
    n.end("a");
    CHECK(n.started.back() == "promote a");
    n.end("a", 9);
    const auto results = n.results();
    REQUIRE(results.size() == 2);
    CHECK(results[0].action_id() == "1");
    CHECK(results[1].rc() == 9);
}

TEST_CASE("a recurring monitor tells its first result and changes only, and waits for one-shot operations") {
    Node n;
    n.hello(1);
    n.order("m", "a", "monitor", 1000);
    n.end("a");
    CHECK(n.results().size() == 1);
    for (int i = 0; i < 3; ++i) {
        n.pass(seconds{1});
        n.end("a");
    }
    CHECK(n.results().empty());
    n.pass(seconds{1});
    n.order("s", "a", "notify");
    n.order("t", "a", "notify");
    n.pass(seconds{5});
    n.end("a", 7);  // the monitor fails
    CHECK(n.started.back() == "notify a");
    CHECK(n.results().size() == 1);
    n.end("a");
    CHECK(n.started.back() == "notify a");
    n.end("a");
    n.pass(seconds{1});
    CHECK(n.started.back() == "monitor a");
    n.end("a", 7);
    CHECK(n.results().size() == 2);  // of the notifications; 7 was told
}

TEST_CASE("a monitor that stays degraded tells a new reason, but not with every run") {
    Node n;
    n.hello(1);
    n.order("m", "a", "monitor", 1000);
    const auto monitor = [&](int rc, const std::string& reason) {
        n.end("a", rc, proto::Ended::EXITED, reason);
        n.pass(seconds{1});
        const auto told = n.results();
        return told.empty() ? std::string{"nothing"} : std::to_string(told.back().rc()) + " " + told.back().exit_reason();
    };
    CHECK(monitor(190, "one disk of two") == "190 one disk of two");
    CHECK(monitor(190, "latency 12 ms") == "nothing");
    for (int i = 0; i < 7; ++i) CHECK(monitor(190, "latency " + std::to_string(i) + " ms") == "nothing");
    CHECK(monitor(190, "latency 9 ms") == "nothing");
    CHECK(monitor(190, "no disk of two") == "190 no disk of two");
    for (int i = 0; i < 20; ++i) CHECK(monitor(190, "no disk of two") == "nothing");
    CHECK(monitor(0, "") == "0 ");
    CHECK(monitor(0, "a word that nobody asked for") == "nothing");
}

TEST_CASE("the late result of a cancelled monitor is nobody's") {
    Node n;
    n.hello(1);
    n.order("m", "a", "monitor", 1000);
    n.cancel("c", "a", 1000);
    auto results = n.results();
    REQUIRE(results.size() == 1);
    CHECK(results[0].operation() == "cancel");
    CHECK(results[0].action_id() == "c");
    n.order("s", "a", "stop");
    CHECK(n.started.size() == 1);  // the stop waits for the monitor's end all the same
    n.end("a", 1);
    CHECK(n.results().empty());
    CHECK(n.started.back() == "stop a");
    n.pass(seconds{10});
    n.end("a");
    n.pass(seconds{10});
    CHECK(n.running.empty());
}

TEST_CASE("an order of an older era is refused; an id is started once") {
    Node n;
    n.hello(1, 5);
    n.order("4.1", "a", "start", 0, 4);
    REQUIRE(n.sent.back().has_refused_order());
    CHECK(n.sent.back().refused_order().reason() == "it is of era 4, but era 5 has begun");
    n.order("6.1", "a", "start", 0, 6);
    n.order("6.1", "a", "start", 0, 6);
    n.end("a");
    n.order("6.1", "a", "start", 0, 6);
    CHECK(n.started.size() == 1);
    CHECK(n.results().size() == 2);  // the result, and the same again for the repeated order
    n.order("5.9", "a", "stop", 0, 5);
    CHECK(n.started.size() == 1);
}

TEST_CASE("results are kept for the next session of their client until acknowledged") {
    Node n;
    n.hello(1);
    n.order("1", "a", "start");
    n.step(SessionClosed{1});
    n.end("a");
    CHECK(n.results().empty());
    n.hello(2, 0, "other");
    CHECK(n.results().empty());
    n.hello(3);
    const auto results = n.results();
    REQUIRE(results.size() == 1);
    n.message(3, [&](proto::Message& m) { m.mutable_ack()->set_sequence(results[0].sequence()); });
    n.hello(4);
    CHECK(n.closed == 1);
    CHECK(n.results().empty());
}

TEST_CASE("a restarted lrmd starts what had not begun, follows what runs, judges what has ended") {
    Node n;
    n.hello(1);
    n.order("1", "a", "start");
    n.order("2", "b", "start");
    n.order("3", "b", "promote");
    n.order("4", "c", "monitor", 1000);
    n.end("c");
    const auto before = n.started.size();
    n.disk = {n.core.snapshot()};  // as a compacted journal
    n.restart({{"1", 5}});
    CHECK(n.started.size() == before);
    n.hello(2);
    auto results = n.results();
    REQUIRE(results.size() == 2);  // c's monitor, not acknowledged, and a's start
    CHECK(results[1].rc() == 5);
    n.end("b");
    CHECK(n.started.back() == "promote b");
    n.pass(seconds{2});
    CHECK(n.started.back() == "monitor c");
    n.end("c");
    CHECK(n.results().size() == 1);  // b's start; the monitor's result is no change
}

TEST_CASE("a lost run is reported as lost; a lost monitor is asked again") {
    Node n;
    n.hello(1);
    n.order("1", "a", "start");
    n.end("a", 0, proto::Ended::LOST_RUN);
    CHECK(n.results().at(0).status() == proto::LOST);
    n.order("2", "a", "monitor", 60'000);
    n.end("a", 0, proto::Ended::LOST_RUN);
    CHECK(n.results().empty());
    CHECK(n.running.size() == 1);
}

TEST_CASE("many monitors do not begin in one burst, but all begin") {
    Node n;
    n.hello(1);
    for (int i = 0; i < 100; ++i) n.order("m" + std::to_string(i), "r" + std::to_string(i), "monitor", 10'000);
    CHECK(n.running.size() == 8);
    std::size_t rounds = 0;
    while (n.started.size() < 100 && ++rounds < 1000) n.end(n.running.begin()->second.resource());
    CHECK(n.started.size() == 100);
    // Hanging ones hold up the others for 2 s at most.
    Node hung;
    hung.hello(1);
    for (int i = 0; i < 10; ++i) hung.order("m" + std::to_string(i), "r" + std::to_string(i), "monitor", 10'000);
    REQUIRE(hung.core.next_due());
    hung.pass(seconds{2});
    CHECK(hung.running.size() == 10);
}

TEST_CASE("history is dropped only for a resource that runs nothing") {
    Node n;
    n.hello(1);
    n.order("1", "a", "start");
    const auto forget = [&] {
        n.message(1, [](proto::Message& m) {
            m.mutable_forget()->set_resource("a");
            m.mutable_forget()->set_action_id("d");
        });
    };
    forget();
    CHECK(n.sent.back().has_refused_order());
    n.end("a");
    forget();
    CHECK(n.sent.back().result().operation() == "delete");
    CHECK(n.core.table().resources_size() == 0);
}

TEST_CASE("an operation with a start delay waits, and what came after it waits behind it") {
    Node n;
    n.hello(1);
    n.order("1", "a", "start", 0, 0, 5000);
    n.order("2", "a", "stop");
    n.order("3", "b", "start");
    CHECK(n.started == std::vector<std::string>{"start b"});
    CHECK(*n.core.next_due() == Instant{6'000'000});
    n.pass(milliseconds{4999});
    CHECK(n.started.size() == 1);
    n.pass(milliseconds{1});
    CHECK(n.started.back() == "start a");
    n.end("a");
    CHECK(n.started.back() == "stop a");
    // A recurring one: its first run waits.
    n.order("m", "b", "monitor", 1000, 0, 3000);
    n.end("b");
    n.pass(milliseconds{2999});
    CHECK(n.started.back() == "stop a");
    n.pass(milliseconds{1});
    CHECK(n.started.back() == "monitor b");
}

TEST_CASE("a monitor with an interval-origin keeps its hours: not spread, not drifting, not moved by a restart") {
    constexpr std::int64_t kHour = 3600 * 1000;
    Node n;
    n.hello(1);
    n.order("m", "a", "monitor", kHour, 0, 600'000, "2026-01-01 02:00:00");  // its hour is in 10 min
    n.pass(seconds{600});
    const Instant first = n.now;
    REQUIRE(n.started.size() == 1);
    n.now = n.now + seconds{20};
    n.end("a");
    CHECK(*n.core.next_due() == first + hours{1});
    n.pass(hours{1} - seconds{20} + milliseconds{30});  // a timer that is late by 30 ms
    REQUIRE(n.started.size() == 2);
    n.end("a");
    CHECK(*n.core.next_due() == first + hours{2});
    n.now = n.now + minutes{10};
    n.disk = {n.core.snapshot()};
    n.restart();
    CHECK(n.started.size() == 2);
    CHECK(*n.core.next_due() == first + hours{2});
}

TEST_CASE("levels of a monitor recur beside each other, and a process that dies hurries the most frequent") {
    Node n;
    n.hello(1);
    n.order("m0", "a", "monitor", 10'000);
    n.end("a");
    n.order("m1", "a", "monitor", 60'000);
    n.end("a");
    n.started.clear();
    for (int i = 0; i < 130; ++i) {
        n.pass(seconds{1});
        while (!n.running.empty()) n.end("a");
    }
    CHECK(n.started.size() >= 14);  // 13 or so of the one and 2 of the other
    CHECK(n.started.size() <= 18);
    n.step(ProcessDied{"a"});
    REQUIRE(n.running.size() == 1);
    CHECK(n.running.begin()->second.interval_ms() == 10'000);
}
