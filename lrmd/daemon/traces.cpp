#include "lrmd/daemon/traces.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/os/files.h"
#include "base/text.h"
#include "lrmd/classes/invocation.h"

namespace muster::lrmd {
namespace {

Result<void> write_plain(const std::string& path, const std::string& bytes) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return fail(ErrorCode::io, fmt::format("cannot write {}: {}", path, std::strerror(errno)));
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    const int e = errno;
    ::close(fd);
    if (n == static_cast<ssize_t>(bytes.size())) return {};
    ::unlink(path.c_str());
    return fail(ErrorCode::io, fmt::format("cannot write {}: {}", path, n < 0 ? std::strerror(e) : "no space left"));
}

std::string temporary(const std::string& path) { return fmt::format("{}.{}", path, ::getpid()); }

}  // namespace

std::string Traces::path(const std::string& run_id, const char* ending) const {
    return folder_ + "/" + file_name(run_id) + ending;
}

Result<bool> Traces::claim(const proto::Begin& begin) const {
    const std::string to = path(begin.run_id(), ".begin");
    const std::string from = temporary(to);
    if (auto written = write_plain(from, begin.SerializeAsString()); !written) return tl::make_unexpected(written.error());
    const int failed = ::link(from.c_str(), to.c_str()) != 0 ? errno : 0;
    ::unlink(from.c_str());
    if (failed == EEXIST) return false;
    if (failed) return fail(ErrorCode::io, fmt::format("cannot make {}: {}", to, std::strerror(failed)));
    return true;
}

Result<void> Traces::finish(const std::string& run_id, const proto::Ended& ended) const {
    const std::string to = path(run_id, ".result");
    const std::string from = temporary(to);
    if (auto written = write_plain(from, ended.SerializeAsString()); !written) return written;
    if (::rename(from.c_str(), to.c_str()) != 0) {
        return fail(ErrorCode::io, fmt::format("cannot make {}: {}", to, std::strerror(errno)));
    }
    return {};
}

std::optional<proto::Begin> Traces::begin(const std::string& run_id) const {
    const auto bytes = os::read_file(path(run_id, ".begin"));
    proto::Begin b;
    if (!bytes || !b.ParseFromString(*bytes)) return std::nullopt;
    return b;
}

std::optional<proto::Ended> Traces::ended(const std::string& run_id) const {
    const auto bytes = os::read_file(path(run_id, ".result"));
    proto::Ended e;
    if (!bytes || !e.ParseFromString(*bytes)) return std::nullopt;
    return e;
}

void Traces::drop(const std::string& run_id) const {
    ::unlink(path(run_id, ".begin").c_str());
    ::unlink(path(run_id, ".result").c_str());
}

std::vector<proto::Begin> Traces::all() const {
    std::vector<proto::Begin> list;
    DIR* dir = ::opendir(folder_.c_str());
    if (!dir) return list;
    while (const dirent* entry = ::readdir(dir)) {
        const std::string name = entry->d_name;
        if (!ends_with(name, ".begin")) continue;
        const auto bytes = os::read_file(folder_ + "/" + name);
        proto::Begin b;
        if (bytes && b.ParseFromString(*bytes) && file_name(b.run_id()) + ".begin" == name) list.push_back(std::move(b));
    }
    ::closedir(dir);
    std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
        return std::pair{a.started_at_us(), a.run_id()} < std::pair{b.started_at_us(), b.run_id()};
    });
    return list;
}

std::uint64_t process_start(pid_t pid) {
    const auto text = os::read_file(fmt::format("/proc/{}/stat", pid));
    if (!text) return 0;
    const auto bracket = text->rfind(')');  // the name before it may hold anything
    if (bracket == std::string::npos) return 0;
    const auto words = split_words(std::string_view{*text}.substr(bracket + 1));
    if (words.size() < 20 || words[0] == "Z" || words[0] == "X") return 0;
    return static_cast<std::uint64_t>(parse_int(words[19]).value_or(0));
}

bool group_runs(pid_t group) {
    if (::kill(-group, 0) != 0 && errno != EPERM) return false;
    DIR* dir = ::opendir("/proc");
    if (!dir) return true;
    bool runs = false;
    while (const dirent* entry = ::readdir(dir)) {
        const auto pid = parse_int(entry->d_name);
        if (!pid) continue;
        const auto text = os::read_file(fmt::format("/proc/{}/stat", *pid));
        const auto bracket = text ? text->rfind(')') : std::string::npos;
        if (bracket == std::string::npos) continue;
        const auto words = split_words(std::string_view{*text}.substr(bracket + 1));
        if (words.size() < 3 || words[0] == "Z" || words[0] == "X" || parse_int(words[2]) != group) continue;
        runs = true;
        break;
    }
    ::closedir(dir);
    return runs;
}

bool group_alive(const proto::Begin& begin) {
    if (begin.group() <= 1) return false;
    // The kernel gives a number to no new process while a group of that number lives; a leader that began at another
    // time means that the old group is gone.
    const std::uint64_t start = process_start(begin.group());
    if (start != 0 && start != begin.group_start()) return false;
    return group_runs(begin.group());
}

}  // namespace muster::lrmd
