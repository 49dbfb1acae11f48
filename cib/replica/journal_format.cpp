#include "cib/replica/journal_format.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "cib/replica/wire.h"

namespace muster::cib::replica {
namespace {

constexpr std::string_view kJournalMagic = "MUSTERJ1";
constexpr std::string_view kSnapshotMagic = "MUSTERS1";
constexpr std::string_view kRecordMagic = "\xA7rec";
constexpr std::size_t kHeader = 16;        // magic, generation
constexpr std::size_t kRecordHeader = 28;  // magic, length (8), durable before (8), checksum (8)

void put64(std::string& out, std::uint64_t v) {
    for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>((v >> shift) & 0xFF));
}

std::uint64_t get64(std::string_view bytes, std::size_t at) {
    std::uint64_t v = 0;
    for (std::size_t i = 0; i < 8; ++i) v = (v << 8) | static_cast<unsigned char>(bytes[at + i]);
    return v;
}

std::uint64_t checksum(std::string_view payload, std::uint64_t generation, std::uint64_t at,
                       std::uint64_t durable) {
    return hash64(payload, hash_combine(hash_combine(generation, at), hash_combine(payload.size(), durable)));
}

struct Frame {
    std::string_view payload;
    std::uint64_t durable = 0;
    std::size_t end = 0;
};

std::optional<Frame> frame_at(std::string_view file, std::size_t at, std::uint64_t generation) {
    if (at + kRecordHeader > file.size() || file.substr(at, 4) != kRecordMagic) return std::nullopt;
    const std::uint64_t length = get64(file, at + 4);
    if (length > file.size() - at - kRecordHeader) return std::nullopt;
    Frame f;
    f.durable = get64(file, at + 12);
    f.payload = file.substr(at + kRecordHeader, static_cast<std::size_t>(length));
    f.end = at + kRecordHeader + static_cast<std::size_t>(length);
    if (get64(file, at + 20) != checksum(f.payload, generation, at, f.durable)) return std::nullopt;
    return f;
}

// A whole record behind the damage that was written when the damaged place had been synced.
bool damaged_not_torn(std::string_view file, std::size_t bad, std::uint64_t generation) {
    for (std::size_t at = file.find(kRecordMagic, bad + 1); at != std::string_view::npos;
         at = file.find(kRecordMagic, at + 1)) {
        const auto f = frame_at(file, at, generation);
        if (f && f->durable > bad) return true;
    }
    return false;
}

Result<void> take(Disk& disk, wire::Record record) {
    if (record.cluster_uuid != 0) disk.cluster_uuid = record.cluster_uuid;
    if (record.uuid != 0) disk.uuid = record.uuid;
    if (record.promised) disk.promised = *record.promised;
    if (record.cut_after) {
        while (!disk.entries.empty() && disk.entries.back().index > *record.cut_after)
            disk.entries.pop_back();
    }
    for (Entry& e : record.entries) {
        const Position last = disk.entries.empty() ? disk.snapshot.last : disk.entries.back().position();
        if (e.index != last.index + 1 || e.prev_term != last.term) {
            return fail(ErrorCode::io, "journal entry " + std::to_string(e.index) +
                                           " does not follow entry " + std::to_string(last.index));
        }
        disk.entries.push_back(std::move(e));
    }
    disk.committed = std::max(disk.committed, record.committed);
    return {};
}

Result<wire::SnapshotFile> read_snapshot(std::string_view bytes) {
    if (bytes.size() < kHeader || bytes.substr(0, 8) != kSnapshotMagic) {
        return fail(ErrorCode::io, "the snapshot file does not begin as one");
    }
    const std::string_view payload = bytes.substr(kHeader);
    if (get64(bytes, 8) != hash64(payload))
        return fail(ErrorCode::io, "the snapshot file's checksum is wrong");
    return wire::decode_snapshot(payload);
}

}  // namespace

std::string journal_name(std::uint64_t generation) { return "journal." + std::to_string(generation); }

Result<std::uint64_t> generation_of(const std::optional<std::string>& snapshot) {
    if (!snapshot) return std::uint64_t{0};
    auto file = read_snapshot(*snapshot);
    if (!file) return tl::make_unexpected(file.error());
    return file->generation;
}

