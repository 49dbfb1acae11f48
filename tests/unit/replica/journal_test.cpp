// What a disk can do to the journal: a torn tail is cut, damage to what was synced is told, a rotation keeps everything.
#include <string>

#include "cib/replica/journal_format.h"
#include "cib/replica/quorum.h"
#include "tests/catch.h"

using namespace muster;
using namespace muster::cib::replica;

namespace {

// A journal of edits, each synced when `sync_each`.
struct Written {
    std::string bytes;
    std::optional<std::string> snapshot;
    State state;
    JournalEncoder encoder{Recovered{}};
    std::uint64_t ticket = 0;

    void put(Persist p, bool sync) {
        p.ticket = ++ticket;
        const DiskWork work = encoder.encode(p);
        if (work.rotate) {
            bytes = work.rotate->journal;
            snapshot = work.rotate->snapshot;
        } else {
            bytes += work.append;
        }
        if (sync) encoder.synced();
    }
    Entry edit(const std::string& value) {
        xml::Element next = state.document;
        next.set("value", value);
        Entry e;
        e.term = {1, 1};
        e.index = state.last.index + 1;
        e.prev_term = state.last.term;
        e.patch = cib::diff(state.document, next);
        e.digest_before = state.digest();
        e.digest_after = next.hash();
        e.request = {7, e.index};
        REQUIRE(apply(state, e));
        return e;
    }
    void put_edit(const std::string& value, bool sync) {
        Persist p;
        p.entries.push_back(edit(value));
        put(std::move(p), sync);
    }
};

Written three_edits() {
    Written w;
    Persist first;
    first.uuid = 42;
    first.promised = Term{3, 2};
    w.put(std::move(first), true);
    for (const char* value : {"one", "two", "three"}) w.put_edit(value, true);
    return w;
}

}  // namespace

TEST_CASE("what was written is read back") {
    const Written w = three_edits();
    const auto r = recover(std::nullopt, w.bytes);
    REQUIRE(r);
    CHECK(r->disk.uuid == 42);
    CHECK(r->disk.promised == Term{3, 2});
    REQUIRE(r->disk.entries.size() == 3);
    CHECK(r->disk.entries.back().digest_after == w.state.digest());
    CHECK(r->torn_bytes == 0);
}

TEST_CASE("a tail torn at any byte is cut to whole records") {
    const Written w = three_edits();
    for (std::size_t size = 0; size < w.bytes.size(); ++size) {
        const auto r = recover(std::nullopt, w.bytes.substr(0, size));
        REQUIRE(r);
        CHECK(r->journal_size + r->torn_bytes == size);
        CHECK(r->disk.entries.size() < 3);
    }
}

TEST_CASE("damage to what had been synced is told, not cut") {
    const Written w = three_edits();
    std::string damaged = w.bytes;
    damaged[60] = static_cast<char>(damaged[60] ^ 0x20);
    const auto r = recover(std::nullopt, damaged);
    REQUIRE_FALSE(r);
    CHECK(r.error().message.find("had been synced") != std::string::npos);
}

TEST_CASE("an unsynced hole before a whole record is a torn tail") {
    Written w = three_edits();
    const std::size_t synced = w.bytes.size();
    w.put_edit("four", false);
    w.put_edit("five", false);
    w.bytes[synced + 40] = static_cast<char>(w.bytes[synced + 40] ^ 1);
    const auto r = recover(std::nullopt, w.bytes);
    REQUIRE(r);
    CHECK(r->disk.entries.size() == 3);
}

TEST_CASE("a snapshot starts a new journal and keeps what is not committed") {
    Written w = three_edits();
    const State committed = w.state;
    Persist p;
    p.snapshot = std::make_shared<const State>(committed);
    p.entries.push_back(w.edit("four"));
    p.committed = committed.last.index;
    w.put(std::move(p), true);
    w.put_edit("five", true);
    const auto r = recover(w.snapshot, w.bytes);
    REQUIRE(r);
    CHECK(r->generation == 1);
    CHECK(r->disk.uuid == 42);
    CHECK(r->disk.promised == Term{3, 2});
    CHECK(r->disk.snapshot.digest() == committed.digest());
    CHECK(r->disk.entries.size() == 2);
    CHECK(r->disk.snapshot.requests.look_up({7, 2}, nullptr) == RequestTable::Answer::done);
    CHECK_FALSE(recover(w.snapshot, std::nullopt));
}

TEST_CASE("a request below what is remembered is too old to say") {
    RequestTable table;
    for (std::uint64_t i = 1; i <= 100; ++i) table.add({5, i}, Done{i, {}, {}});
    CHECK(table.look_up({5, 100}, nullptr) == RequestTable::Answer::done);
    CHECK(table.look_up({5, 101}, nullptr) == RequestTable::Answer::fresh);
    CHECK(table.look_up({5, 1}, nullptr) == RequestTable::Answer::too_old);
    CHECK(table.look_up({6, 1}, nullptr) == RequestTable::Answer::fresh);
}

TEST_CASE("write quorum: more than half of the recorded votes, by replica and not by node") {
    const Voters three{{1, 11, 1}, {2, 12, 1}, {3, 13, 1}};
    CHECK(majority({11, 12}, three));
    CHECK_FALSE(majority({11}, three));
    CHECK_FALSE(majority({11, 99}, three));  // a wiped disk is another replica
    const Voters two{{1, 11, 1}, {2, 12, 1}};
    CHECK_FALSE(majority({11}, two));
    CHECK(half({11}, two));
}

TEST_CASE("a change of voters that may not be in force needs both majorities") {
    const Voters before{{1, 11, 1}, {2, 12, 1}, {3, 13, 1}};
    VoterChain chain{before, {{{{1, 11, 1}, {2, 22, 1}, {3, 13, 1}}, false}}};
    CHECK(majority({11, 13}, chain));
    CHECK_FALSE(majority({11, 22}, chain));
    // Rule R7: in force once all survivors have it; a part of them is not enough, or two sides could go on.
    const Voters six{{1, 1, 1}, {2, 2, 1}, {3, 3, 1}, {4, 4, 1}, {5, 5, 1}, {6, 6, 1}};
    VoterChain survivors{six, {{{{1, 1, 1}, {2, 2, 1}, {3, 3, 1}}, true}}};
    CHECK(majority({1, 2, 3}, survivors));
    CHECK_FALSE(majority({1, 2}, survivors));
    CHECK(majority({3, 4, 5, 6}, VoterChain{six, {}}));
    CHECK_FALSE(majority({1}, VoterChain{}));  // an empty journal: nobody may vote
}
