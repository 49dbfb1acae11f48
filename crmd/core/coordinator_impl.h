// What the coordinator is made of; its rooms are the .cpp files named beside each group.
#pragma once

#include <deque>
#include <map>
#include <set>

#include "crmd/core/apply.h"
#include "crmd/core/coordinator.h"
#include "crmd/core/transition.h"
#include "crmd/protocol/crmd.pb.h"
#include "fencing/protocol/fencing.pb.h"
#include "lrmd/protocol/lrmd.pb.h"

namespace muster::crmd {

struct AlertEvent;

inline constexpr Duration kActingAfter = seconds{2};       // without an era, before the lowest node acts as DC
inline constexpr Duration kFenceRetry = seconds{1};        // times the number of failures
inline constexpr int kMostFenceAttempts = 10;
inline constexpr std::size_t kMostBuffered = 100'000;      // messages kept while the snapshot is on its way

struct Coordinator::Impl {
    explicit Impl(Settings s);

    // ---- coordinator.cpp: routing --------------------------------------------------------------------------------
    void step(const Input& input);
    void on_event(const cluster::Event& event);
    void deliver(NodeId sender, const wire::Wire& message);
    void apply_one(NodeId sender, const wire::Wire& message);
    bool apply_work(NodeId sender, const wire::Wire& message);     // each: whether the message is one of that kind
    bool apply_fencing(NodeId sender, const wire::Wire& message);
    bool apply_members(NodeId sender, const wire::Wire& message);
    void applied(const Applied& what);
    void feed(const cib::replica::Input& input);
    void take(std::vector<cib::replica::Output> outputs);
    void settle();
    void log(LogLevel level, std::string text);
    void choose_dc();
    bool leading() const { return dc_ == self_ && synced_; }

    // ---- saying.cpp ------------------------------------------------------------------------------------------------
    void broadcast(const wire::Wire& message);
    void close_bundle();                       // at the end of each step
    void unbundle(NodeId sender, const std::string& bytes);
    void tell_results();

    // ---- joining.cpp -----------------------------------------------------------------------------------------------
    void on_view(const cluster::ViewChanged& view);
    void say_hello();
    void on_hello(NodeId sender, const wire::MemberHello& hello);
    void invite();                             // DC: who has not the same state gets it
    void on_joiners(NodeId sender, const wire::Joiners& joiners);
    void on_snapshot(const wire::Snapshot& snapshot);
    void begin_state();                        // the very first: of those who are here
    void became_synced();
    void report_table();

    // ---- leading.cpp -----------------------------------------------------------------------------------------------
    void lead();
    void take_over();
    bool take_charge();
    void begin_work();                         // the start-up rule
    void give_up_lost_crmds();
    void name_nodes();                         // members that the configuration does not have yet
    bool orders_delivered();
    void make_plan();
    void on_planned(const Planned& planned);
    void watch_deadlines();
    void tell_progress(bool with_plan);
    void add_reasons(wire::Progress& progress) const;
    bool idle() const;
    std::vector<std::string> waiting_for() const;
    std::shared_ptr<const cib::Cib> snapshot_cib() const;
    std::string property(const std::string& name, const std::string& otherwise) const;
    void wake_at(Instant when);

    // ---- dispatching.cpp -------------------------------------------------------------------------------------------
    void dispatch();
    void order(const policy::Action& action);
    void order_cluster(const policy::Action& action);
    std::string next_id();

    // ---- fencing.cpp -----------------------------------------------------------------------------------------------
    void order_fencing(const policy::Action& action);
    void watch_fencing();                      // DC: executors that went away
    void want_fencing(const wire::FenceWanted& wanted);
    NodeId choose_executor(const wire::FencingRecord& record) const;
    void on_fence_record(const wire::FencingRecord& record);
    void begin_fencing(const wire::FencingRecord& record);
    void on_fence_begin(NodeId sender, const wire::FenceBegin& begin);
    void execute_fencing(const wire::FencingRecord& record);
    void on_fence_done(const wire::FenceDone& done);
    void resume_fencing();

