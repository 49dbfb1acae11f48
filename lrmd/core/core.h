// lrmd's rules as a step machine: who may order what, which operation runs next, what is reported and kept.
// No clock, file, socket or process here.  The shell (lrmd/daemon) and the simulator (tests/sim) feed inputs and carry
// out outputs, in order.
//
// A resource has a queue of one-shot operations, a set of recurring ones and at most one run in flight: two operations
// of one resource never overlap on a node.  One-shot operations go first, in the order in which they came; a recurring
// one runs when it is due and nothing else waits.  It reports its first result and changes only.  A result is kept until
// its client acknowledges it and is sent again to that client's next session.
//
// After a restart: restore() with the journal's records, then one Found for each run that left a trace, then recovered().
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.h"
#include "lrmd/core/journal.pb.h"
#include "lrmd/protocol/lrmd.pb.h"

namespace muster::lrmd {

using SessionId = std::uint64_t;

// ---- inputs ---------------------------------------------------------------------------------------------------
struct MessageIn { SessionId session = 0; proto::Message message; };
struct SessionClosed { SessionId session = 0; };
struct RunEnded { std::string run_id; proto::Ended ended; };
struct ProcessDied { std::string resource; };  // one that the agent named: its monitors are due now
struct Tick {};                                // next_due() has come
using Input = std::variant<MessageIn, SessionClosed, RunEnded, ProcessDied, Tick>;

// ---- outputs --------------------------------------------------------------------------------------------------
struct Persist { proto::JournalRecord record; };                // before any later output takes effect
struct StartRun { std::string run_id; proto::Run run; };        // answered by one RunEnded
struct Send { SessionId session = 0; proto::Message message; };
struct CloseSession { SessionId session = 0; };
struct DropTrace { std::string run_id; };                       // its begin and result files are no longer needed
struct ResourceStopped { std::string resource; };               // nothing of it is to be watched any more
struct Log { int level = 6; std::string text; };                // as syslog: 3 error 4 warning 5 notice 6 info
using Output = std::variant<Persist, StartRun, Send, CloseSession, DropTrace, ResourceStopped, Log>;
using Outputs = std::vector<Output>;

struct Options {
    std::string node;
    std::string boot_id;
    std::size_t young_monitors = 8;         // recurring runs begun in the last 2 s, at most: no bursts
    std::size_t most_known_ids = 8192;      // ids that are never started again though their result is acknowledged
    std::size_t most_queued = 1000;         // operations that wait for one resource
};

inline constexpr std::uint32_t kProtocolLevel = 1;

// One operation as judged: what the protocol's Result says of it.
struct Verdict {
    int rc = 0;
    proto::Status status = proto::DONE;
    std::string exit_reason;
};
// Judges what was seen by the rules of the run's class (judge.cpp).
Verdict judge(const proto::Run& run, const proto::Ended& ended);
// interval-origin is set: it runs at its hours (the origin plus whole intervals) and at no other.
bool has_fixed_hours(const proto::Run& run);
// Words for people: "start of web", "monitor/10s of web".
std::string describe(const proto::Run& run);

class Core {
  public:
    explicit Core(Options options) : options_{std::move(options)} {}

    Outputs step(const Input& input, Instant now, WallTime wall);
    // When to give Tick; none: nothing is due by time alone.
    std::optional<Instant> next_due() const;

    // After a restart, before any step.
    void restore(const proto::JournalRecord& record);
    // A run that left a begin record.  True: it is in flight now, and its RunEnded is awaited.  False: it has ended and
    // was judged before the restart; its trace can go.
    bool found(const std::string& run_id, const proto::Run& run, bool ended, Instant now);
    // Everything found: waiting operations are taken up again.
    Outputs recovered(Instant now, WallTime wall);

    // The state as one record, for a compact journal.
    proto::JournalRecord snapshot() const;
    // For tests, `crm ra` and the simulator's invariants.
    proto::Table table() const;
    std::size_t runs_in_flight() const { return runs_.size(); }

