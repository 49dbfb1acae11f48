// Child processes on the loop: own process group, both outputs captured in a bounded tail, the whole group killed when
// time is up.  For fence agents, alerts and the like; agents' operations run under lrmd's own shims.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/os/reactor.h"
#include "base/result.h"

namespace muster::os {

struct ChildSpec {
    std::vector<std::string> argv;         // argv[0] is a path
    std::vector<std::string> environment;  // NAME=value; the whole of it
    std::string input;                     // written to its standard input, then closed
    Duration timeout = seconds{20};
    std::size_t most_output = 64 * 1024;   // the tail that is kept, of each output
    bool keep_group = false;               // what it left in the background may live on when it ends by itself
};

struct ChildResult {
    bool timed_out = false;
    int exit_status = -1;  // valid when signal is 0 and it did not time out
    int signal = 0;        // that ended it
    std::string out;
    std::string err;
    Duration took{0};
};

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
