#include "base/os/frames.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace muster::os {
namespace {

Peer peer_of(int fd) {
    Peer peer;
    ucred cred{};
    socklen_t size = sizeof cred;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) == 0) {
        peer.pid = cred.pid;
        peer.uid = cred.uid;
        peer.gid = cred.gid;
    }
    peer.groups.resize(256);
    size = static_cast<socklen_t>(peer.groups.size() * sizeof(gid_t));
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &size) != 0) size = 0;
    peer.groups.resize(size / sizeof(gid_t));
    return peer;
}

std::size_t get_length(std::string_view in) {
    std::size_t n = 0;
    for (int i = 0; i < 4; ++i) n = (n << 8) | static_cast<unsigned char>(in[static_cast<std::size_t>(i)]);
    return n;
}

}  // namespace

Connection::Connection(Reactor& reactor, Fd fd, std::size_t most_queued)
    : reactor_{reactor}, fd_{std::move(fd)}, peer_{peer_of(fd_.get())}, most_queued_{most_queued} {}
Connection::~Connection() {
    if (watch_) reactor_.cancel(watch_);
}

void Connection::start(OnFrame on_frame, OnClose on_close) {
    on_frame_ = std::move(on_frame);
    on_close_ = std::move(on_close);
    watch_ = reactor_.watch(fd_.get(), EPOLLIN, [weak = weak_from_this()](std::uint32_t events) {
        if (const auto self = weak.lock()) self->on_ready(events);
    });
}

void Connection::on_ready(std::uint32_t events) {
    const auto keep = shared_from_this();
    if ((events & EPOLLOUT) && open()) write_some();
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && open()) {
        const bool more = read_some();
        take_frames();
        if (!more && open()) close("the other side closed");
    }
}

bool Connection::read_some() {
    char buffer[65536];
    for (int round = 0; round < 16; ++round) {  // others on the loop get their turn
        const ssize_t n = ::recv(fd_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
        if (n > 0) {
            in_.append(buffer, static_cast<std::size_t>(n));
            continue;
        }
        if (n < 0 && errno == EINTR) continue;
        return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }
    return true;
}

void Connection::take_frames() {
    std::size_t at = 0;
    while (open() && in_.size() - at >= 4) {
        const std::size_t n = get_length(std::string_view{in_}.substr(at, 4));
        if (n > kMostFrame) return close(fmt::format("a frame of {} bytes is over the bound", n));
        if (in_.size() - at < 4 + n) break;
        const std::string frame = in_.substr(at + 4, n);
        at += 4 + n;
        in_frame_ = true;
        on_frame_(frame);
        in_frame_ = false;
    }
    in_.erase(0, at);
    if (!open()) on_frame_ = nullptr;
}

bool Connection::send(std::string_view frame) {
    if (!open()) return false;
    if (queued() + frame.size() > most_queued_ + kMostFrame || queued() > most_queued_) {
        close("it reads too slowly: its queue is full");
        return false;
    }
    put_length(out_, frame.size());
    out_ += frame;
    write_some();
    return open();
}

void Connection::write_some() {
    while (queued() > 0) {
        const ssize_t n = ::send(fd_.get(), out_.data() + out_at_, queued(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
        if (n < 0) return close(std::strerror(errno));
        out_at_ += static_cast<std::size_t>(n);
    }
    if (queued() == 0) {
        out_.clear();
        out_at_ = 0;
    } else if (out_at_ > (1u << 20)) {
        out_.erase(0, out_at_);
        out_at_ = 0;
    }
    if (watch_) reactor_.rewatch(watch_, EPOLLIN | (queued() > 0 ? EPOLLOUT : 0u));
}

void Connection::close(const std::string& why) {
    if (!open()) return;
    if (watch_) reactor_.cancel(watch_);
    watch_ = 0;
    fd_.reset();
    // A handler that holds its own connection would keep it for ever.
    if (!in_frame_) on_frame_ = nullptr;
    if (on_close_) {
        const auto run = std::move(on_close_);
        on_close_ = nullptr;
        run(why);
    }
}

FrameServer::~FrameServer() {
    if (watch_) reactor_.cancel(watch_);
    if (fd_) ::unlink(path_.c_str());
}

Result<void> FrameServer::listen(const std::string& path, unsigned mode) {
    sockaddr_un address{};
    if (!make_address(path, address)) return fail(fmt::format("socket path {} is too long", path));
    if (connect_socket(path, 0)) return fail(ErrorCode::exists, fmt::format("somebody already serves {}", path));
    ::unlink(path.c_str());
    fd_ = Fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!fd_) return socket_error("make a socket for", path);
    const mode_t old = ::umask(0777 & ~mode);
    const int bound = ::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::umask(old);
    if (bound != 0) return socket_error("bind", path);
    if (::listen(fd_.get(), 64) != 0) return socket_error("listen on", path);
    path_ = path;
    watch_ = reactor_.watch(fd_.get(), EPOLLIN, [this](std::uint32_t) { accept_all(); });
    return {};
}

void FrameServer::accept_all() {
    while (true) {
        Fd fd{::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
        if (!fd) return;
        on_connect_(std::make_shared<Connection>(reactor_, std::move(fd)));
    }
}

Result<std::shared_ptr<Connection>> connect_frames(Reactor& reactor, const std::string& path) {
    auto fd = connect_socket(path, SOCK_NONBLOCK);
    if (!fd) return tl::make_unexpected(fd.error());
    return std::make_shared<Connection>(reactor, std::move(*fd));
}

}  // namespace muster::os
