#include "base/os/unix_socket.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace muster::os {

tl::unexpected<Error> socket_error(const char* what, const std::string& path) {
    const int e = errno;
    const ErrorCode code = e == ENOENT || e == ECONNREFUSED ? ErrorCode::unavailable
                           : e == EACCES || e == EPERM      ? ErrorCode::permission
                                                            : ErrorCode::io;
    return fail(code, fmt::format("cannot {} {}: {}", what, path, std::strerror(e)));
}

bool make_address(const std::string& path, sockaddr_un& address) {
    if (path.size() >= sizeof address.sun_path) return false;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return true;
}

Result<Fd> connect_socket(const std::string& path, int flags) {
    sockaddr_un address{};
    if (!make_address(path, address)) return fail(fmt::format("socket path {} is too long", path));
    Fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (!fd) return socket_error("make a socket for", path);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return socket_error("connect to", path);
    }
    if (flags & SOCK_NONBLOCK) {
        const int one = 1;
        if (::ioctl(fd.get(), FIONBIO, &one) != 0) return socket_error("connect to", path);
    }
    return fd;
}

void put_length(std::string& out, std::size_t n) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((n >> shift) & 0xff);
}

}  // namespace muster::os
