// The files that runs leave under RUN/lrmd: ID.begin, ID.result.  And who is who in /proc.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "lrmd/core/journal.pb.h"

namespace muster::lrmd {

class Traces {
  public:
    explicit Traces(std::string folder) : folder_{std::move(folder)} {}
    const std::string& folder() const { return folder_; }
    // Exactly one process can claim a run; false: it was claimed before.
    Result<bool> claim(const proto::Begin& begin) const;
    Result<void> finish(const std::string& run_id, const proto::Ended& ended) const;
    std::optional<proto::Begin> begin(const std::string& run_id) const;
    std::optional<proto::Ended> ended(const std::string& run_id) const;
    void drop(const std::string& run_id) const;
    std::vector<proto::Begin> all() const;  // oldest first

  private:
    std::string path(const std::string& run_id, const char* ending) const;
    std::string folder_;
};

// When a process began (clock ticks since boot, /proc/PID/stat); 0: there is none.  With the pid it names one process.
std::uint64_t process_start(pid_t pid);
// Whether a process of this group still runs; one that only waits to be reaped does not.
bool group_runs(pid_t group);
// The same for its own process group: whether the group that `begin` names is still there.
bool group_alive(const proto::Begin& begin);

}  // namespace muster::lrmd
