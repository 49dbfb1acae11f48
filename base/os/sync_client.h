// A client of a daemon's socket that blocks, for tools: needs no loop, so that a short command starts fast.
#pragma once

#include <string>
#include <string_view>

#include "base/os/fd.h"
#include "base/result.h"
#include "base/time.h"

namespace muster::os {

// Frames as in frames.h; each call has its deadline.
class SyncClient {
  public:
    static Result<SyncClient> connect(const std::string& path);
    Result<void> send(std::string_view frame);
    Result<std::string> receive(milliseconds within);  // ErrorCode::timeout when it is over
    int fd() const { return fd_.get(); }

  private:
    explicit SyncClient(Fd fd) : fd_{std::move(fd)} {}
    Fd fd_;
    std::string in_;
};

}  // namespace muster::os
