// musterd's rules as a step machine: starts lrmd, fenced and crmd, asks each every second whether it is alive, kills what
// is silent for 10 s, starts again with back-off, and gives up by policy (design: a daemon that can not live must not be
// restarted for ever in silence; systemd then sees musterd fail).  No clock, process or socket here.
//
//   waiting   to be started at `due` (back-off, or it was its turn)
//   running   pid is known; pings are answered, or `silent_since` tells since when not
//   killing   SIGKILL was sent, its end has not been seen
//   done      it ended because we stop, or said by its exit status that it does not want to be started again
//
// A stop goes backwards: crmd first (it moves the resources away and ends by itself), then fenced, then lrmd.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"

namespace muster::musterd {

// ---- inputs ---------------------------------------------------------------------------------------------------
struct Began {  // Start was carried out, or an earlier musterd's child was found alive
    std::string name;
    int pid = 0;
};
struct CouldNotBegin {
    std::string name;
    std::string why;
};
struct Ended {
    std::string name;
    int exit_status = -1;  // -1: by signal, or not known (it was adopted)
    int signal = 0;
};
struct Answered {
    std::string name;
};
struct Tick {};           // next_due() has come
struct StopWanted {};     // SIGTERM: move away, then end
struct StopNow {};        // a second one: end the daemons, leave the resources as they are
using Input = std::variant<Began, CouldNotBegin, Ended, Answered, Tick, StopWanted, StopNow>;

// ---- outputs --------------------------------------------------------------------------------------------------
struct Start {
    std::string name;
};
struct Ping {
    std::string name;
};
struct AskToLeave {};  // to crmd: leave the cluster cleanly
struct Signal {
    std::string name;
    int pid = 0;
    int signal = 0;
};
struct Ready {};      // all run and answer, said once
struct Finished {
    int exit_status = 0;
};
struct Log {
    int level = 6;  // as syslog
    std::string text;
};
using Output = std::variant<Start, Ping, AskToLeave, Signal, Ready, Finished, Log>;
using Outputs = std::vector<Output>;

struct Policy {
    Duration ping_every = seconds{1};
    Duration silence = seconds{10};            // then SIGKILL
    Duration first_back_off = milliseconds{100};
    Duration most_back_off = seconds{5};
    int most_failures = 10;                    // of one daemon within `failures_within`: give up
    Duration failures_within = minutes{5};
    Duration stop_within = minutes{20};        // for crmd to move everything away (shutdown-escalation)
    Duration end_within = seconds{10};         // for a daemon to end by SIGTERM
};
class Supervisor {
  public:
    // In the order of starting.
    Supervisor(std::vector<std::string> names, Policy policy);
    Outputs start(Instant now);  // children that were adopted are told by Began before
    Outputs step(const Input& input, Instant now);
    std::optional<Instant> next_due() const;

  private:
    enum class State { waiting, starting, running, killing, done };
    struct Child {
        State state = State::waiting;
        int pid = 0;
        Instant due{};                       // waiting: start then
        Instant next_ping{};
        Instant last_answer{};
        bool answered_once = false;
        std::vector<Instant> failures;       // recent ones, ascending
        Duration back_off{0};
    };
    enum class Phase { serving, leaving, ending, finished };

    void on(const Began& input, Instant now, Outputs& out);
    void on(const CouldNotBegin& input, Instant now, Outputs& out);
    void on(const Ended& input, Instant now, Outputs& out);
    void on(const Answered& input, Instant now, Outputs& out);
    void on(const Tick& input, Instant now, Outputs& out);
    void on(const StopWanted& input, Instant now, Outputs& out);
    void on(const StopNow& input, Instant now, Outputs& out);
    void failed(const std::string& name, const std::string& how, Instant now, Outputs& out);
    void tick_child(const std::string& name, Child& child, Instant now, Outputs& out);
    void end_next(Instant now, Outputs& out);
    void finish(int status, Outputs& out);

    std::vector<std::string> names_;
    Policy policy_;
    std::map<std::string, Child> children_;
    Phase phase_ = Phase::serving;
    Instant phase_deadline_{};
    bool told_ready_ = false;
    int exit_status_ = 0;
};

}  // namespace muster::musterd
