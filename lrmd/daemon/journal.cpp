#include "lrmd/daemon/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/os/files.h"

namespace muster::lrmd {
namespace {

std::string frame(const proto::JournalRecord& record) {
    const std::string body = record.SerializeAsString();
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((body.size() >> shift) & 0xff);
    return out + body;
}

tl::unexpected<Error> trouble(const std::string& path) {
    return fail(ErrorCode::io, fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

// Gives each whole record; returns how many bytes they take.
std::size_t read_records(const std::string& bytes, const std::function<void(const proto::JournalRecord&)>& each) {
    std::size_t at = 0;
    while (at + 4 <= bytes.size()) {
        std::size_t n = 0;
        for (std::size_t i = 0; i < 4; ++i) n = (n << 8) | static_cast<unsigned char>(bytes[at + i]);
        proto::JournalRecord record;
        if (n > bytes.size() - at - 4 || !record.ParseFromString(bytes.substr(at + 4, n))) break;
        each(record);
        at += 4 + n;
    }
    return at;
}

}  // namespace

Result<Journal> Journal::open(const std::string& path, const std::function<void(const proto::JournalRecord&)>& each) {
    Journal journal;
    journal.path_ = path;
    if (const auto bytes = os::read_file(path)) {
        journal.size_ = read_records(*bytes, each);
    } else if (bytes.error().code != ErrorCode::not_found) {
        return tl::make_unexpected(bytes.error());
    }
    journal.fd_ = os::Fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
    if (!journal.fd_ || ::ftruncate(journal.fd_.get(), static_cast<off_t>(journal.size_)) != 0) return trouble(path);
    return journal;
}

Result<void> Journal::append(const proto::JournalRecord& record) {
    const std::string bytes = frame(record);
    const ssize_t n = ::write(fd_.get(), bytes.data(), bytes.size());
    if (n == static_cast<ssize_t>(bytes.size())) {
        size_ += bytes.size();
        return {};
    }
    if (n >= 0) errno = ENOSPC;
    auto error = trouble(path_);
    if (::ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0) return trouble(path_);
    return error;
}

Result<void> Journal::rewrite(const proto::JournalRecord& snapshot) {
    const std::string bytes = frame(snapshot);
    const std::string beside = path_ + ".new";
    os::Fd fd{::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600)};
    if (!fd) return trouble(beside);
    const ssize_t n = ::write(fd.get(), bytes.data(), bytes.size());
    if (n != static_cast<ssize_t>(bytes.size()) || ::rename(beside.c_str(), path_.c_str()) != 0) {
        auto error = trouble(beside);
        ::unlink(beside.c_str());
        return error;
    }
    fd_ = std::move(fd);
    size_ = after_rewrite_ = bytes.size();
    return {};
}

}  // namespace muster::lrmd