Result<Recovered> recover(const std::optional<std::string>& snapshot,
                          const std::optional<std::string>& journal) {
    Recovered r;
    if (snapshot) {
        auto file = read_snapshot(*snapshot);
        if (!file) return tl::make_unexpected(file.error());
        r.generation = file->generation;
        r.disk.cluster_uuid = file->cluster_uuid;
        r.disk.uuid = file->uuid;
        r.disk.promised = file->promised;
        r.disk.snapshot = std::move(file->state);
        r.disk.committed = r.disk.snapshot.last.index;
    }
    const std::string_view bytes = journal ? std::string_view{*journal} : std::string_view{};
    if (bytes.substr(0, kHeader) != JournalEncoder::header(r.generation)) {
        if (snapshot)
            return fail(ErrorCode::io,
                        journal_name(r.generation) + ", which the snapshot names, is damaged or gone");
        if (bytes.size() > kHeader && damaged_not_torn(bytes, 0, 0))
            return fail(ErrorCode::io, "journal.0 is damaged");
        r.torn_bytes = bytes.size();  // the power went before the first sync
        return r;
    }
    std::size_t at = kHeader;
    while (at < bytes.size()) {
        const auto f = frame_at(bytes, at, r.generation);
        if (!f) {
            if (damaged_not_torn(bytes, at, r.generation)) {
                return fail(ErrorCode::io, journal_name(r.generation) + " is damaged at byte " +
                                               std::to_string(at) + ", which had been synced");
            }
            break;
        }
        auto record = wire::decode_record(f->payload);
        if (!record) return tl::make_unexpected(record.error());
        if (auto taken = take(r.disk, std::move(*record)); !taken) return tl::make_unexpected(taken.error());
        at = f->end;
    }
    r.journal_size = at;
    r.torn_bytes = bytes.size() - at;
    return r;
}

std::string JournalEncoder::header(std::uint64_t generation) {
    std::string bytes{kJournalMagic};
    put64(bytes, generation);
    return bytes;
}

JournalEncoder::JournalEncoder(const Recovered& r)
    : generation_{r.generation},
      size_{r.journal_size},
      durable_{r.journal_size},
      cluster_uuid_{r.disk.cluster_uuid},
      uuid_{r.disk.uuid},
      promised_{r.disk.promised},
      entries_{r.disk.entries} {}

std::string JournalEncoder::frame(std::string_view payload) {
    std::string bytes{kRecordMagic};
    put64(bytes, payload.size());
    put64(bytes, durable_);
    put64(bytes, checksum(payload, generation_, size_, durable_));
    bytes += payload;
    size_ += bytes.size();
    return bytes;
}

DiskWork JournalEncoder::encode(const Persist& p) {
    DiskWork work;
    if (p.cluster_uuid != 0) cluster_uuid_ = p.cluster_uuid;
    if (p.uuid != 0) uuid_ = p.uuid;
    if (p.promised) promised_ = *p.promised;
    if (p.cut_after || p.snapshot) {
        const std::uint64_t keep = p.cut_after ? *p.cut_after : p.snapshot->last.index;
        for (const Entry& e : entries_) {
            if (e.index > keep)
                work.divergent += to_string(e.term) + "/" + std::to_string(e.index) + " " + e.author + " " +
                                  to_iso8601(e.stamp) + "\n" + describe(e.patch);
        }
        std::erase_if(entries_, [&](const Entry& e) { return e.index > keep; });
    }
    if (p.snapshot) {
        ++generation_;
        size_ = durable_ = 0;
        entries_.clear();
        std::string journal = header(generation_);
        size_ = journal.size();
        wire::Record record;
        record.entries = p.entries;
        record.committed = p.committed;
        journal += frame(wire::encode(record));
        std::string payload =
            wire::encode(wire::SnapshotFile{generation_, cluster_uuid_, uuid_, promised_, *p.snapshot});
        std::string bytes{kSnapshotMagic};
        put64(bytes, hash64(payload));
        work.rotate = DiskWork::Rotate{generation_, std::move(journal), bytes + payload};
    } else {
        if (size_ == 0) {
            work.append = header(generation_);
            size_ = work.append.size();
        }
        work.append += frame(wire::encode(
            wire::Record{p.cluster_uuid, p.uuid, p.promised, p.cut_after, p.entries, p.committed}));
    }
    entries_.insert(entries_.end(), p.entries.begin(), p.entries.end());
    return work;
}

}  // namespace muster::cib::replica
