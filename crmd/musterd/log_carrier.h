// Where the daemons' words go when no journal takes them: a syslog facility, a file, or both, named by the variables that
// Pacemaker's users know (in /etc/default/muster):
//   PCMK_logfacility  daemon, user, local0 to local7, auth, ...; none: no syslog
//   PCMK_logpriority  the least important that still goes to syslog (default notice)
//   PCMK_logfile      a file that gets everything down to info; none: no file
// MUSTER_SYSLOG names another socket than /dev/log.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace muster::musterd {

struct LogTargets {
    std::optional<int> facility;  // syslog's number
    int least = 5;                // syslog's level
    std::string file;             // empty: none
    std::string socket = "/dev/log";
};

// nullopt for a name that nobody knows.
std::optional<int> facility_number(std::string_view name);
std::optional<int> level_number(std::string_view name);

struct LogLine {
    int level = 6;
    std::string_view program = "musterd";
    std::string_view text;
};
// "<5>crmd: 1795423089.288 node2 has joined": level, program, text without the program's own time.
LogLine parse_log_line(std::string_view line);

// Reads the environment; without any target in it nothing happens.  Else from now on this process' standard error, and so
// that of all it starts, goes through a process of its own, which ends when the last of them has ended.
void carry_logs();

}  // namespace muster::musterd
