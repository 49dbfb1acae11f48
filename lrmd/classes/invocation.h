// From an order to a command: which program, which arguments, which environment, by the rules of the class.
// Pure; whether the program exists is seen by whoever runs it.
#pragma once

#include <string>
#include <vector>

#include "lrmd/protocol/lrmd.pb.h"

namespace muster::lrmd {

// Where things are on this node.
struct Places {
    std::vector<std::string> agents{"/usr/lib/ocf/resource.d"};  // folders of OCF providers, in order
    std::string ocf_root = "/usr/lib/ocf";
    std::string lsb = "/etc/init.d";
    std::string heartbeat = "/etc/ha.d/resource.d";
    std::string helpers = "/usr/libexec/muster/classic";  // crm_attribute and the like, by their exact names
    std::string scratch = "/run/resource-agents";         // HA_RSCTMP
    std::string watch;                                    // folder for the lists of processes that agents name
    std::string node;
};

struct Invocation {
    bool bus = false;                        // class systemd: no program, a call to systemd
    std::vector<std::string> candidates;     // the first that exists is run
    std::vector<std::string> arguments;      // after argv[0]
    std::vector<std::string> environment;    // NAME=value, sorted, the whole of it
    std::string label;                       // ocf:heartbeat:IPaddr2
};

// `inherited` is the daemon's own environment, NAME=value.
Invocation invocation(const proto::Run& run, const Places& places, const std::vector<std::string>& inherited);

// "ocf:provider:type", "lsb:type"
std::string agent_label(const std::string& klass, const std::string& provider, const std::string& type);
// Where the agent lists the processes that it wants watched, one id a line.
std::string watch_file(const Places& places, const std::string& resource);
// A name that is safe as a file name, different for different texts.
std::string file_name(const std::string& text);

}  // namespace muster::lrmd
