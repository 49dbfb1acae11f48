// Who is here, and messages in one agreed order.  Two forms: corosync (cluster/corosync) and the fake that tests and
// the simulator use (cluster/fake).  Nothing here blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/names.h"
#include "base/result.h"

namespace muster::cluster {

// One process of the group: corosync node id and process id.
struct Member {
    NodeId node = 0;
    std::uint32_t pid = 0;
    friend auto operator<=>(const Member&, const Member&) = default;
};

// Identity of a corosync ring.
struct RingId {
    NodeId representative = 0;
    std::uint64_t sequence = 0;
    friend auto operator<=>(const RingId&, const RingId&) = default;
};

enum class Departure : std::uint8_t {
    left,          // the process said goodbye
    process_lost,  // it died; its node is still there
    node_lost,     // its node is gone from the ring
};
struct Departed {
    Member member;
    Departure how = Departure::left;
};

// The CPG membership changed; delivered in order with the messages.
struct ViewChanged {
    std::vector<Member> members;  // ascending, ourselves included
    std::vector<Departed> departed;
    std::vector<Member> joined;   // never tells who is stale (replication.md F7)
};
// The ring id that holds after the view changes before it.
struct RingChanged {
    RingId ring;
    std::vector<NodeId> nodes;
};
// libquorum's verdict of this node; another queue: before, after or much later than the view.
struct QuorumChanged {
    RingId ring;
    bool quorate = false;
    std::vector<NodeId> nodes;
};
struct Delivered {
    Member sender;
    std::string bytes;
};
// corosync died; we go on alone, inquorate, and connect again with back-off.
struct Disconnected {
    std::string why;
};
struct Connected {
    Member self;
};
using Event = std::variant<ViewChanged, RingChanged, QuorumChanged, Delivered, Disconnected, Connected>;

class Messaging {
  public:
    virtual ~Messaging() = default;
    // Queue for the group, ourselves included; large messages are cut in parts below.  Fails with
    // ErrorCode::unavailable when the queue's bound (16 MiB) is reached: the caller makes its clients wait.
    virtual Result<void> broadcast(std::string bytes) = 0;
    // Called on the loop, one event at a time, in order.
    virtual void on_event(std::function<void(const Event&)> handler) = 0;
};

}  // namespace muster::cluster
