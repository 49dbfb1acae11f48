// The coordinator's shell: feeds the core from corosync, the journal's writer, the planner, lrmd, fenced and clients, and
// carries out what it answers.  No decisions here.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "base/os/frames.h"
#include "base/os/reactor.h"
#include "cib/replica/daemon/journal_writer.h"
#include "cluster/corosync/messaging.h"
#include "cluster/corosync/nodelist.h"
#include "crmd/core/coordinator.h"
#include "crmd/daemon/link.h"
#include "crmd/daemon/worker.h"

namespace muster::crmd {

struct ShellSettings {
    std::string run_dir = "/run/muster";
    std::string state_dir = "/var/lib/muster";
    std::string node_name;              // empty: as corosync's nodelist says
    Duration dc_deadtime = seconds{20};
    Duration sync_delay{0};             // for tests: a slow disk
    LogLevel level = LogLevel::info;
};

class Shell {
  public:
    explicit Shell(ShellSettings settings);
    ~Shell();
    int run();  // the exit status

  private:
    struct Session {
        std::shared_ptr<os::Connection> connection;
    };
    void begin();
    void try_begin();
    Settings core_settings(const cluster::Nodelist& nodelist, cib::replica::Disk disk);
    void feed(Input input);
    void carry_out(std::vector<Output> outputs);
    void send(std::string bytes);
    void flush();
    void arm();
    void accept(std::shared_ptr<os::Connection> connection);
    void accept_early(std::shared_ptr<os::Connection> connection);
    void answer_early(os::Connection& connection, std::string_view frame);
    void log(LogLevel level, const std::string& text);
    Now now() const { return {reactor_.now(), reactor_.wall_now()}; }

    ShellSettings settings_;
    os::Reactor reactor_;
    std::string boot_id_;
    std::unique_ptr<cib::replica::JournalWriter> journal_;
    std::unique_ptr<Coordinator> core_;
    std::unique_ptr<cluster::CorosyncMessaging> messaging_;
    std::unique_ptr<PlanWorker> worker_;
    std::unique_ptr<Link> lrmd_, fenced_;
    std::unique_ptr<os::FrameServer> server_;
    std::map<ClientId, Session> sessions_;
    ClientId next_client_ = 1;
    std::deque<std::string> unsent_;    // the queue to corosync was full
    os::Reactor::Id timer_ = 0, retry_ = 0;
    bool feeding_ = false;
    std::deque<Input> inputs_;
    std::vector<std::shared_ptr<os::Connection>> early_;  // who came before corosync answered
    std::string waits_for_;
};

}  // namespace muster::crmd
