// R4, R5, R6 of doc/replication.md: appending, committing, answering.
#include "cib/replica/limits.h"
#include "tests/catch.h"
#include "tests/unit/replica/group.h"

using namespace muster;
using namespace muster::cib::replica;
using namespace muster::cib::replica::test;

TEST_CASE("R4: an entry of an older term is dropped, a gap is asked for") {
    Group g{3};
    g.boot_all();
    const Term term = g.replica(3).promised();
    const Position last = g.replica(3).last();
    Entry e;
    e.term = Term{term.number - 1, 2};
    e.index = last.index + 1;
    e.prev_term = last.term;
    g.say(2, 3, e.term, wire::Append{0, last, std::nullopt, {e}, 0});
    CHECK(g.replica(3).last() == last);
    g.forget_sent();
    e.term = term;
    e.index = last.index + 2;
    g.say(1, 3, term, wire::Append{0, Position{term, last.index + 1}, std::nullopt, {e}, 0});
    CHECK(g.replica(3).last() == last);
    REQUIRE(g.sent_by<wire::Need>(3).size() == 1);
    CHECK(g.sent_by<wire::Need>(3).front().second.last == last);
}

TEST_CASE("R4: DURABLE is said when the disk has it, not before") {
    Group g{3};
    g.boot_all();
    g.hold_disk(3);
    g.forget_sent();
    g.ask(1, 1, "edit");
    g.settle();
    CHECK(g.sent_by<wire::Durable>(3).empty());
    CHECK_FALSE(g.sent_by<wire::Durable>(2).empty());
    g.release_disk(3);
    CHECK_FALSE(g.sent_by<wire::Durable>(3).empty());
}

TEST_CASE("R4: a conflicting tail is cut by what the leader has, and the writer is told to save it first") {
    Group g{3};
    g.boot_all();
    g.hold_messages();
    g.ask(1, 1, "never-committed");  // the leader's own client: judged at once, its entry waits in the ring
    g.drop_messages();
    const std::uint64_t tail = g.replica(1).last().index;
    g.see({{1}, {2, 3}});
    g.release_messages();
    g.settle(seconds{7});  // its asker has been told that it is not known
    g.ask(2, 2, "other");
    g.settle();
    g.at(1).persisted.clear();
    g.see({{1, 2, 3}});
    g.settle(seconds{3});
    const auto& asked = g.at(1).persisted;
    const auto cut = std::find_if(asked.begin(), asked.end(), [](const Persist& p) { return p.cut_after.has_value(); });
    REQUIRE(cut != asked.end());
    CHECK(*cut->cut_after == tail - 1);
    CHECK_FALSE(g.has(1, "never-committed"));
    CHECK(g.has(1, "other"));
    CHECK(g.at(1).log.find("were never committed and are cut") != std::string::npos);
    CHECK(g.replica(1).committed().digest() == g.replica(2).committed().digest());
}

TEST_CASE("R4: after a write error a replica says no more DURABLE and votes no more; the others go on") {
    Group g{3};
    g.boot_all();
    g.write_error(1);  // the leader's
    g.settle(seconds{3});
    CHECK(g.replica(1).failed());
    CHECK(g.replica(1).era().reason.find("no space left on device") != std::string::npos);
    REQUIRE(g.leader() == 2);
    g.forget_sent();
    g.ask(1, 1, "edit");
    REQUIRE(g.answered(1, 1));
    CHECK(g.at(1).answers.at(1).error().message ==
          "this replica votes no more: the journal can not be written: no space left on device; ask another node");
    g.ask(3, 2, "edit");
    g.settle(seconds{1});
    CHECK(g.sent_by<wire::Durable>(1).empty());
    CHECK(g.has(2, "edit"));
    g.write_error(3);
    g.settle(seconds{3});
    CHECK_FALSE(g.replica(2).era().writable);
}

