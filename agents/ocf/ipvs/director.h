// The rules: which server is up, whether there is quorum, and so what the table of destinations must be.  Pure: checks
// and notifications are carried out by whoever drives it (checker.h).
#pragma once

#include <string>
#include <vector>

#include "agents/ocf/ipvs/service.h"

namespace ipvs {

struct Destination {
    Endpoint at;
    int weight = 0;
    friend bool operator==(const Destination&, const Destination&) = default;
};

struct ServerState {
    bool up = true;
    bool checked = false;  // at least once
    int failures = 0;      // in a row
    int weight = 1;        // as configured, or as a dynamic check says
    std::string said;      // of the last check
    std::string why_down;  // what the check said that took it out
};

// What follows from one verdict.
struct Consequences {
    bool table_changed = false;
    int next_check_ms = 0;              // of this server
    std::vector<std::string> commands;  // notify_up, notify_down, quorum_up, quorum_down: in order
    std::string text;                   // one line for people; empty: nothing new
};

class Director {
  public:
    explicit Director(const Service& service);

    // The verdict of a check of server `i`; `weight` < 0: the check says nothing of it.
    Consequences verdict(std::size_t i, bool ok, const std::string& said, int weight = -1);
    std::vector<Destination> table() const;
    const ServerState& state(std::size_t i) const { return states_[i]; }
    bool has_quorum() const { return quorum_; }
    // What an operator has to know while the service as such works: "1 of 2 servers is down: ...".  Empty: all is well.
    // The same as long as nothing goes up or down.
    std::string trouble() const;

  private:
    int weight_up() const;
    bool judge_quorum(Consequences& c);
    Service service_;
    std::vector<ServerState> states_;
    bool quorum_ = true;
};

}  // namespace ipvs
