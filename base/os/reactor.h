// One event loop (sd-event behind it): timers, file descriptors, children, signals.  Nothing on it may block.
// Timers run on CLOCK_BOOTTIME with an accuracy of 1 ms (sd-event's default would be 250 ms).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "base/os/fd.h"
#include "base/result.h"
#include "base/time.h"

struct sd_event;
struct sd_event_source;

namespace muster::os {

class Reactor {
  public:
    using Task = std::function<void()>;
    using Id = std::uint64_t;  // of a timer or a watch; 0 is none

    Reactor();  // throws std::runtime_error where there is no epoll
    ~Reactor();
    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;

    Instant now() const;        // CLOCK_BOOTTIME
    WallTime wall_now() const;  // CLOCK_REALTIME

    Id after(Duration delay, Task task);                  // once
    Id at(Instant when, Task task);
    // `events` as for epoll: EPOLLIN | EPOLLOUT; the task gets what is ready.
    Id watch(int fd, std::uint32_t events, std::function<void(std::uint32_t)> task);
    void rewatch(Id id, std::uint32_t events);            // change what is waited for
    // Any process, child or not, by pidfd; the task runs once when it has ended.  A child must still be reaped.
    Result<Id> watch_process(pid_t pid, Task task);
    Id on_signal(int signal, Task task);                  // blocks the signal and takes it from the loop
    void soon(Task task);                                 // after the event at hand, in order
    void cancel(Id id);                                   // of any kind; unknown ids are nothing

    int run();                                            // until stop(); returns its code
    void stop(int code = 0);
    sd_event* raw() const { return event_; }              // for sd-bus

  private:
    struct Source;
    Id keep(std::unique_ptr<Source> source);
    sd_event* event_ = nullptr;
    Id next_ = 1;
    std::map<Id, std::unique_ptr<Source>> sources_;
};

}  // namespace muster::os
