// How the journal looks on a disk, as pure functions on bytes.  Folder: `snapshot` (replaced by atomic
// rename) names a generation; `journal.GENERATION` holds what came after it, append-only.
//
// Each record carries a checksum and how much of the file was on the disk when it was written.  So recovery
// tells a torn tail (never acknowledged: cut) from damage to what had been synced (the replica must not vote
// on).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cib/replica/replica.h"

namespace muster::cib::replica {

struct Recovered {
    Disk disk;
    std::uint64_t generation = 0;
    std::uint64_t journal_size = 0;  // the valid part; the file is cut to it
    std::uint64_t torn_bytes = 0;    // what was behind it
};
// nullopt: the file is not there.  `journal` is the one that the snapshot names (see generation_of).
Result<Recovered> recover(const std::optional<std::string>& snapshot,
                          const std::optional<std::string>& journal);
// 0 without a snapshot.
Result<std::uint64_t> generation_of(const std::optional<std::string>& snapshot);
std::string journal_name(std::uint64_t generation);
inline constexpr std::string_view kSnapshotName = "snapshot";

// What one Persist means for the files.
struct DiskWork {
    std::string append;  // to the present journal; empty where it starts anew
    struct Rotate {  // in this order: the new journal, synced; the snapshot, atomically; the old journal goes
        std::uint64_t generation = 0;
        std::string journal;
        std::string snapshot;
    };
    std::optional<Rotate> rotate;
    std::string divergent;  // entries that are cut: saved first, in readable form
};

class JournalEncoder {
  public:
    // What a new journal file begins with (generation 0: written when the folder is empty).
    static std::string header(std::uint64_t generation);

    explicit JournalEncoder(const Recovered& recovered);
    DiskWork encode(const Persist& persist);
    void synced() { durable_ = size_; }  // all that was encoded so far is on the disk
    std::uint64_t generation() const { return generation_; }

  private:
    std::string frame(std::string_view payload);
    std::uint64_t generation_ = 0;
    std::uint64_t size_ = 0;
    std::uint64_t durable_ = 0;
    std::uint64_t cluster_uuid_ = 0;
    ReplicaUuid uuid_ = 0;
    Term promised_;
    std::vector<Entry> entries_;  // in the journal, for divergent/
};

}  // namespace muster::cib::replica
