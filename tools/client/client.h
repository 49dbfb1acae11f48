// A blocking client of crmd for command-line tools: one request, one answer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/os/sync_client.h"
#include "base/result.h"
#include "cib/model/cib.h"

namespace muster::crmd::proto {
class Message;
class ClusterState;
class Event;
}  // namespace muster::crmd::proto

namespace muster::client {

// $MUSTER_RUN_DIR/crmd.sock, or /run/muster/crmd.sock.
std::string default_socket();

class Crmd {
  public:
    // `program` is shown in the history ("crm", "cibadmin").  ErrorCode::unavailable, in words for the operator, when no
    // crmd answers on this node.
    static Result<Crmd> connect(const std::string& program, const std::string& socket = default_socket());
    Crmd(Crmd&&) noexcept;
    Crmd& operator=(Crmd&&) noexcept;
    ~Crmd();

    const std::string& node() const;   // this node's name
    bool may_write() const;
    // What get_cib() gave last is not known to be the newest, and no change is taken: there is no era.
    bool no_era() const;

    // Sends it under a fresh tag and waits for its answer; a Failed answer comes back as Error with its code and text.
    // Events that arrive meanwhile are kept for next_event().
    Result<crmd::proto::Message> request(crmd::proto::Message message, milliseconds within = seconds{60});

    // Frequent requests, in one word each.
    Result<cib::Cib> get_cib(bool without_status = false);
    // The answer comes when more than half of the voters have it on disk; returns the new version ("0.12.0").
    Result<std::string> commit(const xml::Element& configuration, const cib::Version& base, const std::string& message);
    Result<crmd::proto::ClusterState> cluster_state();
    // Until nothing is in flight and nothing is left to plan.
    Result<void> wait_idle(milliseconds within);

    // After subscribe(): ErrorCode::timeout when nothing came.
    Result<void> subscribe();
    Result<crmd::proto::Event> next_event(milliseconds within);

  private:
    struct Impl;
    explicit Crmd(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace muster::client