    // ---- target.cpp ------------------------------------------------------------------------------------------------
    void on_link(const LinkUp& link);
    void on_link(const LinkDown& link);
    void on_frame(const LinkFrame& frame);
    void on_lrmd(const lrmd::proto::Message& message);
    void on_fenced(const fencing::proto::Message& message);
    void carry_out(const wire::Order& order, const std::vector<wire::Order>& over);
    void run(const wire::Order& order);
    void cancel(const wire::Order& recurring, const std::string& id, const std::string& user_data);
    void run_device(const wire::Order& order);
    void forget_here(const wire::Forget& forget, const std::vector<wire::Order>& over);
    void own_outcome_is_told(const wire::Outcome& outcome);
    void resume_orders();
    void on_result(const lrmd::proto::Result& result);
    void on_table(const lrmd::proto::Table& table);
    void answer_order(const std::string& action_id, std::int32_t rc, std::int32_t op_status, const std::string& why);
    void configure_fenced();
    void to_lrmd(const lrmd::proto::Message& message);
    void to_fenced(const fencing::proto::Message& message);

    // ---- alerting.cpp ----------------------------------------------------------------------------------------------
    void alert(const AlertEvent& event);
    void alert_of_outcome(const wire::Outcome& outcome);
    void alert_of_fencing(const wire::FenceDone& done);
    void alert_of_attribute(const wire::AttributeChange& change);
    void alert_of_members();

    // ---- clients.cpp, requests.cpp ---------------------------------------------------------------------------------
    struct Client {
        std::string user, program;
        bool may_write = false;
        bool greeted = false;
        std::optional<std::uint64_t> subscription;
        proto::Subscribe wishes;
    };
    struct Asked {  // an answer that is still to come
        ClientId client = 0;
        std::uint64_t tag = 0;
        Instant until{};
        std::string what;
    };
    void on_client(const ClientFrame& frame);
    void serve(ClientId id, Client& client, const proto::Message& request);
    void change(ClientId id, Client& client, const proto::Message& request);
    void set_attribute(ClientId id, Client& client, std::uint64_t tag, const proto::SetAttribute& request);
    void fence(ClientId id, const Client& client, std::uint64_t tag, const proto::Fence& request);
    void confirm_fenced(ClientId id, const Client& client, std::uint64_t tag, const proto::ConfirmFenced& request);
    void shut_down(ClientId id, std::uint64_t tag, const std::string& named, bool cancel);
    void commit(ClientId id, const Client& client, std::uint64_t tag, const proto::Commit& request);
    void answer(ClientId id, std::uint64_t tag, proto::Message message);
    void done(ClientId id, std::uint64_t tag, const std::string& text = "");
    void refuse(ClientId id, std::uint64_t tag, proto::Code code, const std::string& text);
    void on_commit_answer(const cib::replica::Answer& answer);
    void tell_subscribers(const Applied& what);
    void tell_cib_changed();
    void expire_asked();
    void tell_dampened();
    void dampen(const wire::AttributeChange& change, Duration pause);
    void echo_later(ClientId id, std::uint64_t tag, const wire::Wire& w);
    void answer_echo(const wire::Wire& message);
    void wait_for_idle(ClientId id, std::uint64_t tag, std::int64_t timeout_ms);
    void on_idle_reached(const wire::IdleReached& reached);
    proto::ClusterState cluster_state() const;
    void describe_members(proto::ClusterState& s) const;
    void describe_work(proto::ClusterState& s) const;
    proto::CibText cib_text(bool without_status) const;
    void get_attributes(ClientId id, std::uint64_t tag, const proto::GetAttributes& request);
    void get_fail_counts(ClientId id, std::uint64_t tag, const proto::GetFailCounts& request);

    // ---- what it is ------------------------------------------------------------------------------------------------
    Settings settings_;
    NodeId self_ = 0;
    cib::replica::Replica replica_;
    State state_;
    Now now_;
    std::vector<Output> out_;
    std::optional<Instant> wake_;
    wire::Bundle bundle_;                          // what this step has to say to all
    std::size_t bundle_at_ = 0;                    // its place in out_
    std::size_t bundle_size_ = 0;

