#include "base/os/child.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include <utility>

namespace muster::os {
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
    void close(Fd& fd, Reactor::Id& watch) {
        if (watch) reactor.cancel(std::exchange(watch, 0));
        fd.reset();
    }
    void read(Fd& fd, std::string& tail, Reactor::Id& watch) {
        if (drain(fd, tail, spec.most_output)) close(fd, watch);
    }
    void write() {
        if (feed(in, spec.input, written)) close(in, watch_in);
    }
    void on_exit() {
        watch_pid = 0;
        int status = 0;
        ::waitpid(pid, &status, 0);
        running = false;
        if (!spec.keep_group) ::kill(-pid, SIGKILL);  // what it left behind in its group
        read(out, result.out, watch_out);
        read(err, result.err, watch_err);
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
    auto impl = std::make_unique<Impl>(reactor, std::move(spec), std::move(on_done));
    impl->began = reactor.now();  // before: the child may have ended when this process runs again
    auto spawned = spawn(impl->spec);
    if (!spawned) return tl::make_unexpected(spawned.error());
    Impl* i = impl.get();
    i->pid = spawned->pid;
    i->running = true;
    i->in = std::move(spawned->in);
    i->out = std::move(spawned->out);
    i->err = std::move(spawned->err);
    i->watch_out = reactor.watch(i->out.get(), EPOLLIN, [i](std::uint32_t) { i->read(i->out, i->result.out, i->watch_out); });
    i->watch_err = reactor.watch(i->err.get(), EPOLLIN, [i](std::uint32_t) { i->read(i->err, i->result.err, i->watch_err); });
    i->watch_in = reactor.watch(i->in.get(), EPOLLOUT, [i](std::uint32_t) { i->write(); });
    i->timer = reactor.after(i->spec.timeout, [i] {
        i->timer = 0;
        i->result.timed_out = true;
        ::kill(-i->pid, SIGKILL);
    });
    const auto watched = reactor.watch_process(i->pid, [i] { i->on_exit(); });
    if (!watched) return tl::make_unexpected(watched.error());
    i->watch_pid = *watched;
    return std::unique_ptr<Child>{new Child{std::move(impl)}};
}

}  // namespace muster::os