TEST_CASE("R5: an entry is committed by more than half of the votes, on all members at the same message") {
    Group g{5};
    g.boot_all();
    for (const NodeId n : {3u, 4u, 5u}) g.hold_disk(n);
    g.ask(1, 1, "edit");
    g.settle();
    for (const NodeId n : {1u, 2u, 3u, 4u, 5u}) CHECK_FALSE(g.has(n, "edit"));
    g.release_disk(4);
    for (const NodeId n : {1u, 2u, 3u, 4u, 5u}) CHECK(g.has(n, "edit"));
}

TEST_CASE("R5: an entry of an older term is not committed by counting copies, only with the OPEN of the present one") {
    Group g{3};
    g.boot_all();
    g.hold_disk(1);
    g.hold_disk(3);
    g.ask(1, 1, "old-term");  // appended by all, on node2's disk alone
    g.settle();
    const std::uint64_t index = g.replica(2).last().index;
    REQUIRE_FALSE(g.has(2, "old-term"));
    g.release_disk(3);  // ... and now on node3's, but its DURABLE is of a term that is over
    g.stop(1, true);
    g.see({{2, 3}});
    g.settle();
    const Term term = g.replica(2).promised();
    REQUIRE(term.node == 2);
    // A follower has said DURABLE for the old entry in the new term; OPEN stands behind it.
    for (const auto& [said, body] : g.sent_by<wire::Durable>(0)) {
        if (said == term && body.index == index) CHECK(true);
    }
    for (const Entry& e : g.at(3).committed) {
        if (e.index == index) CHECK(g.replica(3).committed().last.term == term);
    }
    CHECK(g.has(2, "old-term"));  // with the OPEN
}

TEST_CASE("R5: copies of an old entry with the OPEN still missing commit nothing") {
    Group g{3};
    g.boot_all();
    g.hold_disk(1);
    g.hold_disk(2);
    g.ask(1, 1, "old-term");
    g.settle();
    const std::uint64_t index = g.replica(3).last().index;
    const Term term{g.replica(3).promised().number + 1, 2};
    const Position before = g.replica(3).last();
    Entry open;
    open.kind = EntryKind::open;
    open.term = term;
    open.index = index + 1;
    open.prev_term = before.term;
    open.digest_before = open.digest_after = 0;
    g.say(2, 3, term, wire::Beat{before, 0});  // the log before the OPEN is ours, too
    g.settle();
    g.say(2, 3, term, wire::Durable{index});
    g.say(1, 3, term, wire::Durable{index});
    CHECK_FALSE(g.has(3, "old-term"));
}

TEST_CASE("R6: a request is answered when its entry is committed, with the version it made") {
    Group g{3};
    g.boot_all();
    g.hold_disk(2);
    g.hold_disk(3);
    g.ask(3, 7, "edit");
    g.settle();
    CHECK_FALSE(g.answered(3, 7));
    g.release_disk(2);
    REQUIRE(g.answered(3, 7));
    const auto& answer = g.at(3).answers.at(7);
    REQUIRE(answer);
    CHECK(answer->result == "done: edit");
    CHECK(answer->version == g.replica(3).committed().version());
}

TEST_CASE("R6: a request asked where the leader is goes round the ring once, as its effect") {
    Group g{3};
    g.boot_all();
    g.forget_sent();
    g.ask(1, 7, "edit");
    g.settle();
    REQUIRE(g.answered(1, 7));
    CHECK(g.at(1).answers.at(7));
    CHECK(g.sent_by<wire::ClientRequest>(1).empty());
    CHECK(g.has(3, "edit"));
}

TEST_CASE("R6: a leader that led and was cut off asks the new one; what it judged itself is carried out once") {
    Group g{3};
    g.boot_all();
    g.hold_messages();
    g.ask(1, 7, "edit");
    g.drop_messages();
    g.see({{1}, {2, 3}});
    g.release_messages();
    g.settle(seconds{1});
    CHECK_FALSE(g.has(2, "edit"));
    g.see({{1, 2, 3}});
    g.settle(seconds{3});
    REQUIRE(g.answered(1, 7));
    CHECK(g.at(1).answers.at(7).has_value() == g.has(2, "edit"));
    CHECK(g.replica(1).committed().digest() == g.replica(2).committed().digest());
}

