// What `crm status` says, as values: services, problems, safety, what happens now.  Built from the document, the
// planner's view of it and its plan; nothing is guessed: what is not known is not said.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "cib/model/cib.h"
#include "policy-engine/cluster_view.h"
#include "policy-engine/plan.h"

namespace muster::crm::status {

// What only the running cluster knows.
struct FencingNow {
    std::string target, state, executor, reason, error;
    std::uint32_t attempt = 1;
};
struct LiveFacts {
    bool live = false;
    std::string dc;
    std::vector<FencingNow> fencing;       // in progress, or failed and tried again: the newest attempt for each node
    std::vector<std::string> waiting;      // why nothing happens yet
    std::uint32_t actions_total = 0;
    std::uint32_t actions_done = 0;
    std::uint32_t actions_in_flight = 0;
    bool idle = true;
};

// A node is lost: which services would be down afterwards.  Found by planning that loss.
struct LossAnswer {
    std::string node;
    std::vector<std::string> moves;  // "web -> node2"
    std::vector<std::string> down;   // services without a place
};

enum class Health : std::uint8_t { up, partial, down, off, busy };  // off: stopped on purpose; busy: starting

struct Service {
    std::string id;
    std::string kind;    // group, clone, promotable, bundle, primitive
    Health health = Health::up;
    std::string state;   // "up", "2 of 3 up", "DOWN", "off", "starting"
    std::string where;
    std::optional<std::int64_t> since_s;  // how long it has been so
    std::string remark;  // unmanaged, maintenance, blocked
};

struct Problem {
    std::string text;                // cause
    std::vector<std::string> more;   // consequence, remedy
    bool serious = true;             // else a warning: all is well now
};

struct NodeLine {
    std::string name, state;
    bool bad = false;
    std::vector<std::string> resources;
};

enum class Verdict : std::uint8_t { fine = 0, degraded = 1, down = 2, unsafe = 3 };

struct Screen {
    std::string cluster;
    WallTime now;
    Verdict verdict = Verdict::fine;
    std::string verdict_text;
    bool have_quorum = true;
    std::size_t nodes_online = 0;
    std::vector<Service> services;
    std::vector<Problem> wrong;
    std::vector<std::string> displaced;   // bans and wishes of move and ban
    std::vector<std::string> safety;
    std::vector<LossAnswer> losses;
    std::optional<std::string> losses_left_out;  // why nothing is said of lost nodes
    std::vector<std::string> doing;
    std::vector<std::string> paused;
    std::vector<NodeLine> nodes;
};

struct Input {
    const cib::Cib& cib;
    const policy::ClusterView& view;
    const policy::Plan& plan;
    const LiveFacts& facts;
    WallTime now;
};
Screen build(const Input& input);

// Exit status of `crm status`.
int exit_status(const Screen& screen);

struct TextOptions {
    int width = 80;
    bool color = false;
    bool by_node = false;
    bool verbose = false;  // all lines of long lists
    bool brief = false;    // headline and services only
    bool headline_only = false, no_headline = false;
};
std::string text(const Screen& screen, const TextOptions& options);
// Schema "muster-status", version 1: doc/status-json.md.
std::string json(const Screen& screen);
std::string xml(const Screen& screen);

std::string duration_text(std::int64_t seconds);  // "34 s", "12 min", "6 d 4 h"

// For build(); a part each.
std::vector<Service> services(const Input& input);
std::vector<Problem> problems(const Input& input, const std::vector<Service>& services);
void safety(const Input& input, Screen& screen);
// `left_out` says why there is no answer.
std::vector<LossAnswer> node_losses(const Input& input, std::optional<std::string>& left_out);
std::optional<std::string> property(const cib::Cib& cib, const std::string& name);
bool is_fence_device(const policy::ResourceView& r);

}  // namespace muster::crm::status
