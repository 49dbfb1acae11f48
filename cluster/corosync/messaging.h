// Messaging over corosync.  If corosync dies, this lives: Disconnected is reported, what waited to be sent is gone, and
// it connects again with back-off; then Connected, and views of the new ring.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/os/reactor.h"
#include "cluster/messaging.h"

namespace muster::cluster {

struct CorosyncSettings {
    std::string group = "muster";
    Duration first_retry = milliseconds{100};
    Duration longest_retry = seconds{2};
};

class CorosyncMessaging final : public Messaging {
  public:
    CorosyncMessaging(os::Reactor& reactor, CorosyncSettings settings);
    ~CorosyncMessaging() override;
    CorosyncMessaging(const CorosyncMessaging&) = delete;
    CorosyncMessaging& operator=(const CorosyncMessaging&) = delete;

    // Set the handler first, then start: where corosync does not run, that is Disconnected and tried again.
    void start();
    // Leaves the group and tells the others so; nothing is reported afterwards.
    void leave();
    Result<void> broadcast(std::string bytes) override;
    void on_event(std::function<void(const Event&)> handler) override;
    std::size_t queued_bytes() const;

    struct Impl;

  private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace muster::cluster
