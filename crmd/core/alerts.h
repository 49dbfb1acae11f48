// Alerts (Pacemaker Explained, "Alerts"): which agents have to be told of an event, with which environment.  Pure; the
// agents are run by lrmd as hacluster.
//
// Who tells: of a resource's operation the node that it ran on; of nodes, fencing and attributes the DC.  So each event
// is told once.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "base/xml/element.h"
#include "lrmd/protocol/lrmd.pb.h"

namespace muster::crmd {

struct AlertEvent {
    std::string kind;  // node fencing resource attribute
    std::string desc;  // one phrase: "member", "lost", "ok", ...
    std::string node;
    // CRM_alert_NAME=value, as the kind has them: task rsc rc ...
    std::vector<std::pair<std::string, std::string>> more;
};

// One order for each recipient of each alert that selects this event.
std::vector<lrmd::proto::Alert> alerts_for(const xml::Element& configuration, const AlertEvent& event, WallTime now,
                                           std::uint64_t sequence);
// "%H:%M:%S.%6N" and the like: strftime's letters and %N, %3N (fractions of a second), in local time.
std::string format_timestamp(const std::string& format, WallTime when);

}  // namespace muster::crmd
