// A disk that loses what was not synced: at a power loss the tail of the journal is lost, torn or garbled.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "cib/replica/journal_format.h"
#include "cluster/fake/scheduler.h"

namespace muster::sim {

class FakeDisk {
  public:
    Result<cib::replica::Recovered> recover() const;
    void start(const cib::replica::Recovered& recovered);  // the writer begins: the torn tail is cut
    void write(const cib::replica::DiskWork& work);
    void sync() { synced_ = journal_.size(); }
    void lose_power(cluster::fake::Scheduler& chance);
    void drop_unsynced() { journal_.resize(synced_); }  // what a failed fsync leaves
    void wipe() { *this = FakeDisk{}; }

  private:
    std::optional<std::string> snapshot_;
    std::string journal_;
    std::size_t synced_ = 0;
};

}  // namespace muster::sim
