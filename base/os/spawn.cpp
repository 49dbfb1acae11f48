#include "base/os/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
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

Result<pid_t> start(ChildSpec& spec, const Pipe& in, const Pipe& out, const Pipe& err) {
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

Result<Spawned> spawn(ChildSpec& spec) {
    auto in = make_pipe();
    auto out = make_pipe();
    auto err = make_pipe();
    if (!in || !out || !err) return fail(ErrorCode::io, "cannot make pipes: too many open files");
    const auto pid = start(spec, *in, *out, *err);
    if (!pid) return tl::make_unexpected(pid.error());
    Spawned s{*pid, std::move(in->write), std::move(out->read), std::move(err->read)};
    for (const Fd* fd : {&s.in, &s.out, &s.err}) ::fcntl(fd->get(), F_SETFL, O_NONBLOCK);
    return s;
}

bool drain(const Fd& fd, std::string& tail, std::size_t most) {
    char buffer[16384];
    for (int round = 0; fd && round < 64; ++round) {
        const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
        if (n > 0) {
            tail.append(buffer, static_cast<std::size_t>(n));
            if (tail.size() > most) tail.erase(0, tail.size() - most);
            continue;
        }
        if (n < 0 && errno == EINTR) continue;
        return n == 0 || errno != EAGAIN;
    }
    return false;
}

bool feed(const Fd& fd, const std::string& input, std::size_t& written) {
    while (fd && written < input.size()) {
        const ssize_t n = ::write(fd.get(), input.data() + written, input.size() - written);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno != EAGAIN;
        written += static_cast<std::size_t>(n);
    }
    return true;
}

}  // namespace muster::os
