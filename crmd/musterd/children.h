// The three daemons as processes: started as children, found again after musterd's own restart (by process id and start
// time, from a file in the run folder), watched by pidfd either way.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/os/reactor.h"
#include "base/result.h"

namespace muster::musterd {

struct Program {
    std::string name;
    std::vector<std::string> argv;  // argv[0] is a path
    std::string user;               // empty: ours
};

class Children {
  public:
    // exit_status -1 when it was adopted or died by `signal`.
    using OnEnded = std::function<void(const std::string& name, int exit_status, int signal)>;
    Children(os::Reactor& reactor, std::string record_path, OnEnded on_ended);

    Result<int> start(const Program& program);
    // Those of an earlier musterd that still live: name and pid.
    std::map<std::string, int> adopt();
    void signal(const std::string& name, int signal);

  private:
    struct Living {
        int pid = 0;
        std::string start_time;  // field 22 of /proc/PID/stat: a pid that was used again is not taken for it
        bool child = false;      // ours to reap
    };
    Result<void> watch(const std::string& name, int pid);
    void ended(const std::string& name);
    void record();
    os::Reactor& reactor_;
    std::string record_path_;
    OnEnded on_ended_;
    std::map<std::string, Living> living_;
};

}  // namespace muster::musterd
