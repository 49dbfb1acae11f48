#include "lrmd/daemon/shim.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/time.h"
#include "lrmd/daemon/tail.h"
#include "lrmd/daemon/traces.h"

namespace muster::lrmd {
namespace {

constexpr std::int64_t kDefaultTimeoutMs = 20'000;
constexpr std::int64_t kTermGraceMs = 1'000;   // from SIGTERM to SIGKILL
constexpr std::int64_t kKillPatienceMs = 5'000;  // then the result is told without waiting for a process in the kernel

std::int64_t clock_us(clockid_t clock) {
    timespec t{};
    clock_gettime(clock, &t);
    return std::int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1000;
}
std::int64_t now_ms() { return clock_us(CLOCK_BOOTTIME) / 1000; }

// Nothing of lrmd's own is kept open; signals as a fresh process has them.
void leave_the_daemon() {
    ::setsid();
    ::close_range(3, ~0u, 0);
    for (int s = 1; s < NSIG; ++s) ::signal(s, SIG_DFL);
    // What is meant for the agent's group or for lrmd must not end the shim.
    for (const int s : {SIGTERM, SIGINT, SIGHUP, SIGPIPE}) ::signal(s, SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    ::prctl(PR_SET_NAME, "lrmd-shim");
}

struct Agent {
    pid_t pid = 0;
    int out = -1, err = -1;  // its outputs, to read
    int gate = -1;           // one byte lets it begin
    int failed = -1;         // errno of an exec that failed
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (auto& t : texts) list.push_back(t.data());
    list.push_back(nullptr);
    return list;
}

// In the agent's process: waits at the gate, so that the claim with its process id is on record before it does anything.
[[noreturn]] void become_agent(const char* path, char* const* argv, char* const* env, int gate, int out, int err, int failed) {
    ::setpgid(0, 0);
    char go = 0;
    if (::read(gate, &go, 1) != 1) ::_exit(127);
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::dup2(null, 0);
    ::dup2(out, 1);
    ::dup2(err, 2);
    for (const int s : {SIGTERM, SIGINT, SIGHUP, SIGPIPE}) ::signal(s, SIG_DFL);
    if (::chdir("/") != 0) { /* stays where lrmd was */ }
    ::umask(022);
    ::execve(path, argv, env);
    const int e = errno;
    [[maybe_unused]] const ssize_t n = ::write(failed, &e, sizeof e);
    ::_exit(127);
}

int fork_agent(const std::string& path, const Invocation& invocation, Agent& agent) {
    int gate[2], out[2], err[2], failed[2];
    for (int* p : {gate, out, err, failed}) {
        if (::pipe2(p, O_CLOEXEC) != 0) return errno;
    }
    std::vector<std::string> arguments = invocation.arguments;
    arguments.insert(arguments.begin(), path);
    std::vector<std::string> environment = invocation.environment;
    const auto argv = pointers(arguments);
    const auto env = pointers(environment);
    agent.pid = ::fork();
    if (agent.pid < 0) return errno;
    if (agent.pid == 0) {
        ::close(gate[1]);
        become_agent(path.c_str(), argv.data(), env.data(), gate[0], out[1], err[1], failed[1]);
    }
    ::setpgid(agent.pid, agent.pid);
    for (const int fd : {gate[0], out[1], err[1], failed[1]}) ::close(fd);
    agent.gate = gate[1];
    agent.out = out[0];
    agent.err = err[0];
    agent.failed = failed[0];
    ::fcntl(agent.out, F_SETFL, O_NONBLOCK);
    ::fcntl(agent.err, F_SETFL, O_NONBLOCK);
    return 0;
}

proto::Ended not_started(int e, std::string problem) {
    proto::Ended ended;
    ended.set_how(proto::Ended::NOT_STARTED);
    ended.set_code(e);
    ended.set_problem(printable(problem));
    return ended;
}

// The program to run, or why there is none, in the operator's words.
std::string find_program(const Invocation& invocation, proto::Ended& problem) {
    for (const auto& path : invocation.candidates) {
        struct stat st {};
        if (::stat(path.c_str(), &st) != 0) continue;
        if (!S_ISREG(st.st_mode)) {
            problem = not_started(EACCES, fmt::format("{} is not a file", path));
            return {};
        }
        if (::access(path.c_str(), X_OK) != 0) {
            problem = not_started(EACCES, fmt::format("{} has no execute permission (mode {:04o}): chmod +x it", path,
                                                      static_cast<unsigned>(st.st_mode & 07777)));
            return {};
        }
        return path;
    }
    std::string looked;
    for (const auto& path : invocation.candidates) looked += (looked.empty() ? "" : ", ") + path;
    problem = not_started(ENOENT, fmt::format("agent {} is not installed on this node (looked for {})", invocation.label, looked));
    return {};
}

std::string exec_problem(const std::string& path, int e) {
    if (e == ENOENT) return fmt::format("{} can not be run: the interpreter that its first line names is not there", path);
    if (e == ENOEXEC) return fmt::format("{} can not be run: it is neither a program nor a script that begins with #!", path);
    return fmt::format("{} can not be run: {}", path, std::strerror(e));
}

// Reads what there is; closes at the end.
void drain(int& fd, bool from_stderr, OutputTail& tail) {
    char buffer[16384];
    for (int round = 0; fd >= 0 && round < 16; ++round) {
        const ssize_t n = ::read(fd, buffer, sizeof buffer);
        if (n > 0) {
            tail.add(from_stderr, buffer, static_cast<std::size_t>(n));
            continue;
        }
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return;
        ::close(fd);
        fd = -1;
    }
}

void nap(std::int64_t ms) {
    const timespec t{ms / 1000, (ms % 1000) * 1'000'000};
    ::nanosleep(&t, nullptr);
}

// SIGTERM, some patience, SIGKILL; says what resisted.
std::string kill_group(const Agent& agent, int& status) {
    bool reaped = false;
    const auto gone = [&] {
        if (!reaped) reaped = ::waitpid(agent.pid, &status, WNOHANG) == agent.pid;
        return reaped && !group_runs(agent.pid);
    };
    ::kill(-agent.pid, SIGTERM);
    for (std::int64_t end = now_ms() + kTermGraceMs; now_ms() < end && !gone();) nap(10);
    if (gone()) return {};
    ::kill(-agent.pid, SIGKILL);
    for (std::int64_t end = now_ms() + kKillPatienceMs; now_ms() < end && !gone();) nap(5);
    if (gone()) return {};
    return fmt::format("process group {} can not be killed (a process in it waits inside the kernel)", agent.pid);
}

// Follows the agent to its end.
proto::Ended follow(Agent& agent, const std::string& path, std::int64_t timeout_ms) {
    proto::Ended ended;
    OutputTail tail;
    const std::int64_t began = now_ms();
    const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, agent.pid, 0));
    int status = 0;
    bool over = false;
    while (true) {
        pollfd fds[3] = {{agent.out, POLLIN, 0}, {agent.err, POLLIN, 0}, {pidfd, POLLIN, 0}};
        const std::int64_t left = began + timeout_ms - now_ms();
        if (left <= 0) break;
        if (::poll(fds, 3, static_cast<int>(std::min<std::int64_t>(left, 1 << 30))) < 0 && errno != EINTR) break;
        drain(agent.out, false, tail);
        drain(agent.err, true, tail);
        if (fds[2].revents && ::waitpid(agent.pid, &status, WNOHANG) == agent.pid) {
            over = true;
            break;
        }
    }
    if (over) {  // what it left behind in the background is its own matter, and so are the pipes that this holds
        drain(agent.out, false, tail);
        drain(agent.err, true, tail);
        int e = 0;
        if (::read(agent.failed, &e, sizeof e) == sizeof e) return not_started(e, exec_problem(path, e));
        ended.set_how(WIFSIGNALED(status) ? proto::Ended::SIGNALLED : proto::Ended::EXITED);
        ended.set_code(WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    } else {
        ended.set_how(proto::Ended::TIMED_OUT);
        ended.set_problem(kill_group(agent, status));
        drain(agent.out, false, tail);
        drain(agent.err, true, tail);
    }
    ended.set_exit_reason(tail.exit_reason());
    ended.set_output_tail(tail.text());
    ended.set_exec_ms(ended.how() == proto::Ended::TIMED_OUT ? timeout_ms : now_ms() - began);
    return ended;
}

[[noreturn]] void finish(const ShimOrder& order, proto::Ended ended, std::int64_t wall) {
    ended.set_started_at_us(wall);
    const Traces traces{order.folder};
    // A full disk may have room again later; the result must not be lost while this process can hold it.
    for (int attempt = 0; attempt < 600; ++attempt) {
        if (traces.finish(order.run_id, ended)) ::_exit(0);
        nap(1000);
    }
    ::_exit(kShimBroken);
}

void claim_or_end(const ShimOrder& order, pid_t group, std::int64_t wall) {
    proto::Begin begin;
    begin.set_run_id(order.run_id);
    *begin.mutable_run() = order.run;
    begin.set_shim_pid(::getpid());
    begin.set_shim_start(process_start(::getpid()));
    begin.set_group(group);
    begin.set_group_start(group ? process_start(group) : 0);
    begin.set_started_at_us(wall);
    const auto claimed = Traces{order.folder}.claim(begin);
    if (claimed && *claimed) return;
    if (group) ::kill(-group, SIGKILL);  // it waits at the gate: nothing has been done
    ::_exit(claimed ? kShimClaimed : kShimBroken);
}

}  // namespace

void run_shim(const ShimOrder& order) {
    leave_the_daemon();
    const std::int64_t wall = clock_us(CLOCK_REALTIME);
    const std::int64_t timeout_ms = order.run.timeout_ms() > 0 ? order.run.timeout_ms() : kDefaultTimeoutMs;
    const bool script_missing = order.run.klass() == "service" && ::access(order.invocation.candidates[0].c_str(), F_OK) != 0;
    if (order.invocation.bus || script_missing) {
        claim_or_end(order, 0, wall);
        finish(order, run_on_bus(order.run), wall);
    }
    proto::Ended problem;
    const std::string path = find_program(order.invocation, problem);
    if (path.empty()) {
        claim_or_end(order, 0, wall);
        finish(order, std::move(problem), wall);
    }
    Agent agent;
    if (const int e = fork_agent(path, order.invocation, agent)) {
        claim_or_end(order, 0, wall);
        finish(order, not_started(e, fmt::format("{} can not be started: {}", path, std::strerror(e))), wall);
    }
    claim_or_end(order, agent.pid, wall);
    [[maybe_unused]] const ssize_t n = ::write(agent.gate, "g", 1);
    ::close(agent.gate);
    finish(order, follow(agent, path, timeout_ms), wall);
}

}  // namespace muster::lrmd
