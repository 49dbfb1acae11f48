#include "policy-engine/playback.h"

#include <algorithm>

#include "policy-engine/graph_check.h"
#include "policy-engine/playback_history.h"

namespace muster::policy {
namespace {

std::string_view known_as(const Action& a) { return a.history_id.empty() ? a.resource : a.history_id; }

std::string_view attribute(const Action& a, std::string_view name) {
    for (const auto& [n, value] : a.attributes) {
        if (n == name) return value;
    }
    return {};
}

const OperationFault* fault_of(const Action& a, const std::vector<OperationFault>& faults) {
    for (const OperationFault& f : faults) {
        const bool same_resource = f.resource == a.resource || f.resource == known_as(a);
        if (same_resource && f.task == a.task && f.interval == a.interval && f.node == a.node) return &f;
    }
    return nullptr;
}

class Player {
  public:
    Player(Playback& out, const PlaybackOptions& options)
        : out_{out}, options_{options}, status_{out.cib, options.now, options.transition_id} {}

    // False: it failed.
    bool carry_out(const Action& a) {
        switch (a.kind) {
            case ActionKind::resource: return resource(a);
            case ActionKind::fencing: return fence(a);
            case ActionKind::cluster: return cluster(a), true;
            case ActionKind::pseudo: return milestone(a), true;
        }
        return true;
    }

    void finish() {
        if (!options_.leave_on_shutdown) return;
        for (const std::string& uname : leaving_) status_.node_down(uname);
    }

  private:
    bool resource(const Action& a) {
        if (a.task == "notify") return true;  // leaves no entry
        if (a.task == "cancel") {
            status_.forget_operation(a.node, known_as(a), a.key);
            return true;
        }
        if (a.task == "delete" || a.task == "lrm_delete") {
            status_.forget_resource(a.node, known_as(a));
            return true;
        }
        const OperationFault* fault = fault_of(a, options_.faults);
        const int rc = fault != nullptr ? fault->rc : a.expected_rc;
        status_.record(a, rc);
        return rc == a.expected_rc;
    }

    bool fence(const Action& a) {
        const auto& bad = options_.failing_fencings;
        if (std::find(bad.begin(), bad.end(), a.node) != bad.end()) return false;
        if (attribute(a, "CRM_meta_stonith_action") == "on") {
            status_.set_transient(a.node, "#node-unfenced", std::to_string(options_.now.to_seconds()));
            return true;
        }
        status_.node_down(a.node);
        return true;
    }

    void cluster(const Action& a) {
        if (a.task == "clear_failcount") status_.forget_failures(a.node, known_as(a));
        else if (a.task == "lrm_delete") status_.forget_resource(a.node, known_as(a));
        else if (a.task == "do_shutdown") leaving_.push_back(a.node);
    }

    // A guest node is fenced by stopping its container: what ran inside is gone with it.
    void milestone(const Action& a) {
        if (a.task == "stonith" && !a.node.empty()) status_.node_down(a.node);
    }

    Playback& out_;
    const PlaybackOptions& options_;
    StatusEditor status_;
    std::vector<std::string> leaving_;
};

}  // namespace

Playback play(const cib::Cib& cib, const TransitionGraph& graph, const PlaybackOptions& options) {
    Playback out;
    out.cib = cib;
    Player player{out, options};
    std::vector<bool> blocked(graph.actions.size(), false);
    for (const int id : execution_order(graph)) {
        const Action& a = graph.actions[static_cast<std::size_t>(id)];
        const bool waits_in_vain = std::any_of(a.after.begin(), a.after.end(),
                                               [&](int before) { return blocked[static_cast<std::size_t>(before)]; });
        if (waits_in_vain) {
            blocked[static_cast<std::size_t>(id)] = true;
            out.skipped.push_back(id);
        } else if (player.carry_out(a)) {
            out.done.push_back(id);
        } else {
            blocked[static_cast<std::size_t>(id)] = true;
            out.failed.push_back(id);
        }
    }
    player.finish();
    return out;
}

void record(cib::Cib& cib, const OperationResult& result, WallTime now) {
    StatusEditor{cib, now, 0}.record(result);
}

}  // namespace muster::policy
