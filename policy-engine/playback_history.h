// Writing operation results into a status, for playback.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "policy-engine/playback.h"

namespace muster::policy {

// A status under edit: finds nodes and histories by name quickly.
class StatusEditor {
  public:
    explicit StatusEditor(cib::Cib& cib, WallTime now, int transition_id) : cib_{cib}, now_{now}, transition_{transition_id} {}

    // The node's state, made if there is none yet (a remote node that never reported).
    cib::NodeState& node(std::string_view uname);
    // An executed action with this exit status.
    void record(const Action& action, int rc);
    void record(const OperationResult& result);
    // Recurring operation cancelled: its entry goes.
    void forget_operation(std::string_view uname, std::string_view resource, std::string_view key);
    // Everything that the node knows about the resource.
    void forget_resource(std::string_view uname, std::string_view resource);
    void forget_failures(std::string_view uname, std::string_view resource);
    void count_failure(std::string_view uname, std::string_view resource, std::string_view task, milliseconds interval);
    // The node is certainly down: its history and transient attributes belong to the past.
    void node_down(std::string_view uname);
    void set_transient(std::string_view uname, const std::string& name, const std::string& value);

  private:
    cib::ResourceHistory& history(cib::NodeState& node, const std::string& resource, const OperationResult& result);
    void put(cib::NodeState& node, cib::ResourceHistory& history, cib::OpRecord op);

    cib::Cib& cib_;
    WallTime now_;
    int transition_;
    int action_ = 0;
    // By node and resource; looked up only.
    std::unordered_map<std::string, std::unordered_map<std::string, std::size_t>> index_;
    std::unordered_map<std::string, int> last_call_;
};

}  // namespace muster::policy
