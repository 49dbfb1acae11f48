// Virtual time and a seeded generator: one thread, one queue, the same seed the same run.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "cluster/fake/scheduler.h"

namespace muster::sim {

class Simulation final : public cluster::fake::Scheduler {
  public:
    explicit Simulation(std::uint64_t seed) : state_{seed * 0x9E3779B97F4A7C15ULL + 0x1234567} {}

    Instant now() const override { return now_; }
    void after(Duration delay, std::function<void()> task) override {
        queue_.push(Event{now_ + delay, ++order_, std::move(task)});  // equal times keep their order
    }
    std::uint64_t random(std::uint64_t below) override { return below < 2 ? 0 : next() % below; }
    std::uint64_t next() {  // splitmix64
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }
    // Runs after every event: the invariants.
    void on_event(std::function<void()> check) { check_ = std::move(check); }
    void run_until(Instant end) {
        while (!stopped_ && !queue_.empty() && queue_.top().due <= end) {
            Event event = std::move(const_cast<Event&>(queue_.top()));
            queue_.pop();
            now_ = event.due;  // time moves only here
            ++events_;
            event.task();
            if (check_) check_();
        }
        if (!stopped_) now_ = end;
    }
    void stop() { stopped_ = true; }
    std::uint64_t events() const { return events_; }

  private:
    struct Event {
        Instant due;
        std::uint64_t order = 0;
        std::function<void()> task;
        bool operator<(const Event& o) const { return due != o.due ? o.due < due : o.order < order; }
    };
    std::priority_queue<Event> queue_;
    std::function<void()> check_;
    Instant now_{1'000'000};
    std::uint64_t order_ = 0;
    std::uint64_t state_;
    std::uint64_t events_ = 0;
    bool stopped_ = false;
};

}  // namespace muster::sim
