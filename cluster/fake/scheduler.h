// What the fake layer needs of a simulation: a virtual clock and a seeded generator.  tests/sim has the real one.
#pragma once

#include <cstdint>
#include <functional>

#include "base/time.h"

namespace muster::cluster::fake {

class Scheduler {
  public:
    virtual ~Scheduler() = default;
    virtual Instant now() const = 0;
    virtual void after(Duration delay, std::function<void()> task) = 0;
    virtual std::uint64_t random(std::uint64_t below) = 0;  // 0 .. below - 1

    bool chance(unsigned percent) { return random(100) < percent; }
    Duration between(Duration low, Duration high) {
        const auto span = static_cast<std::uint64_t>((high - low).count()) + 1;
        return low + Duration{static_cast<std::int64_t>(random(span))};
    }
};

}  // namespace muster::cluster::fake
