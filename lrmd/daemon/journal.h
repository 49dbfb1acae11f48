// The journal file: records appended before their effect is visible; rewritten as one snapshot when it has grown.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/os/reactor.h"
#include "base/result.h"
#include "lrmd/core/journal.pb.h"

namespace muster::lrmd {

class Journal {
  public:
    // Reads what is there (a record cut short at the end is dropped), then appends.
    static Result<Journal> open(const std::string& path, const std::function<void(const proto::JournalRecord&)>& each);
    Result<void> append(const proto::JournalRecord& record);
    bool has_grown() const { return size_ > kMost && size_ > 4 * after_rewrite_; }
    Result<void> rewrite(const proto::JournalRecord& snapshot);

  private:
    static constexpr std::size_t kMost = 1u << 20;
    std::string path_;
    os::Fd fd_;
    std::size_t size_ = 0;
    std::size_t after_rewrite_ = 0;
};

}  // namespace muster::lrmd
