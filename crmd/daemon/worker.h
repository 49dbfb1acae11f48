// The planner's thread: one job at a time, the newest only; its answer comes back on the loop.
#pragma once

#include <functional>
#include <memory>

#include "base/os/reactor.h"
#include "crmd/core/io.h"

namespace muster::crmd {

class PlanWorker {
  public:
    PlanWorker(os::Reactor& reactor, std::function<void(Planned)> on_planned);
    ~PlanWorker();  // waits for the plan at hand
    PlanWorker(const PlanWorker&) = delete;
    PlanWorker& operator=(const PlanWorker&) = delete;
    void make(MakePlan job);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace muster::crmd
