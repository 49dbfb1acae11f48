// The replica's inside: data first, then what the files beside this one do with it.
//   replica.cpp    the interface, views and ticks         election.cpp  R1 R2 R3 R7 R9: who leads
//   messages.cpp   what is heard, and from whom            journal.cpp   R4: appending, cutting, persisting
//   commit.cpp     R5: counting DURABLE, committing        requests.cpp  R6: clients
//   report.cpp     the era in one sentence
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cib/replica/limits.h"
#include "cib/replica/replica.h"
#include "cib/replica/wire.h"

namespace muster::cib::replica {

struct Replica::Impl {
    // What another member said of itself in the present view.
    struct Heard {
        ReplicaUuid uuid = 0;
        Position last;
        Term term;  // its promise
        bool blank = false;
        bool failed = false;
        bool leading = false;
    };
    struct Candidacy {
        std::map<NodeId, std::pair<ReplicaUuid, wire::StateReport>> states;  // who answered our COLLECT
        bool sent = false;                                                   // the promise is on the disk
        std::optional<Position> fetching;
        Instant repeated;  // COLLECT or Fetch, last
    };
    struct Pending {  // waits for the writer
        std::uint64_t ticket = 0;
        std::uint64_t last_index = 0;  // the log reaches to here then
        std::optional<Term> promise;
    };
    struct Outstanding {  // a request of ours
        std::uint64_t handle = 0;
        wire::ClientRequest request;
        Instant asked;
        bool sent = false;
        std::optional<Instant> again;  // the leader was busy: ask again then
    };
    struct Deferred {  // a refusal, said once what it was judged by is committed
        std::uint64_t index = 0;
        wire::Refusal refusal;
    };

    Settings settings;
    Now now;
    std::vector<Output> out;

    // Journal
    // ------------------------------------------------------------------------------------------------------
    std::uint64_t cluster_uuid = 0;
    std::uint64_t persisted_cluster = 0;
    ReplicaUuid uuid = 0;
    Term promised;
    Term promise_durable;
    State committed;
    State appended;
    std::deque<Entry> log;  // ends at appended.last; begins after log_base
    Position log_base;
    bool failed = false;
    std::string failure;
    std::uint64_t next_ticket = 1;
    std::deque<Pending> pending;
    std::uint64_t durable_index = 0;
    std::uint64_t persisted_since_snapshot = 0;
    std::uint64_t committed_hint = 0;  // on the disk or on its way

    // Era
    // ----------------------------------------------------------------------------------------------------------
    Role role = Role::recovering;
    NodeId leader = 0;    // whose entries of the promised term we have taken; 0: none yet
    bool active = false;  // that era's OPEN is committed here
    std::optional<Term> warm;
    std::uint64_t highest_number = 0;
    Instant heard_leader;  // or, without one, since when nothing moved
    Instant last_beat;
    Instant last_hello;
    Instant asked_ring;   // when a silent leader made us ask whether the ring carries anything at all,
    Instant ring_proved;  // and when a message of our own came back
    unsigned round = 0;  // whose turn it is to be candidate
    std::optional<Candidacy> candidacy;
    std::uint64_t verified = 0;  // our log is the leader's up to here
    std::uint64_t sent_durable = 0;
    std::map<ReplicaUuid, std::uint64_t> durable_by;  // delivered DURABLEs of the promised term
    std::optional<Instant> needed;                    // when we asked the leader for what we lack
    Era era;
    std::set<NodeId> foreign;  // nodes of another cluster that we have complained about

    // Surroundings
    // ---------------------------------------------------------------------------------------------------
    std::set<NodeId> view;
    Instant view_since;
    std::map<NodeId, Heard> heard;
    std::set<NodeId> confirmed_off;
    bool service_quorum = false;

    // Clients
    // --------------------------------------------------------------------------------------------------------
    std::uint64_t next_sequence = 1;
    std::map<std::uint64_t, Outstanding> outstanding;  // by sequence
    std::deque<ClientRequest> waiting;
    std::deque<Deferred> deferred;
    std::set<RequestId> refused;  // judged by us in this era: not judged again
    std::size_t bytes_uncommitted = 0;

