#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/os/spawn.h"

namespace muster::os {
namespace {

Instant now() {
    timespec t{};
    clock_gettime(CLOCK_BOOTTIME, &t);
    return Instant{std::int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1000};
}

// A child that does not read its input is no reason to end; a terminal that went away still is.
struct PipesMayBreak {
    void (*before)(int) = ::signal(SIGPIPE, SIG_IGN);
    ~PipesMayBreak() { ::signal(SIGPIPE, before); }
};

// Until the process has ended (true) or the moment has come (false); what it prints is taken meanwhile.
bool wait_for(int ended, Spawned& child, const ChildSpec& spec, ChildResult& result, Instant until) {
    std::size_t written = 0;
    while (true) {
        const auto left = std::chrono::ceil<milliseconds>(until - now()).count();
        if (left <= 0) return false;
        pollfd watched[] = {{ended, POLLIN, 0},
                            {child.out.get(), POLLIN, 0},  // a negative descriptor is passed over
                            {child.err.get(), POLLIN, 0},
                            {child.in.get(), POLLOUT, 0}};
        if (::poll(watched, std::size(watched), static_cast<int>(std::min<std::int64_t>(left, 60'000))) < 0) continue;
        if (watched[1].revents && drain(child.out, result.out, spec.most_output)) child.out.reset();
        if (watched[2].revents && drain(child.err, result.err, spec.most_output)) child.err.reset();
        if (watched[3].revents && feed(child.in, spec.input, written)) child.in.reset();
        if (watched[0].revents) return true;
    }
}

}  // namespace

Result<ChildResult> run_child(ChildSpec spec) {
    const PipesMayBreak guard;
    ChildResult result;
    const Instant began = now();
    auto child = spawn(spec);
    if (!child) return tl::make_unexpected(child.error());
    const Fd ended{static_cast<int>(::syscall(SYS_pidfd_open, child->pid, 0))};
    if (!ended) {
        const int why = errno;
        ::kill(-child->pid, SIGKILL);
        ::waitpid(child->pid, nullptr, 0);
        return fail(ErrorCode::io, std::string{"cannot watch a process: "} + std::strerror(why));
    }
    result.timed_out = !wait_for(ended.get(), *child, spec, result, began + spec.timeout);
    if (result.timed_out) ::kill(-child->pid, SIGKILL);
    int status = 0;
    while (::waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {}
    if (!spec.keep_group) ::kill(-child->pid, SIGKILL);  // what it left behind in its group
    drain(child->out, result.out, spec.most_output);
    drain(child->err, result.err, spec.most_output);
    if (WIFEXITED(status)) result.exit_status = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
    result.took = now() - began;
    return result;
}

}  // namespace muster::os