  private:
    using OperationKey = std::pair<std::string, std::int64_t>;  // name, interval
    struct Pending {
        proto::Run run;
        std::string client;
        std::uint32_t call = 0;
        Instant queued{};
        Instant not_before{};
    };
    struct Recurring {
        proto::Run run;
        std::string client;
        std::uint32_t call = 0;
        Instant due{};
        std::uint64_t runs = 0;                // begun since it was ordered, on this lrmd
        std::optional<proto::Result> last;     // as reported
        Instant reported{};
    };
    struct Flight {
        std::string run_id;
        proto::Run run;
        std::string client;
        std::uint32_t call = 0;
        Instant queued{};
        Instant began{};
        bool dropped = false;                  // cancelled or unknown: its result is nobody's
        bool again = false;                    // a watched process died meanwhile: monitor again at once
    };
    struct Resource {
        std::string klass, provider, type;
        std::deque<Pending> queue;
        std::map<OperationKey, Recurring> recurring;
        std::optional<Flight> flight;
        std::map<OperationKey, proto::Result> last;
        std::optional<Instant> alarm;          // its entry in alarms_
    };

    void on_message(const MessageIn& in, Outputs& out);
    void on_tick(Outputs& out);
    void on_hello(SessionId session, const proto::Hello& hello, Outputs& out);
    void on_run(const MessageIn& in, Outputs& out);
    bool is_open(const proto::Run& run) const;
    void answer_acknowledged(const MessageIn& in, Outputs& out);
    void on_cancel(const MessageIn& in, Outputs& out);
    void on_ack(const MessageIn& in, Outputs& out);
    void on_forget(const MessageIn& in, Outputs& out);
    void on_ended(const RunEnded& in, Outputs& out);
    void on_died(const ProcessDied& in, Outputs& out);
    std::string refuse_reason(const proto::Run& run) const;
    bool take_era(std::uint64_t era, Outputs& out);
    void refuse(SessionId session, const std::string& action_id, std::string reason, Outputs& out);
    void answer(const std::string& client, const std::string& operation, proto::Result result, Outputs& out);
    bool start_recurring(const std::string& name, Resource& r, Outputs& out);
    void prune_young();
    void accept(const proto::Run& run, const std::string& client, std::uint32_t call);
    void end_one_shot(Resource& r, const Flight& flight, proto::Result result, Outputs& out);
    bool is_news(const Recurring& e, const proto::Result& result) const;
    void end_recurring(Resource& r, const Flight& flight, proto::Result result, Outputs& out);
    void report(proto::Result result, Outputs& out);
    void deliver(const proto::Result& result, Outputs& out);
    void apply(const proto::Result& result);
    void dispatch(const std::string& name, Outputs& out);
    void launch(const std::string& name, Resource& r, Flight flight, Outputs& out);
    void set_alarm(const std::string& name, Resource& r);
    void remember(const std::string& id);
    void log(Outputs& out, int level, std::string text) const;

    Options options_;
    Instant now_{};
    WallTime wall_{};
    std::uint64_t era_ = 0;
    std::uint64_t next_sequence_ = 1;
    std::uint32_t next_call_ = 1;
    std::map<std::string, Resource> resources_;
    std::set<std::pair<Instant, std::string>> alarms_;
    std::map<std::uint64_t, proto::Result> unacknowledged_;
    std::map<SessionId, std::string> sessions_;   // to the client's name
    std::map<std::string, SessionId> clients_;
    std::set<std::string> known_;
    std::deque<std::string> known_order_;
    std::map<std::string, std::string> runs_;     // in flight: run id to resource
    std::map<std::string, Instant> young_;        // recurring runs in flight: when they began
    std::set<std::string> throttled_;             // resources whose monitor waits for a young one to end
};

}  // namespace muster::lrmd
