// Deliberate breakages that the simulator has to find: they test the tester.  They are in the program
// muster-sim-planted alone (tests/sim); everywhere else every question here is a constant false and costs nothing.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace muster {

enum class Bug : std::uint8_t {
    none,
    durable_without_fsync,     // "durable" is said before the disk has it
    blank_votes,               // a wiped disk counts as the voter that its node was
    two_leaders,               // a leader goes on although a higher term was promised
    commit_without_open,       // rule R5: an older term's entry commits by counting copies
    survivors_when_cold,       // rule R7 at a cold start
    best_by_index,             // rule R3: the longest log instead of the newest
    start_before_fencing,      // a lost node's resources start elsewhere before its fencing is confirmed
    agent_run_twice,           // an lrmd that was restarted runs an action id again
    cancelled_monitor_counts,  // a late result of a cancelled monitor counts as a failure
};
inline constexpr std::array<std::string_view, 10> kBugNames{"none",
                                                            "durable-without-fsync",
                                                            "blank-votes",
                                                            "two-leaders",
                                                            "commit-without-open",
                                                            "survivors-when-cold",
                                                            "best-by-index",
                                                            "start-before-fencing",
                                                            "agent-run-twice",
                                                            "cancelled-monitor-counts"};

#ifdef MUSTER_PLANTED_BUGS
extern Bug planted_bug;  // chosen at run time: muster-sim-planted --planted NAME
inline bool planted(Bug bug) { return planted_bug == bug; }
#else
constexpr bool planted(Bug) { return false; }
#endif

}  // namespace muster
