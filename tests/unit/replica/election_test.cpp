// R1, R2, R3, R7, R9 of doc/replication.md: who leads, who may vote, who may go on alone.
#include "tests/catch.h"
#include "tests/unit/replica/group.h"

using namespace muster;
using namespace muster::cib::replica;
using namespace muster::cib::replica::test;

namespace {

// Where in what was asked of the disk the promise stands; -1: nowhere.
int promise_at(Group& g, NodeId node, const Term& term) {
    const auto& asked = g.at(node).persisted;
    for (std::size_t i = 0; i < asked.size(); ++i) {
        if (asked[i].promised == term) return static_cast<int>(i);
    }
    return -1;
}

// Two nodes, node1 leads, one edit is in; then node1 is lost for node2.
Group two_with_node1_lost() {
    Group g{2};
    g.boot_all();
    g.quorum(true);
    g.ask(1, 1, "before");
    g.settle();
    REQUIRE(g.has(2, "before"));
    g.stop(1, true);
    g.see({{2}});
    g.settle(seconds{3});
    REQUIRE(g.leader() == 0);
    return g;
}

}  // namespace

TEST_CASE("R1: without a leader the lowest node that is not blank takes the next number, and promises it on disk first") {
    Group g{3};
    g.boot_all();
    REQUIRE(g.leader() == 1);
    const Term first = g.replica(1).promised();
    g.forget_sent();
    g.hold_disk(2);
    g.stop(1);
    g.see({{2, 3}});
    g.settle();
    const Term next{first.number + 1, 2};
    CHECK(promise_at(g, 2, next) >= 0);
    CHECK(g.sent_by<wire::Collect>(2).empty());  // not before it is on the disk
    g.release_disk(2);
    REQUIRE_FALSE(g.sent_by<wire::Collect>(2).empty());
    CHECK(g.sent_by<wire::Collect>(2).front().first == next);
    CHECK(g.leader() == 2);
}

TEST_CASE("R1: the leader stays through joins and leaves of others") {
    Group g{3};
    g.boot_all();
    const Term first = g.replica(1).promised();
    g.stop(3);
    g.see({{1, 2}});
    g.settle(seconds{3});
    g.start(3);
    g.see({{1, 2, 3}});
    g.settle(seconds{3});
    CHECK(g.leader() == 1);
    CHECK(g.replica(3).promised() == first);
    CHECK(g.replica(3).era().active);
}

TEST_CASE("R1: a leader that is silent while the ring carries messages is replaced, and after a stall the next node tries") {
    Group g{3};
    g.boot_all();
    g.drop_from(1);  // stopped, but still a member of the view
    g.settle(milliseconds{1900});
    CHECK(g.leaders() == std::vector<NodeId>{1});
    g.settle(seconds{5});
    const Term term = g.replica(3).promised();
    CHECK(term.node != 1);
    CHECK(g.replica(term.node).role() == Role::leader);
    CHECK(g.replica(term.node).era().writable);
}

TEST_CASE("R2: a higher term is promised on disk, then answered; a lower one is not answered") {
    Group g{3};
    g.boot_all();
    g.forget_sent();
    g.hold_disk(3);
    g.say(2, 3, Term{9, 2}, wire::Collect{});
    CHECK(g.replica(3).promised() == Term{9, 2});
    CHECK(g.sent_by<wire::StateReport>(3).empty());
    g.release_disk(3);
    REQUIRE(g.sent_by<wire::StateReport>(3).size() == 1);
    CHECK(g.sent_by<wire::StateReport>(3).front().first == Term{9, 2});
    g.forget_sent();
    g.say(2, 3, Term{8, 2}, wire::Collect{});
    CHECK(g.sent_by<wire::StateReport>(3).empty());
    CHECK(g.replica(3).promised() == Term{9, 2});
}

TEST_CASE("R2: a promise outlives the process and the power") {
    Group g{3};
    g.boot_all();
    g.say(2, 3, Term{9, 2}, wire::Collect{});
    g.settle();
    const Term promised = g.replica(3).promised();
    g.stop(3, true);
    g.start(3);
    CHECK(g.replica(3).promised() >= Term{9, 2});
    CHECK(g.replica(3).promised() >= promised);
}

TEST_CASE("R3: the newest log wins, not the longest, and what the candidate lacks of it is fetched before it opens") {
    Group g{3};
    g.boot_all();
    // node1 orders three edits that nobody hears, then is cut off.
    g.hold_messages();
    for (std::uint64_t i = 1; i <= 3; ++i) g.ask(1, i, "lost-" + std::to_string(i));
    g.drop_messages();
    REQUIRE(g.replica(1).last().index >= 4);
    g.see({{1}, {2, 3}});
    g.release_messages();
    g.settle(seconds{2});
    REQUIRE(g.replica(2).role() == Role::leader);
    REQUIRE(g.replica(1).last().index > g.replica(2).last().index);
    REQUIRE(g.replica(1).last().term < g.replica(2).last().term);
    // Now the longest log and the newest one meet; node1, the lowest, is the candidate.
    for (const NodeId n : {1u, 2u, 3u}) g.stop(n);
    g.start(1);
    g.start(3);
    g.see({{1, 3}});
    g.settle(seconds{3});
    CHECK(g.leader() == 1);
    CHECK_FALSE(g.has(1, "lost-1"));
    CHECK(g.replica(1).committed().digest() == g.replica(3).committed().digest());
}