    // view and joining
    bool connected_ = false;
    bool synced_ = false;
    std::uint64_t view_number_ = 0;
    std::vector<cluster::Member> members_;
    std::map<NodeId, wire::MemberHello> hellos_;   // of members of this view
    std::set<NodeId> in_sync_;                     // have the same state as this node, if it is synced
    std::set<NodeId> invited_;                     // by this DC, snapshot still to come
    std::string buffering_;                        // id of the join whose snapshot is awaited
    std::deque<std::pair<NodeId, wire::Wire>> buffer_;
    std::deque<std::pair<std::size_t, cluster::ViewChanged>> buffered_views_;  // position in buffer_ before which it came
    cluster::RingId ring_;                         // of the last ring event
    std::vector<NodeId> ring_nodes_;
    std::optional<wire::QuorumReport> my_quorum_;
    bool stopping_ = false;

    // DC
    NodeId dc_ = 0;
    bool acting_ = false;
    std::string dc_reason_;
    std::optional<Instant> leaderless_since_;
    std::optional<Instant> claimed_;               // when it said last that it leads
    std::optional<Instant> begun_waiting_;         // for the others, at start-up
    Transition transition_;
    bool dirty_ = false;
    std::string dirty_why_;
    std::optional<std::uint64_t> planning_;
    std::uint64_t plan_number_ = 0;
    std::uint64_t counter_ = 0;
    std::vector<std::string> ended_while_planning_;  // identities
    std::optional<WallTime> recheck_at_;
    std::map<std::string, Instant> deadlines_;       // of orders in flight
    std::map<std::string, Instant> undelivered_;     // our orders that have not come back yet: no state knows of them
    std::map<std::string, Instant> crmd_lost_since_;
    std::map<std::string, int> fence_failures_;      // "fencing of NODE", "unfencing of NODE"
    std::map<std::string, Instant> fence_not_before_;
    std::set<std::string> nodes_asked_;              // their <node> is on its way into the configuration
    std::set<std::string> marks_;                    // of those who wait for idle
    wire::Progress progress_;                        // as the DC told last
    std::string told_;                               // what this DC told last, serialized
    bool plan_is_news_ = false;
    bool told_quorum_wait_ = false;
    Quorum planned_quorum_ = Quorum::unknown;        // what the newest plan was made with

    // this node
    bool lrmd_up_ = false, fenced_up_ = false;
    std::optional<lrmd::proto::Table> table_;        // since the last (re)sync; none while it is awaited
    bool table_asked_ = false;
    bool reported_ = false;
    std::map<std::uint64_t, wire::Outcome> unsent_;  // by lrmd's sequence: not delivered yet
    std::vector<std::uint64_t> held_;                // of unsent_: told together, soon
    Instant held_since_{};
    std::string fenced_config_;
    std::map<std::string, std::uint64_t> begun_;     // fencing record id -> view number of our BEGIN
    bool leave_when_empty_ = false, leaving_said_ = false;

    // alerts
    std::uint64_t alert_sequence_ = 0;
    std::map<std::string, bool> alerted_members_;    // as the DC told last

    // clients
    std::map<ClientId, Client> clients_;
    std::map<std::uint64_t, Asked> commits_;         // by handle
    std::map<std::string, Asked> waits_;             // by mark
    std::map<std::string, Asked> fences_;            // by record id
    std::vector<Asked> echoes_;                      // answered when our own broadcast comes back, in order
    struct Dampened { wire::AttributeChange change; Instant due{}; };
    std::map<std::string, Dampened> dampened_;
    std::uint64_t next_handle_ = 1;
    std::uint64_t next_mark_ = 1;
};

// The devices and levels of the configuration, as fenced wants them.
fencing::proto::Configure devices_of(const cib::Cib& cib, const State& state, const std::string& node);

}  // namespace muster::crmd
