// Unix stream sockets that carry frames: 4 bytes big-endian length, then the bytes.  Server and client for the loop
// (sync_client.h: for tools).  Bounds: a frame 64 MiB, what waits to be sent to one peer as the caller says.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/os/reactor.h"
#include "base/os/unix_socket.h"
#include "base/result.h"

namespace muster::os {

inline constexpr std::size_t kMostQueued = 4u << 20;

// Who is at the other end, by the kernel's word (SO_PEERCRED, SO_PEERGROUPS).
struct Peer {
    pid_t pid = 0;
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;  // supplementary
};

// One connected peer on the loop.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    using OnFrame = std::function<void(std::string_view)>;
    using OnClose = std::function<void(const std::string& why)>;

    Connection(Reactor& reactor, Fd fd, std::size_t most_queued = kMostQueued);
    ~Connection();
    void start(OnFrame on_frame, OnClose on_close);
    // False when the peer's queue is full or it is gone: it is closed then.
    bool send(std::string_view frame);
    void close(const std::string& why);  // on_close runs, once
    bool open() const { return static_cast<bool>(fd_); }
    const Peer& peer() const { return peer_; }
    std::size_t queued() const { return out_.size() - out_at_; }

  private:
    void on_ready(std::uint32_t events);
    bool read_some();
    void take_frames();
    void write_some();
    Reactor& reactor_;
    Fd fd_;
    Peer peer_;
    std::size_t most_queued_;
    Reactor::Id watch_ = 0;
    std::string in_;
    std::string out_;
    std::size_t out_at_ = 0;
    bool in_frame_ = false;  // on_frame_ is running: it is let go of afterwards
    OnFrame on_frame_;
    OnClose on_close_;
};

// Listens on a path (an old socket file is removed first if nobody answers there).
class FrameServer {
  public:
    using OnConnect = std::function<void(std::shared_ptr<Connection>)>;
    FrameServer(Reactor& reactor, OnConnect on_connect) : reactor_{reactor}, on_connect_{std::move(on_connect)} {}
    ~FrameServer();
    Result<void> listen(const std::string& path, unsigned mode = 0660);

  private:
    void accept_all();
    Reactor& reactor_;
    OnConnect on_connect_;
    Fd fd_;
    Reactor::Id watch_ = 0;
    std::string path_;
};

// Connects at once or fails (a unix socket's connect does not wait).
Result<std::shared_ptr<Connection>> connect_frames(Reactor& reactor, const std::string& path);

}  // namespace muster::os
