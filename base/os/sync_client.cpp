#include "base/os/sync_client.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/os/unix_socket.h"

namespace muster::os {
namespace {

std::int64_t now_ms() {
    timespec t{};
    clock_gettime(CLOCK_BOOTTIME, &t);
    return std::int64_t{t.tv_sec} * 1000 + t.tv_nsec / 1'000'000;
}

}  // namespace

Result<SyncClient> SyncClient::connect(const std::string& path) {
    auto fd = connect_socket(path, 0);
    if (!fd) return tl::make_unexpected(fd.error());
    return SyncClient{std::move(*fd)};
}

Result<void> SyncClient::send(std::string_view frame) {
    std::string bytes;
    put_length(bytes, frame.size());
    bytes += frame;
    std::string_view rest = bytes;
    while (!rest.empty()) {
        const ssize_t n = ::send(fd_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail(ErrorCode::unavailable, fmt::format("the daemon went away: {}", std::strerror(errno)));
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

Result<std::string> SyncClient::receive(milliseconds within) {
    const std::int64_t end = now_ms() + within.count();
    while (true) {
        if (in_.size() >= 4) {
            std::size_t n = 0;
            for (std::size_t i = 0; i < 4; ++i) n = (n << 8) | static_cast<unsigned char>(in_[i]);
            if (n > kMostFrame) return fail(ErrorCode::io, "the daemon sent a frame over the bound");
            if (in_.size() >= 4 + n) {
                std::string frame = in_.substr(4, n);
                in_.erase(0, 4 + n);
                return frame;
            }
        }
        const std::int64_t left = end - now_ms();
        if (left <= 0) return fail(ErrorCode::timeout, "no answer from the daemon in time");
        pollfd p{fd_.get(), POLLIN, 0};
        const int ready = ::poll(&p, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
        if (ready <= 0) continue;
        char buffer[65536];
        const ssize_t n = ::recv(fd_.get(), buffer, sizeof buffer, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return fail(ErrorCode::unavailable, "the daemon closed the connection");
        in_.append(buffer, static_cast<std::size_t>(n));
    }
}

}  // namespace muster::os
