#include "base/os/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace muster::os {
namespace {

struct Pipe {
    Fd read;
    Fd write;
};

Result<Pipe> make_pipe() {
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0) {
        return fail(ErrorCode::io, fmt::format("cannot make a pipe: {}", std::strerror(errno)));
    }
    return Pipe{Fd{fds[0]}, Fd{fds[1]}};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (auto& t : texts) list.push_back(t.data());
    list.push_back(nullptr);
    return list;
}

// Keeps the last `most` bytes.
void append_tail(std::string& tail, const char* bytes, std::size_t n, std::size_t most) {
    tail.append(bytes, n);
    if (tail.size() > most) tail.erase(0, tail.size() - most);
}

Result<pid_t> spawn(ChildSpec& spec, const Pipe& in, const Pipe& out, const Pipe& err) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.read.get(), 0);
    posix_spawn_file_actions_adddup2(&actions, out.write.get(), 1);
    posix_spawn_file_actions_adddup2(&actions, err.write.get(), 2);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    auto argv = pointers(spec.argv);
    auto env = pointers(spec.environment);
    pid_t pid = 0;
    const int failed = ::posix_spawn(&pid, spec.argv[0].c_str(), &actions, &attributes, argv.data(), env.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed) {
        const auto code = failed == ENOENT ? ErrorCode::not_found : failed == EACCES ? ErrorCode::permission : ErrorCode::io;
        return fail(code, fmt::format("cannot run {}: {}", spec.argv[0], std::strerror(failed)));
    }
    return pid;
}

}  // namespace

struct Child::Impl {
    Reactor& reactor;
    ChildSpec spec;
    OnDone on_done;
    pid_t pid = 0;
    Instant began{};
    Fd in, out, err;
    std::size_t written = 0;
    Reactor::Id watch_in = 0, watch_out = 0, watch_err = 0, watch_pid = 0, timer = 0;
    ChildResult result;
    bool running = false;

    Impl(Reactor& r, ChildSpec s, OnDone d) : reactor{r}, spec{std::move(s)}, on_done{std::move(d)} {}
    ~Impl() {
        forget();
        if (running) {
            ::kill(-pid, SIGKILL);
            ::waitpid(pid, nullptr, 0);
        }
    }
    void forget() {
        for (auto* id : {&watch_in, &watch_out, &watch_err, &watch_pid, &timer}) {
            if (*id) reactor.cancel(std::exchange(*id, 0));
        }
    }
    void drain(Fd& fd, std::string& tail, Reactor::Id& watch) {
        char buffer[16384];
        for (int round = 0; fd && round < 64; ++round) {
            const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
            if (n > 0) {
                append_tail(tail, buffer, static_cast<std::size_t>(n), spec.most_output);
                continue;
            }
            if (n < 0 && errno == EINTR) continue;
            if (n < 0 && errno == EAGAIN) return;
            if (watch) reactor.cancel(std::exchange(watch, 0));
            fd.reset();
        }
    }
    void feed() {
        while (in && written < spec.input.size()) {
            const ssize_t n = ::write(in.get(), spec.input.data() + written, spec.input.size() - written);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0 && errno == EAGAIN) return;
            if (n < 0) break;
            written += static_cast<std::size_t>(n);
        }
        if (watch_in) reactor.cancel(std::exchange(watch_in, 0));
        in.reset();
    }
    void on_exit() {
        watch_pid = 0;
        int status = 0;
        ::waitpid(pid, &status, 0);
        running = false;
        if (!spec.keep_group) ::kill(-pid, SIGKILL);  // what it left behind in its group
        drain(out, result.out, watch_out);
        drain(err, result.err, watch_err);
        forget();
        if (WIFEXITED(status)) result.exit_status = WEXITSTATUS(status);
        if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
        result.took = reactor.now() - began;
        const auto run = std::move(on_done);
        const ChildResult copy = result;
        run(copy);  // may delete us
    }
};

Child::Child(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Child::~Child() = default;
pid_t Child::pid() const { return impl_->pid; }
void Child::kill() {
    if (impl_->running) ::kill(-impl_->pid, SIGKILL);
}

Result<std::unique_ptr<Child>> Child::start(Reactor& reactor, ChildSpec spec, OnDone on_done) {
    auto in = make_pipe();
    auto out = make_pipe();
    auto err = make_pipe();
    if (!in || !out || !err) return fail(ErrorCode::io, "cannot make pipes: too many open files");
    auto impl = std::make_unique<Impl>(reactor, std::move(spec), std::move(on_done));
    impl->began = reactor.now();  // before: the child may have ended when this process runs again
    const auto pid = spawn(impl->spec, *in, *out, *err);
    if (!pid) return tl::make_unexpected(pid.error());
    Impl* i = impl.get();
    i->pid = *pid;
    i->running = true;
    i->in = std::move(in->write);
    i->out = std::move(out->read);
    i->err = std::move(err->read);
    for (Fd* fd : {&i->in, &i->out, &i->err}) ::fcntl(fd->get(), F_SETFL, O_NONBLOCK);
    i->watch_out = reactor.watch(i->out.get(), EPOLLIN, [i](std::uint32_t) { i->drain(i->out, i->result.out, i->watch_out); });
    i->watch_err = reactor.watch(i->err.get(), EPOLLIN, [i](std::uint32_t) { i->drain(i->err, i->result.err, i->watch_err); });
    i->watch_in = reactor.watch(i->in.get(), EPOLLOUT, [i](std::uint32_t) { i->feed(); });
    i->timer = reactor.after(i->spec.timeout, [i] {
        i->timer = 0;
        i->result.timed_out = true;
        ::kill(-i->pid, SIGKILL);
    });
    const auto watched = reactor.watch_process(*pid, [i] { i->on_exit(); });
    if (!watched) return tl::make_unexpected(watched.error());
    i->watch_pid = *watched;
    return std::unique_ptr<Child>{new Child{std::move(impl)}};
}

}  // namespace muster::os
