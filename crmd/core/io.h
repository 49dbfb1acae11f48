// What the coordinator is told and what it wants done.  Values only: the shell (crmd/daemon) and the simulator carry out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "cib/model/cib.h"
#include "cib/replica/replica.h"
#include "cluster/messaging.h"
#include "policy-engine/plan.h"

namespace muster::crmd {

using Now = cib::replica::Now;
using ClientId = std::uint64_t;
enum class Daemon : std::uint8_t { lrmd, fenced };

// ---- inputs --------------------------------------------------------------------------------------------------------
struct Planned {
    std::uint64_t number = 0;
    std::shared_ptr<const policy::Plan> plan;
};
struct LinkUp { Daemon to = Daemon::lrmd; };     // connected; say Hello
struct LinkDown { Daemon to = Daemon::lrmd; };
struct LinkFrame { Daemon from = Daemon::lrmd; std::string bytes; };
struct ClientOpened {
    ClientId id = 0;
    std::string user;
    bool may_write = false;  // root, hacluster
};
struct ClientFrame { ClientId id = 0; std::string bytes; };
struct ClientClosed { ClientId id = 0; };
struct Tick {};          // at next_wake() and at least every 100 ms
struct StopWanted {};    // SIGTERM: leave; resources are moved away first if told so by a client
using Input = std::variant<cluster::Event, cib::replica::Durable, cib::replica::WriteFailed, Planned, LinkUp, LinkDown, LinkFrame,
                           ClientOpened, ClientFrame, ClientClosed, Tick, StopWanted>;

// ---- outputs -------------------------------------------------------------------------------------------------------
struct Broadcast { std::string bytes; };
struct MakePlan {        // by the worker; answered by Planned with the same number
    std::uint64_t number = 0;
    std::shared_ptr<const cib::Cib> cib;
    WallTime now;
};
struct ToDaemon { Daemon to = Daemon::lrmd; std::string bytes; };
struct ToClient { ClientId id = 0; std::string bytes; };
struct EraIsWarm { cib::replica::Term term; };  // remember for this boot (rule R7)
struct Exit { int code = 0; };
enum class LogLevel : std::uint8_t { debug, info, warning, error };
struct Log { LogLevel level = LogLevel::info; std::string text; };
using Output = std::variant<Broadcast, cib::replica::Persist, MakePlan, ToDaemon, ToClient, EraIsWarm, Exit, Log>;

}  // namespace muster::crmd
