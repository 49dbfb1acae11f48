// Unix stream sockets by path, and the length in front of each frame that they carry.
#pragma once

#include <sys/un.h>

#include <cstddef>
#include <string>

#include "base/os/fd.h"
#include "base/result.h"

namespace muster::os {

inline constexpr std::size_t kMostFrame = 64u << 20;

tl::unexpected<Error> socket_error(const char* what, const std::string& path);  // from errno
bool make_address(const std::string& path, sockaddr_un& address);               // false: the path is too long
Result<Fd> connect_socket(const std::string& path, int flags);                  // SOCK_NONBLOCK or 0
void put_length(std::string& out, std::size_t n);                               // 4 bytes, big-endian

}  // namespace muster::os
