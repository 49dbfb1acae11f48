// ocf:muster:ipvs - an IPVS director: one virtual service, its real servers, their health checks.
// start forks one process that checks the servers and keeps the kernel's table; stop ends it and takes the table away.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include "agents/ocf/ipvs/checker.h"
#include "agents/ocf/ipvs/metadata.h"
#include "agents/ocf/ipvs/parse.h"
#include "agents/ocf/kit.h"

namespace {

using ocf::Exit;

struct Files {
    std::string pid, status, log;
};

Files files() {
    const char* folder = std::getenv("HA_RSCTMP");
    const char* name = std::getenv("OCF_RESOURCE_INSTANCE");
    std::string stem = std::string{folder && *folder ? folder : "/run/resource-agents"} + "/muster-ipvs-" + (name && *name ? name : "default");
    return {stem + ".pid", stem + ".status", stem + ".log"};
}

// The checker's pid, if it lives: it holds a lock on its pid file as long as it does.
pid_t checker_pid(const Files& f) {
    const int fd = ::open(f.pid.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) return 0;
    struct flock lock {};
    lock.l_type = F_WRLCK;
    const bool asked = ::fcntl(fd, F_GETLK, &lock) == 0;
    ::close(fd);
    return asked && lock.l_type != F_UNLCK ? lock.l_pid : 0;
}

std::unique_ptr<ipvs::Table> open_table(std::string& why) {
    const std::string backend = ocf::parameter("backend", "auto");
    if (backend != "nft") {
        if (auto table = ipvs::open_ipvs()) return table;
        why = "this kernel has no IPVS (module ip_vs)";
        if (backend == "ipvs") return nullptr;
    }
    if (ocf::parameter("method", "NAT") != "NAT") {
        why += (why.empty() ? "" : ", and ") + std::string{"nftables can only do NAT: use method=NAT or backend=ipvs"};
        return nullptr;
    }
    return ipvs::open_nft(ocf::parameter_flag("masquerade", true));
}

void let_cluster_watch(pid_t pid) {
    if (const char* path = std::getenv("MUSTER_WATCH_FILE"); path && *path) std::ofstream{path} << pid << "\n";
}

// In the child: alone, its output in a file, its pid file locked.
[[noreturn]] void become_checker(const ipvs::Service& service, ipvs::Table& table, const Files& f, int ready) {
    ::setsid();
    const int nothing = ::open("/dev/null", O_RDWR);
    const int log = ::open(f.log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0640);
    ::dup2(nothing, 0);
    ::dup2(nothing, 1);
    ::dup2(log >= 0 ? log : nothing, 2);
    const int fd = ::open(f.pid.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    // To the parent: y, or n (i: not installed) and a reason.
    char answer = 'n';
    if (fd >= 0 && ::fcntl(fd, F_SETLK, &lock) == 0 && ::ftruncate(fd, 0) == 0) {
        ::dprintf(fd, "%d\n", ::getpid());
        const auto outcome = table.set(service, {});
        if (outcome.text.empty()) answer = 'y';
        else ::dprintf(ready, "%c%s", outcome.lacking ? 'i' : 'n', outcome.text.c_str());
    }
    if (answer != 'y' || ::write(ready, &answer, 1) != 1) ::_exit(1);
    ::close(ready);
    ::_exit(ipvs::run_checker(service, table, f.status));
}

// NAT passes on what comes for the service: without forwarding it would be up and serve nobody.
std::string forwarding_off(const ipvs::Service& service) {
    if (service.method != ipvs::Method::nat) return {};
    const std::string setting = service.at.v6() ? "net/ipv6/conf/all/forwarding" : "net/ipv4/ip_forward";
    char value = '1';
    std::ifstream{"/proc/sys/" + setting} >> value;
    if (value != '0') return {};
    return "method=NAT needs a node that forwards packets, but sysctl " + setting + " is 0 (sysctl -w " + setting + "=1)";
}

Exit start(const ipvs::Service& service) {
    const Files f = files();
    if (const pid_t pid = checker_pid(f)) {
        let_cluster_watch(pid);
        return ocf::success;
    }
    std::string why;
    const auto table = open_table(why);
    if (!table) return ocf::reason(ocf::installed, why);
    if (why = forwarding_off(service); !why.empty()) return ocf::reason(ocf::installed, why);
    int ready[2];
    if (::pipe2(ready, O_CLOEXEC) != 0) return ocf::reason(ocf::generic, std::strerror(errno));
    const pid_t pid = ::fork();
    if (pid < 0) return ocf::reason(ocf::generic, std::string{"cannot fork: "} + std::strerror(errno));
    if (pid == 0) {
        ::close(ready[0]);
        become_checker(service, *table, f, ready[1]);
    }
    ::close(ready[1]);
    char answer[512] = "";
    const ssize_t n = ::read(ready[0], answer, sizeof answer - 1);
    const bool started = n > 0 && answer[0] == 'y';
    ::close(ready[0]);
    if (!started) {
        ::waitpid(pid, nullptr, 0);
        return ocf::reason(answer[0] == 'i' ? ocf::installed : ocf::generic, "the kernel's table (" + table->name() + ") cannot be set for " + ipvs::to_string(service.at) +
                                             ": " + (n > 1 ? answer + 1 : "another checker holds " + f.pid));
    }
    let_cluster_watch(pid);
    return ocf::success;
}

Exit stop(const ipvs::Service& service) {
    const Files f = files();
    for (int tries = 0; const pid_t pid = checker_pid(f); ++tries) {
        ::kill(pid, tries < 200 ? SIGTERM : SIGKILL);
        ::usleep(10'000);
        if (tries > 400) return ocf::reason(ocf::generic, "the checker (process " + std::to_string(pid) + ") does not end");
    }
    std::string why;
    if (const auto table = open_table(why)) {
        if (const auto outcome = table->remove(service); !outcome.text.empty()) return ocf::reason(ocf::generic, outcome.text);
    }
    for (const auto& path : {f.pid, f.status, f.log}) ::unlink(path.c_str());
    return ocf::success;
}

// What the checker has to say to the operator, or empty.
std::string trouble(const Files& f) {
    constexpr std::string_view kWord = "trouble ";
    std::ifstream in{f.status};
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(kWord)) return line.substr(kWord.size());
    }
    return {};
}

Exit monitor(const ipvs::Service& service) {
    const Files f = files();
    std::string why;
    const auto table = open_table(why);
    const bool present = table && table->present(service);
    const bool alive = checker_pid(f) != 0;
    if (!present && !alive) return ocf::not_running;
    if (!alive) return ocf::reason(ocf::generic, "the process that checks the servers of " + ipvs::to_string(service.at) + " has died");
    if (!present) return ocf::reason(ocf::generic, "somebody removed " + ipvs::to_string(service.at) + " from the kernel's table");
    // The director works whatever its servers do: moving it would help nobody, but people should see it.
    if (ocf::is_probe()) return ocf::success;
    if (why = trouble(f); !why.empty()) return ocf::reason(ocf::degraded, why);
    return ocf::success;
}

Exit status() {
    std::ifstream in{files().status};
    for (std::string line; std::getline(in, line);) std::puts(line.c_str());
    return ocf::success;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string action = argc == 2 ? argv[1] : "";
    if (action.empty()) {
        std::fprintf(stderr, "usage: %s start|stop|monitor|servers|validate-all|meta-data\n", argv[0]);
        return ocf::args;
    }
    if (action == "meta-data") return std::fputs(ipvs::kMetadata, stdout) < 0 ? ocf::generic : ocf::success;
    ipvs::Service service;
    const std::string fault = ipvs::parse_service([](const std::string& name) { return ocf::parameter(name); }, service);
    if (!fault.empty()) return action == "stop" && checker_pid(files()) == 0 ? ocf::success : ocf::reason(ocf::configured, fault);
    if (action == "start") return start(service);
    if (action == "stop") return stop(service);
    if (action == "monitor" || action == "status") return monitor(service);
    if (action == "servers") return status();
    if (action == "validate-all") return ocf::success;
    return ocf::reason(ocf::unimplemented, "action \"" + action + "\" is not one of start stop monitor servers validate-all meta-data");
}
