// Values to bytes and back (replica.proto).  Bytes come from other machines and from disks: every shape is
// checked.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "cib/replica/state.h"
#include "cib/replica/types.h"

namespace muster::cib::replica::wire {

struct Hello {
    Position last;
    bool blank = false;
    bool failed = false;
    bool leading = false;
};
struct Collect {};
struct StateReport {
    Position last;
    Term warm;  // number 0: cold
    bool blank = false;
    bool failed = false;
};
struct Append {
    NodeId to = 0;  // 0: everybody
    Position prev;
    std::optional<State> snapshot;
    std::vector<Entry> entries;
    std::uint64_t committed = 0;
};
struct Durable {
    std::uint64_t index = 0;
};
struct Need {
    NodeId leader = 0;
    std::uint64_t common = 0;
    Position last;
};
struct Beat {
    Position last;
    std::uint64_t committed = 0;
};
struct ClientRequest {
    RequestId id;
    std::string author;
    std::string client;
    std::string operation;
};
struct Refusal {  // or, for a repeat, what it came to
    RequestId id;
    Result<Done> outcome;
};
struct Fetch {
    NodeId from = 0;
    std::uint64_t common = 0;
    Position last;
};
using Body =
    std::variant<Hello, Collect, StateReport, Append, Durable, Need, Beat, ClientRequest, Refusal, Fetch>;

struct Message {
    std::uint64_t cluster_uuid = 0;
    ReplicaUuid uuid = 0;
    Term term;
    Body body;
};

std::string encode(const Message& message);
Result<Message> decode(std::string_view bytes);

// One record of the journal: what a Persist appends.
struct Record {
    std::uint64_t cluster_uuid = 0;
    ReplicaUuid uuid = 0;
    std::optional<Term> promised;
    std::optional<std::uint64_t> cut_after;
    std::vector<Entry> entries;
    std::uint64_t committed = 0;
};
std::string encode(const Record& record);
Result<Record> decode_record(std::string_view bytes);

struct SnapshotFile {
    std::uint64_t generation = 0;
    std::uint64_t cluster_uuid = 0;
    ReplicaUuid uuid = 0;
    Term promised;
    State state;
};
std::string encode(const SnapshotFile& snapshot);
Result<SnapshotFile> decode_snapshot(std::string_view bytes);

std::size_t size_of(const Entry& entry);  // about as many bytes as it takes

}  // namespace muster::cib::replica::wire
