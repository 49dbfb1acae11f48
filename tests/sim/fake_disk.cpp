#include "tests/sim/fake_disk.h"

namespace muster::sim {

using namespace cib::replica;

Result<Recovered> FakeDisk::recover() const {
    return cib::replica::recover(snapshot_, journal_.empty() ? std::nullopt : std::optional{journal_});
}

void FakeDisk::start(const Recovered& recovered) {
    journal_.resize(static_cast<std::size_t>(recovered.journal_size));
    synced_ = journal_.size();
}

void FakeDisk::write(const DiskWork& work) {
    if (work.rotate) {  // each of its steps is synced by itself, and the old pair stays valid until the rename
        journal_ = work.rotate->journal;
        snapshot_ = work.rotate->snapshot;
        synced_ = journal_.size();
        return;
    }
    journal_ += work.append;
}

void FakeDisk::lose_power(cluster::fake::Scheduler& s) {
    const std::size_t unsynced = journal_.size() - synced_;
    if (unsynced == 0) return;
    const std::size_t kept = static_cast<std::size_t>(s.random(unsynced + 1));
    journal_.resize(synced_ + kept);
    if (kept > 0 && s.chance(50)) {  // pages were written in another order: a hole before what got there
        const std::size_t from = synced_ + static_cast<std::size_t>(s.random(kept));
        for (std::size_t i = from; i < journal_.size() && i < from + 512; ++i) journal_[i] = '\0';
    }
    synced_ = journal_.size();
}

}  // namespace muster::sim
