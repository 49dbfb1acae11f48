#include "base/os/reactor.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace muster::os {
namespace {

std::int64_t clock_us(clockid_t clock) {
    timespec t{};
    clock_gettime(clock, &t);
    return std::int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1000;
}

constexpr std::uint64_t kAccuracyUs = 1000;

void must(int result, const char* what) {
    if (result < 0) throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(-result)));
}

}  // namespace

struct Reactor::Source {
    Reactor* owner = nullptr;
    Id id = 0;
    bool once = false;
    Task task;
    std::function<void(std::uint32_t)> io_task;
    sd_event_source* handle = nullptr;
    Fd pidfd;
    ~Source() {
        if (handle) {
            sd_event_source_set_enabled(handle, SD_EVENT_OFF);
            sd_event_source_unref(handle);
        }
    }
    // The task may cancel its own source: it is moved out first.
    void fire() {
        if (once) {
            Task run = std::move(task);
            owner->cancel(id);
            run();
        } else {
            const Task run = task;
            run();
        }
    }
};

Reactor::Reactor() { must(sd_event_new(&event_), "event loop"); }
Reactor::~Reactor() {
    sources_.clear();
    sd_event_unref(event_);
}

Instant Reactor::now() const { return Instant{clock_us(CLOCK_BOOTTIME)}; }
WallTime Reactor::wall_now() const { return WallTime{clock_us(CLOCK_REALTIME)}; }

Reactor::Id Reactor::keep(std::unique_ptr<Source> source) {
    const Id id = source->id;
    sources_.emplace(id, std::move(source));
    return id;
}

Reactor::Id Reactor::after(Duration delay, Task task) { return at(now() + delay, std::move(task)); }

Reactor::Id Reactor::at(Instant when, Task task) {
    auto s = std::make_unique<Source>();
    s->owner = this;
    s->id = next_++;
    s->once = true;
    s->task = std::move(task);
    const auto due = static_cast<std::uint64_t>(when.us < 1 ? 1 : when.us);
    must(sd_event_add_time(
             event_, &s->handle, CLOCK_BOOTTIME, due, kAccuracyUs,
             [](sd_event_source*, std::uint64_t, void* user) {
                 static_cast<Source*>(user)->fire();
                 return 0;
             },
             s.get()),
         "timer");
    return keep(std::move(s));
}

Reactor::Id Reactor::watch(int fd, std::uint32_t events, std::function<void(std::uint32_t)> task) {
    auto s = std::make_unique<Source>();
    s->owner = this;
    s->id = next_++;
    s->io_task = std::move(task);
    must(sd_event_add_io(
             event_, &s->handle, fd, events,
             [](sd_event_source*, int, std::uint32_t ready, void* user) {
                 const auto run = static_cast<Source*>(user)->io_task;
                 run(ready);
                 return 0;
             },
             s.get()),
         "watch");
    return keep(std::move(s));
}

void Reactor::rewatch(Id id, std::uint32_t events) {
    const auto it = sources_.find(id);
    MUSTER_ASSERT(it != sources_.end());
    must(sd_event_source_set_io_events(it->second->handle, events), "watch");
}

Result<Reactor::Id> Reactor::watch_process(pid_t pid, Task task) {
    Fd fd{static_cast<int>(syscall(SYS_pidfd_open, pid, 0))};
    if (!fd) return fail(ErrorCode::io, fmt::format("cannot watch process {}: {}", pid, std::strerror(errno)));
    auto s = std::make_unique<Source>();
    s->owner = this;
    s->id = next_++;
    s->once = true;
    s->task = std::move(task);
    s->pidfd = std::move(fd);
    must(sd_event_add_io(
             event_, &s->handle, s->pidfd.get(), EPOLLIN,
             [](sd_event_source*, int, std::uint32_t, void* user) {
                 static_cast<Source*>(user)->fire();
                 return 0;
             },
             s.get()),
         "watch of a process");
    return keep(std::move(s));
}

Reactor::Id Reactor::on_signal(int signal, Task task) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    auto s = std::make_unique<Source>();
    s->owner = this;
    s->id = next_++;
    s->task = std::move(task);
    must(sd_event_add_signal(
             event_, &s->handle, signal,
             [](sd_event_source*, const struct signalfd_siginfo*, void* user) {
                 static_cast<Source*>(user)->fire();
                 return 0;
             },
             s.get()),
         "signal");
    return keep(std::move(s));
}

void Reactor::soon(Task task) {
    auto s = std::make_unique<Source>();
    s->owner = this;
    s->id = next_++;
    s->once = true;
    s->task = std::move(task);
    must(sd_event_add_defer(
             event_, &s->handle,
             [](sd_event_source*, void* user) {
                 static_cast<Source*>(user)->fire();
                 return 0;
             },
             s.get()),
         "deferred task");
    keep(std::move(s));
}

void Reactor::cancel(Id id) { sources_.erase(id); }

int Reactor::run() {
    const int code = sd_event_loop(event_);
    must(code, "event loop");
    return code;
}
void Reactor::stop(int code) { sd_event_exit(event_, code); }

}  // namespace muster::os
