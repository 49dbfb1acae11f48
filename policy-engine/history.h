// What one node's history says about one resource; shared by unpack_history.cpp, which walks over the nodes, and the
// parts that it asks, named below.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy-engine/model.h"

namespace muster::policy {

namespace rc {
constexpr int ok = 0, error = 1, args = 2, unimplemented = 3, privilege = 4, not_installed = 5, not_configured = 6,
              not_running = 7, promoted = 8, failed_promoted = 9, degraded = 190, degraded_promoted = 191, unknown = 193;
}
namespace exec {
constexpr int pending = -1, done = 0, cancelled = 1, timed_out = 2, not_supported = 3, failed = 4, error_hard = 5,
              error_fatal = 6, not_installed = 7, not_connected = 8, invalid = 9;
}

constexpr std::string_view kRemoteReset = "remote reset";  // why a connection stays down: until its failure is forgotten

struct OpState {  // one operation as the planner takes it
    const cib::OpRecord* op = nullptr;
    NodeIx node = kNone;
    RscIx rsc = kNone;
    int rc = 0, status = 0, target_rc = -1;
    bool probe = false;
};

struct Progress {  // over the operations of one resource on one node
    OnFail on_fail = OnFail::ignore;
    bool failed_once = false;
};

// Whose it is (history_owner.cpp).
RscIx owner_of(Model& m, const cib::ResourceHistory& h, NodeIx node);  // kNone: configured no more
RscIx removed_resource(Model& m, const cib::ResourceHistory& h);
void bind_removed(Model& m);

// Its records (history_records.cpp).
int target_rc_of(const cib::OpRecord& op);
bool newer(const cib::OpRecord& a, const cib::OpRecord& b);
std::vector<const cib::OpRecord*> sorted_ops(const cib::ResourceHistory& h);
const cib::OpRecord* find_record(const Model& m, NodeIx n, std::string_view history_id, std::string_view operation,
                                 std::string_view source = {});

// What a record means (history_answer.cpp), and what it did (history_ops.cpp).
OpState answer_of(Model& m, const cib::OpRecord& op, RscIx r, NodeIx n);
bool expired(Model& m, const OpState& s, std::string& why_clear);
void unpack_op(Model& m, const cib::OpRecord& op, RscIx r, NodeIx n, Progress& p);
void set_active(const Model& m, Resource& r);

// What all of them mean in the end (history_effects.cpp).
void add_running(Model& m, RscIx r, NodeIx n);
void migration_succeeded(Model& m, OpState& s);
void migrate_to_failed(Model& m, OpState& s);
void migrate_from_failed(Model& m, OpState& s);
void finish_state(Model& m, RscIx r, NodeIx n, OnFail on_fail);

void unpack_remote_states(Model& m);

}  // namespace muster::policy
