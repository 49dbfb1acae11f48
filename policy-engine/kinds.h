// What the planner's tables are made of: ids, scores, and what nodes, resources and policies may be.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/score.h"

namespace muster::policy {

using NodeIx = int;  // position in Model::nodes
using RscIx = int;   // position in Model::resources
constexpr int kNone = -1;

// Scores inside tables: plain integers with the rules of base/score.h; kAbsent: the node is not in the table at all.
constexpr std::int32_t kInf = Score::kInfinity;
constexpr std::int32_t kAbsent = INT32_MIN;
inline std::int32_t add_scores(std::int32_t a, std::int32_t b) { return (Score{a} + Score{b}).value(); }

using StringMap = std::map<std::string, std::string, std::less<>>;

enum class NodeKind : std::uint8_t { member, remote, guest };
enum class RscKind : std::uint8_t { primitive, group, clone, bundle };
enum class Role : std::uint8_t { unknown, stopped, started, unpromoted, promoted };
enum class OnFail : std::uint8_t {
    ignore, demote, recover, block, stop, ban, restart_container, standby, fence, reset_remote
};
enum class MultipleActive : std::uint8_t { stop_start, block, stop_only, stop_unexpected };
enum class QuorumPolicy : std::uint8_t { stop, freeze, ignore, demote, fence };
enum class Discovery : std::uint8_t { always, never, exclusive };

std::string_view role_text(Role r);
Role parse_role(std::string_view text);

}  // namespace muster::policy
