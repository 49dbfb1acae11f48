// Processes that agents name in their watch file (one id a line): followed by pidfd, so that a death is known at once.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "base/os/reactor.h"
#include "lrmd/classes/invocation.h"

namespace muster::lrmd {

class Watches {
  public:
    using OnDeath = std::function<void(const std::string& resource)>;
    Watches(os::Reactor& reactor, const Places& places, OnDeath on_death)
        : reactor_{reactor}, places_{places}, on_death_{std::move(on_death)} {}
    ~Watches();
    // Reads the resource's file again: after each of its operations.
    void refresh(const std::string& resource);
    void forget(const std::string& resource);  // stopped: its file goes, too

  private:
    struct Process {
        std::uint64_t start = 0;
        os::Reactor::Id watch = 0;
    };
    os::Reactor& reactor_;
    const Places& places_;
    OnDeath on_death_;
    std::map<std::string, std::map<pid_t, Process>> watched_;
};

}  // namespace muster::lrmd