TEST_CASE("R6: a leader that is lost before the answer: the same request is sent again and carried out once") {
    Group g{3};
    g.boot_all();
    SECTION("the entry had reached the others") {
        g.hold_disk(1);
        g.hold_disk(2);
        g.ask(3, 7, "edit");
        g.settle();
    }
    SECTION("it had not") {
        g.hold_messages();
        g.ask(3, 7, "edit");
        g.release_messages(1);
        g.drop_messages();
    }
    REQUIRE_FALSE(g.answered(3, 7));
    g.stop(1, true);
    g.see({{2, 3}});
    g.release_messages();
    g.release_disk(2);
    g.settle(seconds{3});
    REQUIRE(g.answered(3, 7));
    CHECK(g.at(3).answers.at(7));
    CHECK(g.has(3, "edit"));  // and not twice
}

TEST_CASE("R6: a repeat of a request that was carried out is answered from the table") {
    Group g{3};
    g.boot_all();
    g.ask(3, 7, "edit");
    g.settle();
    const auto asked = g.sent_by<wire::ClientRequest>(3);
    REQUIRE_FALSE(asked.empty());
    const std::uint64_t last = g.replica(1).last().index;
    g.forget_sent();
    g.say(3, 1, Term{}, asked.front().second);
    g.settle();
    CHECK(g.replica(1).last().index == last);
    REQUIRE(g.sent_by<wire::Refusal>(1).size() == 1);
    CHECK(g.sent_by<wire::Refusal>(1).front().second.outcome);
}

TEST_CASE("R6: what the evaluator refuses is told to its asker and changes nothing") {
    Group g{3};
    g.boot_all();
    g.ask(2, 7, "refuse");
    g.settle();
    REQUIRE(g.answered(2, 7));
    REQUIRE_FALSE(g.at(2).answers.at(7));
    CHECK(g.at(2).answers.at(7).error().message == "this edit is refused");
}

TEST_CASE("R6: below the write quorum a request is refused at once, naming who is missing") {
    Group g{3};
    g.boot_all();
    g.stop(2);
    g.stop(3);
    g.see({{1}});
    g.settle();
    g.ask(1, 7, "edit");
    REQUIRE(g.answered(1, 7));
    CHECK(g.at(1).answers.at(7).error().code == ErrorCode::unavailable);
    CHECK(g.at(1).answers.at(7).error().message ==
          "the configuration is read-only: voters missing: node2, node3 (1 of 3 votes are here, more than half are needed)");
}

TEST_CASE("R6: a pipeline that is full makes askers wait, and says busy after a while") {
    Group g{3};
    g.boot_all();
    g.hold_disk(2);
    g.hold_disk(3);
    std::uint64_t handle = 0;
    for (std::size_t i = 0; i < kMostOutstanding; ++i) {
        for (const NodeId n : {1u, 2u, 3u}) {
            ++handle;
            g.ask(n, handle, "e" + std::to_string(handle));
        }
    }
    g.settle();
    CHECK(g.replica(1).last().index - g.replica(1).committed().last.index <= kMostEntriesInFlight);
    for (std::size_t i = 0; i < kMostWaiting; ++i) g.ask(1, ++handle, "set:" + std::to_string(i));
    g.ask(1, ++handle, "one too many");
    REQUIRE(g.answered(1, handle));
    CHECK(g.at(1).answers.at(handle).error().message == "busy: too many changes are waiting");
    g.release_disk(2);
    g.release_disk(3);
    g.settle(seconds{2});
    CHECK(g.has(1, "e1"));
    CHECK(g.has(2, "e192"));
}