    Impl(Settings s, Disk disk);

    // replica.cpp
    void start();
    void on(const cluster::ViewChanged& view_changed);
    std::set<NodeId> take_view(const cluster::ViewChanged& view_changed);
    void greet(const std::set<NodeId>& fresh);
    void lose_leader();
    void on(const Message& message);
    void on(const Durable& durable);
    void on(const WriteFailed& failed_write);
    void on(const Tick&);
    void on(const ServiceQuorum& quorum);
    void on(const ConfirmedOff& off);
    void on(const ClientRequest& request);
    void broadcast(wire::Body body);
    void say(Log::Level level, std::string text);
    void hello();
    std::string name_of(NodeId node) const;
    bool blank() const { return appended.last.index == 0; }  // whatever cluster it once heard of
    VoterChain chain() const;
    Uuids present() const;   // replicas of the view's members
    Uuids answered() const;  // who answered our COLLECT, fit to count
    // Rule R9 counts a wiped disk for nothing: it has another uuid.  (A planted bug counts the node instead.)
    ReplicaUuid counted(NodeId node, ReplicaUuid said) const;

    // messages.cpp
    void hear(NodeId sender, const wire::Message& m);
    void take(NodeId sender, const wire::Message& m, const wire::Hello& b);
    void take(NodeId sender, const wire::Message& m, const wire::Collect& b);
    void take(NodeId sender, const wire::Message& m, const wire::StateReport& b);
    void take(NodeId sender, const wire::Message& m, const wire::Append& b);
    void take(NodeId sender, const wire::Message& m, const wire::Durable& b);
    void take(NodeId sender, const wire::Message& m, const wire::Need& b);
    void take(NodeId sender, const wire::Message& m, const wire::Beat& b);
    void take(NodeId sender, const wire::Message& m, const wire::ClientRequest& b);
    void take(NodeId sender, const wire::Message& m, const wire::Refusal& b);
    void take(NodeId sender, const wire::Message& m, const wire::Fetch& b);
    bool is_ours(NodeId sender, const wire::Message& m);
    bool from_leader(NodeId sender, const wire::Message& m);

    // election.cpp
    void maybe_campaign();
    bool may_try() const;  // an era could be opened with the view's members
    bool everybody_blank() const;
    std::optional<NodeId> chosen() const;
    void campaign();
    void promise(const Term& term);
    void step_down(const std::string& why);
    void collect();
    void report_state();
    void evaluate_candidacy();
    bool survivors_may_open() const;
    void consider_survivors();
    void open(bool survivors);
    void election_tick();
    bool ring_carries();

    // journal.cpp
    const Entry* entry_at(std::uint64_t index) const;
    std::optional<Term> term_at(std::uint64_t index) const;
    void persist(Persist persist);
    void promise_on_disk(const Term& term);
    bool append(Entry entry);  // to memory; false: it does not fit (digest): the replica fails
    void cut(std::uint64_t after, Persist& to_disk);
    bool append_all(const wire::Append& b);  // false: we lack what comes before
    bool install(const State& snapshot);
    void order(Entry entry);  // leader: append, persist, broadcast
    void say_durable();
    void give(NodeId to, std::uint64_t common, const Position& last);
    void need();
    void fail(const std::string& why);
    void compact();

    // commit.cpp
    void count();
    void commit_to(std::uint64_t index);
    void commit_one(const Entry& entry);
    std::uint64_t open_index() const;
    void readmit();

    // requests.cpp
    void judge(const wire::ClientRequest& request);
    void order_effect(const wire::ClientRequest& request, Evaluated evaluated, WallTime stamp);
    void defer(wire::Refusal refusal);
    void settle_deferred();
    void send_requests(bool again, bool judge_here = false);
    void requests_tick();
    void finish(std::uint64_t sequence, Result<Done> outcome);
    void answer_from_table();
    std::string read_only_reason() const;

    // report.cpp
    void report();
    std::string reason() const;
};

}  // namespace muster::cib::replica
