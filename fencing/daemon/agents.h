// Runs fence agents: finds the program, feeds its options, and remembers in a file what runs, so that a fenced that
// was killed leaves no agent behind that cuts a node later, when nobody expects it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/os/child.h"
#include "base/os/reactor.h"
#include "fencing/core/events.h"

namespace muster::fencing {

class AgentRunner {
  public:
    using OnDone = std::function<void(const AgentDone&)>;
    AgentRunner(os::Reactor& reactor, std::vector<std::string> folders, std::string journal, OnDone on_done);

    // Ends the agents that an earlier fenced left behind; how many there were.
    int end_leftovers();
    void run(const RunAgent& order);
    void kill(JobId job);

  private:
    std::string find(const std::string& agent) const;  // empty: not there
    void done(JobId job, const os::ChildResult& result);
    void later(AgentDone done);
    void write_journal() const;

    os::Reactor& reactor_;
    std::vector<std::string> folders_;
    std::string journal_;
    OnDone on_done_;
    std::map<JobId, std::unique_ptr<os::Child>> children_;
};

}  // namespace muster::fencing
