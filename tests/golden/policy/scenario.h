// A small cluster written as text, for tests that a person can read:
//
//   # a comment
//   node n1 [online|offline|lost|pending|standby|maintenance|remote|guest|unseen] [name=value ...]     attributes of the node; has:ram=100 is its capacity, score=100 its base score
//   primitive ... group ... location ... property ...       crm's configuration language, one statement a line
//   history db n1 start=ok monitor/10s=not_running          results in the order in which they came; probe=... too
//   history db n1 start=ok was port=80                       with these parameters, instead of today's
//   attribute n1 master-db=10                               transient attributes
//   history vm n1 migrate_to=ok n1->n2                      a live migration: from where to where
//   ticket T granted=true standby=false                     the state of a ticket
//   quorum no                     now 1700000000            (seconds; default 1700000000)
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "cib/model/cib.h"

namespace muster::golden {

struct Scenario {
    cib::Cib cib;
    WallTime now = WallTime::from_seconds(1'700'000'000);
};
// The error names the line.
Result<Scenario> read_scenario(const std::vector<std::string>& lines);

}  // namespace muster::golden
