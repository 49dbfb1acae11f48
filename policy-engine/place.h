// Placement: which node each resource is assigned to, and which instances are promoted.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "policy-engine/constraints.h"
#include "policy-engine/model.h"

namespace muster::policy {

using Row = std::vector<std::int32_t>;  // a resource's scores, by node

class Placer {
  public:
    explicit Placer(Model& m) : m_{m} {}
    void run();

    NodeIx assign(RscIx r, NodeIx prefer = kNone, bool undo_if_elsewhere = false);
    // Mandatory and optional colocation of a dependent with a primary that is assigned.
    void colocate(RscIx dependent, RscIx primary, const Colocation& c);
    // What the dependents of a primary would like, added to the primary's scores.
    void add_dependents(RscIx primary, const Colocation& c, Row& row, bool only_positive = false);
    bool usable(NodeIx n, std::int32_t score) const;
    Row row_of(RscIx r) const;
    void set_row(RscIx r, const Row& row);

  private:
    friend class CloneAssigner;
    void prepare();
    void keep_off_remote_nodes();
    void apply_health();
    void apply_locations(const std::vector<Location>& locations);
    void apply_bans();
    void apply_location(RscIx r, const Location& loc, bool zero, std::set<RscIx>* seen = nullptr);
    void apply_stickiness(RscIx r);
    void apply_threshold(RscIx r, NodeIx n);
    void shutdown_locks();
    void exclusive(RscIx r);
    void assign_primitive(RscIx r, NodeIx prefer);
    void assign_group(RscIx r, NodeIx prefer);
    void assign_clone(RscIx r);
    void assign_bundle(RscIx r);
    void apply_primary(RscIx dependent, const Colocation& c);
    void bind_with_members(RscIx r);
    void merge(RscIx source, RscIx target, const Colocation* c, double factor, Row& row, bool only_positive, int depth);
    bool banned_with_group(RscIx r, NodeIx n) const;
    bool add_matching(RscIx source, const std::string& attribute, double factor, Row& row, bool only_positive);
    NodeIx choose(RscIx r, NodeIx prefer);
    void finish(RscIx r, NodeIx n);
    void settle_remote(const Resource& connection);
    void unassign(RscIx r);
    void log_scores(RscIx r);
    void miss(RscIx dependent, const Colocation& c);
    void colocate_primitive(RscIx dependent, RscIx primary, const Colocation& c);
    void colocate_clone(RscIx dependent, RscIx clone, const Colocation& c);
    void colocate_interleaved(RscIx dependent, RscIx clone, const Colocation& c);
    void bind_to_instances(RscIx dependent, const Resource& clone, const std::set<NodeIx>& where, const Colocation& c);
    void weigh_instances(RscIx dependent, const std::set<NodeIx>& where, const Colocation& c);
    std::vector<NodeIx> likely_nodes(RscIx dependent, RscIx whole) const;
    bool any_usable(const std::int32_t* row) const;
    int compare_capacity(const Node& a, const Node& b) const;
    NodeIx drop_full_nodes(RscIx r);  // the node to prefer, if not all fit
    void order_by_scores();
    void merge_scores(RscIx r, double factor, Row& row, bool as_primary) const;
    void merge_primaries(RscIx r, double factor, Row& row, std::set<RscIx>& seen);

    Model& m_;
    std::vector<RscIx> queue_;
};

// Instances of clones: distribution and promotion.
class CloneAssigner {
  public:
    CloneAssigner(Placer& p, Model& m, RscIx clone) : p_{p}, m_{m}, clone_{clone} {}
    void run();
    void distribute(std::vector<RscIx> instances, int max_total, int max_per_node);
    void promote();
    void add_promotion_scores();

  private:
    NodeIx try_assign(RscIx instance, NodeIx prefer, int max_per_node);
    bool stay(RscIx instance, NodeIx home, int max_per_node, int left);
    bool may_host(NodeIx n) const;
    bool better(RscIx a, RscIx b);
    int compare(RscIx a, RscIx b);
    std::int32_t colocated_score(RscIx instance, NodeIx n);
    int promotion_score(RscIx instance, NodeIx n, bool& has) const;
    void promotion_priorities();
    void weigh_nodes();
    bool score_applies(RscIx instance, NodeIx n) const;
    NodeIx preferred(RscIx instance, int optimal) const;
    bool can_promote(RscIx instance);
    void promoted_colocations(RscIx instance);
    Placer& p_;
    Model& m_;
    RscIx clone_;
    std::vector<int> count_, promoted_;      // by node
    std::map<RscIx, std::int32_t> weight_;  // of the instances, for the order of promotion
};

// The lone primitive inside: an instance itself, or the first member of a cloned group.
inline NodeIx location_now(const Model& m, RscIx r) {
    const Resource* x = &m.rsc(r);
    return x->running_on.empty() ? kNone : x->running_on.front();
}
// Where it is after placement (a group: where its first assigned member is).
NodeIx location_next(const Model& m, RscIx r);
bool role_matches(const Model& m, RscIx r, Role wanted, bool next);

// Why it has no node, in one sentence.
std::string why_nowhere(const Model& m, RscIx r);

}  // namespace muster::policy
