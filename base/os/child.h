// Child processes on the loop: the whole group is killed when time is up.  For fence agents, alerts and the like; agents'
// operations run under lrmd's own shims.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/os/reactor.h"
#include "base/os/spawn.h"
#include "base/result.h"

namespace muster::os {

class Child {
  public:
    using OnDone = std::function<void(const ChildResult&)>;
    static Result<std::unique_ptr<Child>> start(Reactor& reactor, ChildSpec spec, OnDone on_done);
    ~Child();  // kills the group if it still runs; on_done does not run then
    pid_t pid() const;
    void kill();  // the group, now; on_done runs with what there is

  private:
    struct Impl;
    explicit Child(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace muster::os
