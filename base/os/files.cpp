#include "base/os/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/os/fd.h"
#include "base/text.h"

namespace muster::os {
namespace {

tl::unexpected<Error> io_error(const char* what, const std::string& path) {
    const int e = errno;
    const ErrorCode code = e == ENOENT ? ErrorCode::not_found : e == EACCES || e == EPERM ? ErrorCode::permission : ErrorCode::io;
    return fail(code, fmt::format("cannot {} {}: {}", what, path, std::strerror(e)));
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
    const Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd) return io_error("read", path);
    std::string out;
    struct stat st {};
    if (::fstat(fd.get(), &st) == 0 && st.st_size > 0) out.reserve(static_cast<std::size_t>(st.st_size));
    char buffer[65536];
    while (true) {
        const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io_error("read", path);
        if (n == 0) return out;
        out.append(buffer, static_cast<std::size_t>(n));
    }
}

Result<void> write_file_atomic(const std::string& path, std::string_view bytes, unsigned mode) {
    const std::string beside = path + ".new." + std::to_string(::getpid());
    Fd fd{::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)};
    if (!fd) return io_error("write", beside);
    const auto give_up = [&](const char* what) {
        auto error = io_error(what, beside);
        ::unlink(beside.c_str());
        return error;
    };
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd.get(), bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return give_up("write");
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    if (::fsync(fd.get()) != 0) return give_up("sync");
    if (::rename(beside.c_str(), path.c_str()) != 0) return give_up("rename");
    const std::string folder = std::filesystem::path{path}.parent_path().string();
    const Fd dir{::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!dir || ::fsync(dir.get()) != 0) return io_error("sync the folder of", path);
    return {};
}

Result<void> make_directories(const std::string& path, unsigned mode) {
    for (std::size_t at = 1; at != std::string::npos && at <= path.size();) {
        at = path.find('/', at);
        const std::string part = path.substr(0, at);
        if (::mkdir(part.c_str(), mode) != 0 && errno != EEXIST) return io_error("make the folder", part);
        if (at != std::string::npos) ++at;
    }
    return {};
}

std::string boot_id() {
    const auto text = read_file("/proc/sys/kernel/random/boot_id");
    return text ? std::string{trim(*text)} : std::string{"unknown"};
}

}  // namespace muster::os
