// The fencer: a step machine that knows this node's fence devices and brings targets down with them.
//
// A device is configured (its parameters are right), then known (its agent's metadata came), and reaches a target by
// its host check.  A request to fence waits for what it has to know of the devices, then for its delay, then runs its
// levels one after the other until one has succeeded whole.  Two requests never act on one target at a time: the same
// action joins the one that runs, another one waits for its end.
//
// Fencing goes before everything else: a device that is busy with a monitor or a list (pcmk_action_limit) has that one
// killed and repeated later.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fencing/core/events.h"

namespace muster::fencing {

inline constexpr std::size_t kMostRecords = 500;
inline constexpr std::size_t kMostTail = 4096;
inline constexpr Duration kListFresh = seconds{60};  // a list that lacks the target is asked again after that

enum class RequestState : std::uint8_t { queued, executing, done, failed };
const char* to_string(RequestState state);

// One entry of the history.
struct Record {
    std::string request_id;
    std::set<std::string> ids;  // this one and those that joined it
    std::string target;
    std::string action;
    RequestState state = RequestState::queued;
    Done result;               // device, error and the like, once it ended
    Instant began;
    std::optional<Instant> ended;
};

struct DeviceView {
    std::string id;
    std::string agent;
    bool runs_here = false;
    HostCheck check = HostCheck::automatic;
    std::vector<std::string> hosts;
    std::vector<std::string> actions;
    std::string problem;
};

class Fencer {
  public:
    std::vector<Output> step(const Input& input, Instant now);

    std::vector<DeviceView> devices() const;
    std::vector<Record> records(const std::string& target) const;  // newest first; empty target: all
    std::uint64_t era() const { return era_; }

  private:
    enum class JobKind : std::uint8_t { metadata, list, status, fence, monitor };
    struct Job {
        JobId id = 0;
        JobKind kind = JobKind::metadata;
        std::string device;             // empty for metadata
        std::string request;            // of status and fence
        std::optional<MonitorOrder> monitor;
        RunAgent run;
        bool killed = false;            // in favour of fencing: its result is nothing, it is repeated
    };
    struct AgentState {
        AgentInfo info;
        bool asked = false;
        bool known = false;             // answered, well or not
        std::string problem;
    };
    struct DeviceState {
        DeviceConfig config;
        Device device;
        bool started = false;           // its resource runs here
        std::string problem;            // of the configuration
        std::optional<std::vector<std::string>> listed;
        Instant listed_at;
        std::string list_problem;
        bool listing = false;
        std::set<JobId> running;
        std::deque<Job> waiting;        // for pcmk_action_limit
    };
    struct Listener {
        ClientId client = 0;
        std::string request_id;
    };
    // One request to fence, or a query (which ends when its candidates are known).
    struct Request {
        std::string key;                            // in requests_
        bool query = false;
        Execute order;
        std::set<std::string> ids;                  // request ids that it answers, of clients that went too
        std::vector<Listener> listeners;
        RequestState state = RequestState::queued;
        bool topology = false;
        std::set<std::string> unknown;              // devices that may reach it: agent, list or status is asked
        std::set<std::string> status_asked;
        std::vector<std::vector<Step>> todo;        // levels; without topology one device each
        std::size_t level = 0, step = 0;
        int tries = 0;
        unsigned attempts = 0;
        std::optional<Instant> device_began;
        bool delayed = false, delaying = false, running = false;
        std::vector<std::string> errors;            // one for each device that failed
        std::string last_device, tail;
        Instant began;
    };
    struct Recurring {
        MonitorOrder order;
        std::optional<int> last_rc;
        TimerId timer = 0;
    };
    enum class Reach : std::uint8_t { no, yes, ask };

    // configuration (configure.cpp)
    void on(const Configure& input);
    void put_device(const DeviceConfig& config);
    void need_agent(const std::string& agent);
    void ask_list(DeviceState& device);
    void agent_known(const std::string& agent);
    void metadata_done(const Job& job, const AgentDone& done);
    void list_done(const Job& job, const AgentDone& done);
    const AgentInfo& info_of(const DeviceState& device) const;

    // which device reaches a target (reach.cpp)
    void begin(Request& request);
    Reach reach(const DeviceState& device, const Request& request) const;
    Reach reach_by_list(const DeviceState& device, const std::string& target) const;
    void settle(Request& request, const std::string& device);  // something new is known of the device
    void look(Request& request, const std::string& device);
    void add_candidate(Request& request, const std::string& device);
    void ask_status(Request& request, DeviceState& device);
    void status_done(const Job& job, const AgentDone& done);
    std::string why_unreachable(const Request& request) const;
    void answer(Request& request);
    static std::string action_on(const DeviceState& device, const AgentInfo& info, const std::string& action);

    // running it (execute.cpp)
    void on(const Execute& input);
    void on(const Query& input);
    void advance(Request& request);
    bool run_step(Request& request, const Step& step);
    bool wait_delay(Request& request, const Step& step);
    std::string cannot_use(const Request& request, const std::string& device) const;
    void fence_done(const Job& job, const AgentDone& done);
    void step_failed(Request& request, const Step& step, const std::string& why, bool again);
    void finish(Request& request, bool ok);
    void start_queued(const std::string& target);
    bool repeat_answer(const Execute& input);
    bool join_running(const Execute& input);
    void send_done(const Done& done, const Listener& to);
    void reap();                                    // requests that ended

    // monitors (monitor.cpp)
    void on(const MonitorOrder& input);
    void run_monitor(const MonitorOrder& order);
    void monitor_done(const Job& job, const AgentDone& done);
    void monitor_reply(const MonitorOrder& order, int rc, bool timed_out, std::string why, Duration took);
    void start_recurring(const MonitorOrder& order);
    void stop_recurring(const std::string& device, std::optional<Duration> interval);

    // jobs (jobs.cpp)
    void on(const SawEra& input) { era_ = std::max(era_, input.era); }
    void on(const AgentDone& input);
    void on(const TimerFired& input);
    void on(const ClientGone& input);
    void finished(const Job& job, const AgentDone& done);
    void submit(Job job);
    void launch(Job job, DeviceState* device);
    void next_of(const std::string& device);
    bool make_room(DeviceState& device);
    TimerId arm(Duration delay);
    void log(Severity severity, std::string text);

    std::uint64_t era_ = 0;
    Configure config_;
    std::map<std::string, AgentState> agents_;
    std::map<std::string, DeviceState> devices_;
    std::map<std::string, Request> requests_;       // that have not ended
    std::deque<std::string> order_;                 // of requests_, oldest first
    std::deque<Record> history_;                    // ended, newest first
    std::map<JobId, Job> jobs_;
    std::map<TimerId, std::string> delays_;         // timer -> request
    std::map<TimerId, std::pair<std::string, Duration>> recurring_timers_;
    std::map<std::pair<std::string, Duration>, Recurring> recurring_;
    JobId next_job_ = 1;
    TimerId next_timer_ = 1;
    Instant now_;
    std::vector<Output> out_;
};

// What went wrong with a run of an agent, in the operator's words; empty if it succeeded.
std::string failure_of(const RunAgent& run, const AgentDone& done);
std::string tail_of(const AgentDone& done);

}  // namespace muster::fencing
