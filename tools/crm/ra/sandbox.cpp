#include <fmt/format.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "tools/crm/ra/conformance.h"

namespace muster::crm {
namespace {

constexpr int kSetUpFailed = 125;

void loopback_up() {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq r{};
    std::strcpy(r.ifr_name, "lo");
    r.ifr_flags = IFF_UP | IFF_RUNNING;
    ::ioctl(fd, SIOCSIFFLAGS, &r);
    ::close(fd);
}

bool own_mounts() {
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
    if (::mount("proc", "/proc", "proc", 0, nullptr) != 0) return false;
    if (::mount("tmpfs", "/run", "tmpfs", 0, "mode=0755") != 0) return false;
    for (const char* folder : {"/run/lock", "/run/resource-agents", "/run/nginx"}) ::mkdir(folder, 0755);
    return true;
}

// Process 1 of the namespace: the body runs beside it, so that orphans have someone who reaps them.
[[noreturn]] void be_first(const std::function<int()>& body) {
    if (!own_mounts()) ::_exit(kSetUpFailed);
    loopback_up();
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int status = 0;
    while (true) {
        const pid_t ended = ::wait(&status);
        if (ended == child || (ended < 0 && errno == ECHILD)) break;
    }
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

}  // namespace

Result<int> in_sandbox(const std::function<int()>& body) {
    if (::geteuid() != 0) return fail(ErrorCode::permission, "a sandbox needs root");
    const pid_t outer = ::fork();
    if (outer == 0) {
        if (::unshare(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS) != 0) ::_exit(kSetUpFailed);
        const pid_t first = ::fork();
        if (first == 0) be_first(body);
        int status = 0;
        if (::waitpid(first, &status, 0) != first) ::_exit(kSetUpFailed);
        ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
    }
    int status = 0;
    if (outer < 0 || ::waitpid(outer, &status, 0) != outer) return fail(ErrorCode::io, fmt::format("cannot fork: {}", std::strerror(errno)));
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    if (code == kSetUpFailed) return fail(ErrorCode::unsupported, "this system allows no namespaces; try --here, without a sandbox");
    return code;
}

}  // namespace muster::crm
