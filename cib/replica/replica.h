// One replica of the configuration: the era journal as a pure step machine (doc/replication.md has the rules
// R1..R10).
//
// The shell (crmd) feeds it views, delivered messages, what became durable, ticks and clients' requests, one
// at a time in the order in which they come, and carries out what it answers.  Same state and same input: the
// same outputs.
//
//   BLANK       an empty disk: votes for nothing until a leader readmits it
//   RECOVERING  has promised a term whose leader has not opened it yet
//   FOLLOWER    appends what the leader of its promised term orders
//   CANDIDATE   collects the state of the others for a term of its own
//   LEADER      the DC: orders entries; its era is active when its OPEN is committed
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "cib/replica/quorum.h"
#include "cib/replica/state.h"
#include "cib/replica/types.h"
#include "cluster/messaging.h"

namespace muster::cib::replica {

// ---- what it is made of
// --------------------------------------------------------------------------------------------
struct ListedNode {
    NodeId id = 0;
    std::string name;
    std::uint32_t votes = 1;
};

struct Request {
    std::string author;     // user
    std::string client;     // program
    std::string operation;  // opaque here: the evaluator reads it
};
struct Evaluated {
    xml::Element document;  // the whole new document (attributes and <configuration>)
    std::string result;     // for the asker, kept for a repeat: 4 KiB at most
};
// Runs on the leader only: rights, XPath, arithmetic, validation, ids.  Pure.  Need not move the version: an
// effect that leaves (admin_epoch, epoch) alone gets epoch + 1.
using Evaluate =
    std::function<Result<Evaluated>(const xml::Element& document, const Request&, WallTime stamp)>;

struct Settings {
    NodeId self = 0;
    std::vector<ListedNode> nodes;         // corosync's nodelist, ascending
    ReplicaUuid fresh_uuid = 0;            // random; taken when the disk is blank
    std::uint64_t fresh_cluster_uuid = 0;  // random; taken when this node creates the cluster
    std::uint64_t session = 0;             // random, of this process
    std::optional<Term> warm;              // the shell's /run file, of this boot: era that was active then
    xml::Element initial_document{"cib"};  // of a new cluster
    Evaluate evaluate;
};

// What recovery read from the disk.
struct Disk {
    std::uint64_t cluster_uuid = 0;  // 0: not part of a cluster yet
    ReplicaUuid uuid = 0;            // 0: blank
    Term promised;
    State snapshot;               // committed state
    std::vector<Entry> entries;   // after it, ascending without gaps
    std::uint64_t committed = 0;  // at least this index is known to be committed
};

// ---- inputs
// --------------------------------------------------------------------------------------------------------
struct Now {
    Instant monotonic;
    WallTime wall;
};
struct Message {  // delivered in the agreed order, our own included
    NodeId sender = 0;
    std::string_view bytes;
};
struct Durable {  // the writer has everything up to this ticket on the disk
    std::uint64_t ticket = 0;
};
struct WriteFailed {  // no retry: the replica stops voting
    std::string why;
};
struct Tick {};         // every 100 ms
struct ServiceQuorum {  // corosync's verdict, known for the ring of the present view
    bool quorate = false;
};
// The node is off since it was lost: fenced by off or reboot, by its watchdog, or it left cleanly (rule R7).
struct ConfirmedOff {
    NodeId node = 0;
};
struct ClientRequest {
    std::uint64_t handle = 0;  // the shell's; comes back in Answer
    Request request;
};
using Input = std::variant<cluster::ViewChanged, Message, Durable, WriteFailed, Tick, ServiceQuorum,
                           ConfirmedOff, ClientRequest>;

// ---- outputs
// -------------------------------------------------------------------------------------------------------
struct Broadcast {
    std::string bytes;
};
// For the one writer, in order of tickets: everything in it is on the disk before Durable{ticket} may be
// said.
struct Persist {
    std::uint64_t ticket = 0;
    std::uint64_t cluster_uuid = 0;  // 0: unchanged
    ReplicaUuid uuid = 0;            // 0: unchanged
    std::optional<Term> promised;
    std::optional<std::uint64_t> cut_after;  // entries after this index are saved to divergent/ and cut
    std::shared_ptr<const State> snapshot;   // replaces all that is there; `entries` follow it
    std::vector<Entry> entries;
    std::uint64_t committed = 0;  // a hint, worth no fsync of its own
};
// In order, the same on every member of a view at the same point.
struct Committed {
    Entry entry;
    Version version;
};
// The whole document came anew (start, or a snapshot from the leader): what was known before does not count.
struct Restored {
    Version version;
};
struct Era {
    NodeId leader = 0;  // 0: none known
    Term term;
    bool active = false;          // its OPEN is committed here
    bool writable = false;        // active, and voters with more than half of the votes are in the view
    bool warm = false;            // this replica was in an active era in this boot ...
    Term warm_term;               // ... this one: what the shell keeps in its /run file
    std::string reason;           // one sentence
    std::vector<NodeId> missing;  // voters that are not in the view
    friend bool operator==(const Era&, const Era&) = default;
};
struct EraChanged {
    Era era;
};
struct Answer {
    std::uint64_t handle = 0;
    Result<Done> outcome;  // timeout: not known, it may still be carried out
};
struct Log {
    enum class Level { debug, info, warning, error };
    Level level = Level::info;
    std::string text;
};
using Output = std::variant<Broadcast, Persist, Committed, Restored, EraChanged, Answer, Log>;

enum class Role : std::uint8_t { blank, recovering, follower, candidate, leader };
std::string_view to_string(Role role);

class Replica {
  public:
    Replica(Settings settings, Disk disk);
    ~Replica();
    Replica(Replica&&) noexcept;
    Replica& operator=(Replica&&) noexcept;

    // Once, before any step.
    std::vector<Output> start(const Now& now);
    std::vector<Output> step(const Now& now, const Input& input);

    const State& committed() const;  // what planner, readers and subscribers see
    const Era& era() const;
    Role role() const;
    Term promised() const;
    Position last() const;  // of the newest entry appended here
    ReplicaUuid uuid() const;
    std::uint64_t cluster_uuid() const;
    bool failed() const;    // a write failed or a digest differed: votes no more
    Voters voters() const;  // newest in the journal

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace muster::cib::replica
