// R10 and the rest of what a view can bring: joins, merges, strangers, journals of another cluster.
#include "cib/replica/limits.h"
#include "tests/catch.h"
#include "tests/unit/replica/group.h"

using namespace muster;
using namespace muster::cib::replica;
using namespace muster::cib::replica::test;

TEST_CASE("R10: one who comes is caught up by the leader, whatever it thinks of itself") {
    Group g{3};
    g.boot_all();
    g.stop(3);
    g.see({{1, 2}});
    for (std::uint64_t i = 1; i <= 5; ++i) g.ask(1, i, "e" + std::to_string(i));
    g.settle();
    g.start(3);
    g.see({{1, 2, 3}});
    g.settle(seconds{1});
    CHECK(g.has(3, "e5"));
    CHECK(g.replica(3).role() == Role::follower);
}

TEST_CASE("R10: one who lags beyond what the leader keeps gets the state whole") {
    Group g{3};
    g.boot_all();
    g.stop(3);
    g.see({{1, 2}});
    for (std::uint64_t i = 1; i <= kLogKept + 200; ++i) {
        g.ask(1, i, "set:" + std::to_string(i));
        if (i % 50 == 0) g.settle();
    }
    g.settle();
    g.start(3);
    g.see({{1, 2, 3}});
    g.settle(seconds{2});
    CHECK(g.replica(3).committed().digest() == g.replica(1).committed().digest());
    CHECK(g.at(3).log.find("took the configuration") != std::string::npos);
}

TEST_CASE("R10: two leaders meet, and the one of the lower term steps down") {
    Group g{5};
    g.boot_all();
    REQUIRE(g.leader() == 1);
    g.see({{1, 2}, {3, 4, 5}});
    g.settle(seconds{2});
    REQUIRE(g.leaders() == std::vector<NodeId>{1, 3});
    CHECK_FALSE(g.replica(1).era().writable);
    g.ask(4, 1, "by-the-majority");
    g.settle();
    g.see({{1, 2, 3, 4, 5}});
    g.settle(seconds{2});
    CHECK(g.leader() == 3);
    for (const NodeId n : {1u, 2u}) CHECK(g.has(n, "by-the-majority"));
}

TEST_CASE("R10: corosync is gone under a leader: it leads no more, and follows when it is back") {
    Group g{3};
    g.boot_all();
    g.see({{2, 3}});
    g.at(1).view.clear();
    g.feed(1, cluster::ViewChanged{});
    g.settle(seconds{2});
    CHECK(g.leader() == 2);
    CHECK(g.replica(1).era().reason == "corosync is not connected");
    g.ask(2, 1, "meanwhile");
    g.settle();
    g.see({{1, 2, 3}});
    g.settle(seconds{2});
    CHECK(g.leader() == 2);
    CHECK(g.has(1, "meanwhile"));
}

TEST_CASE("a replica of another cluster is left alone, and its operator is told what to do") {
    Group g{3};
    g.boot_all();
    const Position last = g.replica(1).last();
    const std::string bytes =
        wire::encode(wire::Message{78, 5, Term{50, 3}, wire::Beat{Position{Term{50, 3}, 40}, 40}});
    g.feed(1, Message{3, bytes});
    CHECK(g.replica(1).promised().number < 50);
    CHECK(g.replica(1).last() == last);
    CHECK(g.at(1).log.find("node3 carries the configuration of another cluster") != std::string::npos);
}

TEST_CASE("a document whose digest differs makes a replica stop voting, not guess") {
    Group g{3};
    g.boot_all();
    const Term term = g.replica(3).promised();
    const Position last = g.replica(3).last();
    Entry e;
    e.term = term;
    e.index = last.index + 1;
    e.prev_term = last.term;
    e.digest_before = 12345;
    g.say(1, 3, term, wire::Append{0, last, std::nullopt, {e}, 0});
    CHECK(g.replica(3).failed());
    CHECK(g.replica(3).era().reason.find("expected 0000000000003039") != std::string::npos);
}

TEST_CASE("bytes that are no message change nothing") {
    Group g{3};
    g.boot_all();
    const Position last = g.replica(1).last();
    for (const char* bytes : {"", "x", "\xff\xff\xff\xff\xff"}) g.feed(1, Message{2, bytes});
    CHECK(g.replica(1).last() == last);
    CHECK(g.leader() == 1);
}
