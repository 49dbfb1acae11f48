#include "crmd/musterd/children.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/os/files.h"
#include "base/text.h"

namespace muster::musterd {
namespace {

// Empty where there is no such process.
std::string start_time_of(int pid) {
    const auto stat = os::read_file(fmt::format("/proc/{}/stat", pid));
    if (!stat) return {};
    const auto name_end = stat->rfind(')');  // the name may hold blanks and brackets
    if (name_end == std::string::npos) return {};
    const auto fields = split_words(std::string_view{*stat}.substr(name_end + 1));
    if (fields.size() < 20 || fields[0] == "Z") return {};
    return std::string{fields[19]};
}

// Runs in the child, between fork and exec: only what is safe there.
[[noreturn]] void become(char* const* argv, const passwd* user) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    ::setpgid(0, 0);
    if (user && (::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) ::_exit(126);
    ::execv(argv[0], argv);
    ::_exit(127);
}

}  // namespace

Children::Children(os::Reactor& reactor, std::string record_path, OnEnded on_ended)
    : reactor_{reactor}, record_path_{std::move(record_path)}, on_ended_{std::move(on_ended)} {}

Result<int> Children::start(const Program& program) {
    if (::access(program.argv[0].c_str(), X_OK) != 0) {
        return fail(ErrorCode::not_found, fmt::format("cannot run {}: {}", program.argv[0], std::strerror(errno)));
    }
    const passwd* user = nullptr;
    std::vector<gid_t> groups(64);
    int group_count = 0;
    if (!program.user.empty() && ::geteuid() == 0) {
        user = ::getpwnam(program.user.c_str());
        if (!user) return fail(fmt::format("there is no user {} on this node", program.user));
        group_count = static_cast<int>(groups.size());
        if (::getgrouplist(program.user.c_str(), user->pw_gid, groups.data(), &group_count) < 0) group_count = 0;
    }
    auto argv_texts = program.argv;
    std::vector<char*> argv;
    for (auto& a : argv_texts) argv.push_back(a.data());
    argv.push_back(nullptr);
    const pid_t pid = ::fork();
    if (pid < 0) return fail(ErrorCode::io, fmt::format("cannot fork: {}", std::strerror(errno)));
    if (pid == 0) {
        if (user && ::setgroups(static_cast<std::size_t>(group_count), groups.data()) != 0) ::_exit(126);
        become(argv.data(), user);
    }
    living_[program.name] = Living{pid, start_time_of(pid), true};
    if (const auto watched = watch(program.name, pid); !watched) return tl::make_unexpected(watched.error());
    record();
    return pid;
}

std::map<std::string, int> Children::adopt() {
    std::map<std::string, int> found;
    const auto text = os::read_file(record_path_);
    if (!text) return found;
    for (const auto line : split(*text, '\n')) {
        const auto words = split_words(line);
        if (words.size() != 3) continue;
        const int pid = static_cast<int>(parse_int(words[1]).value_or(0));
        if (pid <= 0 || start_time_of(pid) != words[2]) continue;
        const std::string name{words[0]};
        living_[name] = Living{pid, std::string{words[2]}, false};
        if (watch(name, pid)) found[name] = pid;
    }
    return found;
}

void Children::signal(const std::string& name, int signal) {
    const auto it = living_.find(name);
    if (it != living_.end() && start_time_of(it->second.pid) == it->second.start_time) ::kill(it->second.pid, signal);
}

Result<void> Children::watch(const std::string& name, int pid) {
    const auto watched = reactor_.watch_process(pid, [this, name] { ended(name); });
    if (!watched) return tl::make_unexpected(watched.error());
    return {};
}

void Children::ended(const std::string& name) {
    const Living gone = living_[name];
    living_.erase(name);
    record();
    int status = 0;
    if (!gone.child || ::waitpid(gone.pid, &status, 0) != gone.pid) return on_ended_(name, -1, 0);
    if (WIFSIGNALED(status)) return on_ended_(name, -1, WTERMSIG(status));
    on_ended_(name, WEXITSTATUS(status), 0);
}

// Atomic, not durable: it means nothing after a boot.
void Children::record() {
    std::string text;
    for (const auto& [name, c] : living_) text += fmt::format("{} {} {}\n", name, c.pid, c.start_time);
    if (const auto written = os::write_file_atomic(record_path_, text, 0600); !written) {
        fmt::print(stderr, "musterd: {}\n", written.error().message);
    }
}

}  // namespace muster::musterd
