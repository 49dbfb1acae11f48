// fenced on the loop: clients on one side, agents on the other, the fencer between them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/os/frames.h"
#include "base/os/reactor.h"
#include "fencing/core/fencer.h"
#include "fencing/daemon/agents.h"
#include "fencing/protocol/fencing.pb.h"

namespace muster::fencing {

struct Options {
    std::string socket = "/run/muster/fenced.sock";
    std::string run_folder = "/run/muster";
    std::vector<std::string> agent_folders;
    std::string owner = "hacluster";  // of the socket; root may always connect
};

class Service {
  public:
    Service(os::Reactor& reactor, Options options);
    Result<void> start();

  private:
    struct Client {
        std::shared_ptr<os::Connection> connection;
        std::string name;
    };
    void on_connect(std::shared_ptr<os::Connection> connection);
    void on_frame(ClientId id, std::string_view frame);
    void on_message(ClientId id, const proto::Message& message);
    void hello(ClientId id, const proto::Hello& hello);
    void step(const Input& input);
    void emit(const Output& output);
    void send(ClientId id, const proto::Message& message);
    proto::Status status(const std::string& target) const;
    bool allowed(const os::Peer& peer) const;

    os::Reactor& reactor_;
    Options options_;
    Fencer fencer_;
    AgentRunner agents_;
    std::unique_ptr<os::FrameServer> server_;
    std::map<ClientId, Client> clients_;
    ClientId next_client_ = 1;
    uid_t owner_uid_ = 0;
};

}  // namespace muster::fencing
