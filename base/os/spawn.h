// A child process: its own process group, three pipes, a bounded tail kept of what it prints.  child.h runs it on the
// loop, run_child() here to its end.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/os/fd.h"
#include "base/result.h"
#include "base/time.h"

namespace muster::os {

struct ChildSpec {
    std::vector<std::string> argv;         // argv[0] is a path
    std::vector<std::string> environment;  // NAME=value; the whole of it
    std::string input;                     // written to its standard input, then closed
    Duration timeout = seconds{20};
    std::size_t most_output = 64 * 1024;   // the tail that is kept, of each output
    bool keep_group = false;               // what it left in the background may live on when it ends by itself
};

struct ChildResult {
    bool timed_out = false;
    int exit_status = -1;  // valid when signal is 0 and it did not time out
    int signal = 0;        // that ended it
    std::string out;
    std::string err;
    Duration took{0};
};

// The ends that the parent keeps; all three do not block.
struct Spawned {
    pid_t pid = 0;
    Fd in;
    Fd out;
    Fd err;
};

Result<Spawned> spawn(ChildSpec& spec);

// Takes what is there now; gives what the pipe takes now.  True when that was all: the caller closes its end (after its
// watch, where a loop watches it).
bool drain(const Fd& fd, std::string& tail, std::size_t most);
bool feed(const Fd& fd, const std::string& input, std::size_t& written);

// For tools: blocks until the child has ended or its time is up (the group is killed then).
Result<ChildResult> run_child(ChildSpec spec);

}  // namespace muster::os
