// A handful of replicas on one table: the test says who sees whom, whose disk answers, and what is delivered.  The journals
// are real bytes, so a restart reads what was written.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cib/replica/journal_format.h"
#include "cib/replica/replica.h"
#include "cib/replica/wire.h"
#include "tests/sim/fake_disk.h"

namespace muster::cib::replica::test {

struct Sent {
    NodeId sender = 0;
    std::string bytes;
    wire::Message message;
};

struct Seat {
    std::unique_ptr<Replica> replica;
    sim::FakeDisk disk;
    std::unique_ptr<JournalEncoder> encoder;
    std::deque<Persist> to_write;
    std::vector<Persist> persisted;  // as asked, in order
    std::set<NodeId> view;
    std::optional<Term> warm;
    bool disk_held = false;
    std::vector<Entry> committed;
    std::map<std::uint64_t, Result<Done>> answers;
    std::string log;
    std::uint64_t lives = 0;
};

class Group {
  public:
    explicit Group(NodeId nodes);

    // Processes and views.
    void start(NodeId node);
    void stop(NodeId node, bool power_loss = false);  // a power loss takes /run and what was not synced
    void see(const std::vector<std::set<NodeId>>& sides);  // one view for each side
    void boot_all();                                       // start, one view, and settle

    // Time and messages.  settle(): delivers and writes until nothing moves, then ticks on for `time`.
    void settle(Duration time = Duration{0});
    void hold_disk(NodeId node) { at(node).disk_held = true; }
    void release_disk(NodeId node);
    void hold_messages() { held_ = true; }
    void release_messages(std::size_t most = SIZE_MAX);
    void drop_messages() { ring_.clear(); }
    void drop_from(NodeId sender) { deaf_to_.insert(sender); }  // nothing of it is delivered to the others any more
    void hear_again(NodeId sender) { deaf_to_.erase(sender); }
    void say(NodeId from, NodeId to, Term term, wire::Body body);  // a message of the test's own making
    void feed(NodeId node, const Input& input);
    void quorum(bool quorate);
    void ask(NodeId node, std::uint64_t handle, const std::string& edit);
    void write_error(NodeId node) { feed(node, WriteFailed{"no space left on device"}); }

    Seat& at(NodeId node) { return seats_.at(node); }
    Replica& replica(NodeId node) { return *at(node).replica; }
    NodeId leader();  // 0: none; several: a failed requirement of the caller's
    std::vector<NodeId> leaders();
    bool has(NodeId node, const std::string& edit);  // in the committed document
    bool answered(NodeId node, std::uint64_t handle) { return at(node).answers.count(handle) != 0; }
    const std::vector<Sent>& sent() const { return sent_; }
    void forget_sent() { sent_.clear(); }
    template <class Body>
    std::vector<std::pair<Term, Body>> sent_by(NodeId node) const {
        std::vector<std::pair<Term, Body>> found;
        for (const Sent& s : sent_) {
            const Body* body = std::get_if<Body>(&s.message.body);
            if (body && (node == 0 || s.sender == node)) found.emplace_back(s.message.term, *body);
        }
        return found;
    }
    Now now() const { return {clock_, WallTime{1'700'000'000'000'000 + clock_.us}}; }

  private:
    void carry_out(NodeId node, std::vector<Output> outputs);
    bool deliver_one();
    bool write_one(NodeId node);
    void quiet();

    std::map<NodeId, Seat> seats_;
    std::deque<std::pair<NodeId, std::string>> ring_;
    std::vector<Sent> sent_;
    std::set<NodeId> deaf_to_;
    bool held_ = false;
    Instant clock_{1'000'000};
};

}  // namespace muster::cib::replica::test
