// The shell around the core: sessions on a unix socket, shims, the journal, the processes that agents name.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/os/frames.h"
#include "base/os/reactor.h"
#include "lrmd/classes/invocation.h"
#include "lrmd/core/core.h"
#include "lrmd/daemon/helpers.h"
#include "lrmd/daemon/journal.h"
#include "lrmd/daemon/traces.h"
#include "lrmd/daemon/watches.h"

namespace muster::lrmd {

struct ServerConfig {
    std::string socket = "/run/muster/lrmd.sock";
    std::string run_dir = "/run/muster";
    std::string node;
    Places places;
    std::vector<std::string> environment;  // of the daemon
};

class Server {
  public:
    Server(os::Reactor& reactor, ServerConfig config);
    // Reads the journal, takes living runs in again, listens.
    Result<void> start();

  private:
    void on_connect(std::shared_ptr<os::Connection> connection);
    void on_frame(SessionId session, std::string_view frame);
    void feed(const Input& input);
    void carry_out(Outputs outputs);
    void persist(const proto::JournalRecord& record);
    void send(SessionId session, const proto::Message& message);
    void start_run(const StartRun& start);
    void follow(const std::string& run_id, pid_t shim);
    void shim_over(const std::string& run_id, pid_t shim);
    void end_lost(const std::string& run_id, const proto::Begin& begin, int checks);
    void adopt();
    void arm();

    os::Reactor& reactor_;
    ServerConfig config_;
    Core core_;
    Traces traces_;
    std::optional<Journal> journal_;
    Watches watches_;
    Helpers helpers_;
    os::FrameServer listener_;
    SessionId next_session_ = 1;
    std::map<SessionId, std::shared_ptr<os::Connection>> connections_;
    std::set<uid_t> allowed_;
    os::Reactor::Id timer_ = 0;
    std::optional<Instant> timer_due_;
};

// One line on stderr; dropped (and counted) when nobody reads.
void say(int level, const std::string& text);

}  // namespace muster::lrmd
