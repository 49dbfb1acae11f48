// Rings of fake corosyncs, honest about the real one (doc/replication.md, "What corosync does"):
//   - one agreed order in each ring; those who stay together see the same messages, a sender its own only through the ring;
//   - at a cut or crash nothing moves until the loss is noticed; then each side delivers a common prefix, and behind a
//     hole only its own side's messages, and only then the new view;
//   - what was accepted but not sent comes out in the next view; it vanishes if corosync dies;
//   - views say who left, whose process and whose node was lost; at a merge each side sees the other as joined;
//   - the ring id follows the views; quorum comes on another queue, earlier or later, one verdict for each node;
//   - each process reads at its own pace; a frozen one gets its backlog at once when it thaws.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cluster/fake/scheduler.h"
#include "cluster/messaging.h"

namespace muster::cluster::fake {

struct NetworkSettings {
    std::vector<NodeId> nodes;
    bool two_node = false;      // half of two is quorate
    bool tie_breaker = false;   // half with the lowest id is quorate
    bool wait_for_all = false;  // not quorate before all were seen once
    Duration hop_low{30}, hop_high{400};                                 // one message to one node
    Duration notice_low = milliseconds{200}, notice_high = milliseconds{900};  // token and consensus
    Duration merge_low = milliseconds{20}, merge_high = milliseconds{150};     // a join is noticed
    unsigned slow_percent = 2;  // a delivery that takes up to 20 ms
};

class Network;

// One process's connection; destroying it is the process's death.
class Endpoint final : public Messaging {
  public:
    ~Endpoint() override;
    Result<void> broadcast(std::string bytes) override;
    void on_event(std::function<void(const Event&)> handler) override { handler_ = std::move(handler); }
    void leave();  // says goodbye
    Member self() const { return self_; }

  private:
    friend class Network;
    Endpoint(Network& network, Member self) : network_{&network}, self_{self} {}
    Network* network_;
    Member self_;
    std::function<void(const Event&)> handler_;
};

class Network {
  public:
    Network(Scheduler& scheduler, NetworkSettings settings);
    ~Network();

    void boot(NodeId node);       // corosync starts, alone, and looks for others
    void power_off(NodeId node);  // node, corosync and process are gone at once
    void restart_corosync(NodeId node, Duration down_for);
    bool up(NodeId node) const;
    std::unique_ptr<Endpoint> attach(NodeId node);  // a process starts and joins the group

    // Links: cut both ways between the sides, or one way (which ends in a cut, too: the ring can not be held).
    void cut(const std::set<NodeId>& side);
    void heal();
    bool whole() const { return cut_.empty(); }
    void freeze(NodeId node);  // its process reads nothing
    void thaw(NodeId node);
    bool frozen(NodeId node) const;

  private:
    friend class Endpoint;
    struct Item {  // in a ring's order
        enum class Kind { message, join, leave } kind = Kind::message;
        Member who;
        Departure how = Departure::left;
        std::string bytes;
    };
    struct Ring {
        RingId id;
        std::set<NodeId> nodes;
        std::vector<Item> order;
        bool stopped = false;  // token lost, or synchronising
    };
    struct Node {
        bool up = false;
        std::shared_ptr<Ring> ring;
        std::size_t delivered = 0;  // of the ring's order
        Instant last_delivery;
        Instant last_quorum;  // its queue keeps its own order, too
        std::deque<std::string> to_send;
        bool sending = false;
        Endpoint* process = nullptr;
        bool joined = false;       // its join has been delivered to itself
        std::uint32_t next_pid = 100;
        std::set<Member> group;    // processes, as this corosync sees them
        std::deque<Event> inbox;   // to the process, in order
        bool pumping = false;
        bool frozen = false;
        bool seen_all = false;
        std::uint64_t life = 0;    // counts boots: late events of an older life are nothing
    };
    void accept(NodeId node, std::string bytes);
    void schedule_send(NodeId node);
    void append(const std::shared_ptr<Ring>& ring, Item item);
    void schedule_delivery(NodeId node, const std::shared_ptr<Ring>& ring);
    void deliver(NodeId node, const Item& item);
    void to_process(NodeId node, Event event, Duration delay);
    void pump(NodeId node);
    void detach(Endpoint& endpoint, Departure how);
    void disturb(Duration low, Duration high);
    void reform();
    void flush_side(Ring& old, const std::set<NodeId>& side);
    void new_ring(const std::set<NodeId>& side);
    void announce_quorum(NodeId node);
    bool quorate(const Node& node) const;
    bool linked(NodeId a, NodeId b) const;
    std::vector<std::set<NodeId>> components() const;

    Scheduler& scheduler_;
    NetworkSettings settings_;
    std::map<NodeId, Node> nodes_;
    std::set<std::pair<NodeId, NodeId>> cut_;
    std::uint64_t next_ring_ = 4;
    std::uint64_t disturbance_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace muster::cluster::fake