TEST_CASE("R3: below more than half of the votes nobody opens") {
    Group g{5};
    g.boot_all();
    for (const NodeId n : {3u, 4u, 5u}) g.stop(n);
    g.stop(1);
    g.start(1);
    g.see({{1, 2}});
    g.settle(seconds{5});
    CHECK(g.leader() == 0);
    CHECK_FALSE(g.replica(1).era().writable);
    CHECK(g.replica(1).era().missing == std::vector<NodeId>{3, 4, 5});
    CHECK(g.replica(2).era().reason.find("voters missing: node3, node4, node5 (2 of 5 votes are here") != std::string::npos);
}

TEST_CASE("R7: of two nodes the survivor goes on once the other is confirmed off") {
    Group g = two_with_node1_lost();
    g.feed(2, ConfirmedOff{1});
    g.settle(seconds{2});
    CHECK(g.leader() == 2);
    g.ask(2, 2, "alone");
    g.settle();
    CHECK(g.has(2, "alone"));
    SECTION("and the other comes back as a voter, by a change of voters") {
        g.start(1);
        g.see({{1, 2}});
        g.settle(seconds{4});
        CHECK(g.leader() == 2);
        CHECK(g.replica(1).voters().size() == 2);
        CHECK(g.has(1, "alone"));
    }
}

TEST_CASE("R7: not without confirmation, not without service quorum, not when cold") {
    Group g = two_with_node1_lost();
    SECTION("nobody confirmed that the other is off") {}
    SECTION("no service quorum") {
        g.quorum(false);
        g.feed(2, ConfirmedOff{1});
    }
    SECTION("cold: the node was not in the era of its log in this boot") {
        g.stop(2, true);
        g.start(2);
        g.see({{2}});
        g.quorum(true);
        g.feed(2, ConfirmedOff{1});
    }
    SECTION("the confirmation was of an earlier life") {
        g.hold_disk(2);
        g.start(1);
        g.see({{1, 2}});
        g.feed(2, ConfirmedOff{1});  // it is here: whatever was confirmed is over
        g.stop(1, true);
        g.see({{2}});
        g.drop_messages();
        g.release_disk(2);
    }
    g.settle(seconds{4});
    CHECK(g.leader() == 0);
    CHECK_FALSE(g.replica(2).era().writable);
}

TEST_CASE("R9: a new cluster begins only when all nodes of the nodelist are here and blank") {
    Group g{3};
    g.start(1);
    g.start(2);
    g.see({{1, 2}});
    g.settle(seconds{5});
    CHECK(g.leader() == 0);
    CHECK(g.replica(1).role() == Role::blank);
    CHECK(g.replica(1).era().reason.find("no configuration yet") != std::string::npos);
    g.start(3);
    g.see({{1, 2, 3}});
    g.settle(seconds{1});
    CHECK(g.leader() == 1);
    CHECK(g.replica(3).voters().size() == 3);
}

TEST_CASE("R9: after a full outage more than half of the disks decide, whichever come first") {
    Group g{3};
    g.boot_all();
    g.ask(2, 1, "kept");
    g.settle();
    REQUIRE(g.answered(2, 1));
    for (const NodeId n : {1u, 2u, 3u}) g.stop(n, true);
    g.start(3);
    g.see({{3}});
    g.settle(seconds{5});
    CHECK(g.leader() == 0);
    g.start(2);
    g.see({{2, 3}});
    g.settle(seconds{3});
    CHECK(g.leader() == 2);
    CHECK(g.has(3, "kept"));
}

TEST_CASE("R9: a wiped disk votes for nothing, is caught up and becomes a voter under its new name") {
    Group g{3};
    g.boot_all();
    const ReplicaUuid old = g.replica(3).uuid();
    g.ask(1, 1, "kept");
    g.settle();
    for (const NodeId n : {1u, 2u, 3u}) g.stop(n, true);
    g.at(3).disk.wipe();
    g.start(3);
    g.start(2);
    g.see({{2, 3}});
    g.settle(seconds{5});
    CHECK(g.leader() == 0);  // one real vote of three
    g.start(1);
    g.see({{1, 2, 3}});
    g.settle(seconds{4});
    REQUIRE(g.leader() != 0);
    CHECK(g.has(3, "kept"));
    const Voters voters = g.replica(1).voters();
    CHECK(contains(voters, g.replica(3).uuid()));
    CHECK_FALSE(contains(voters, old));
}
