// The journal's folder and its one writer: a thread, so that the loop never waits for a disk.  What was queued while it
// worked goes to the disk in one batch with one fsync.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/os/reactor.h"
#include "base/result.h"
#include "cib/replica/replica.h"

namespace muster::cib::replica {

struct JournalSettings {
    std::string folder;              // /var/lib/muster/cib
    Duration delay_each_sync{0};     // for tests: a disk that is slower than this one
};

class JournalWriter {
  public:
    struct Opened {
        std::unique_ptr<JournalWriter> writer;
        Disk disk;
        std::uint64_t torn_bytes = 0;
    };
    // Blocking: reads everything, cuts a torn tail.  An error names the file; the replica must not start then.
    static Result<Opened> open(os::Reactor& reactor, JournalSettings settings);
    ~JournalWriter();  // what is queued is still written

    void on_durable(std::function<void(std::uint64_t ticket)> handler);
    void on_failure(std::function<void(const std::string& why)> handler);  // once; nothing is written afterwards
    void write(Persist persist);

  private:
    struct Impl;
    explicit JournalWriter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace muster::cib::replica
