// The stages in their order.
#include "policy-engine/plan.h"

#include <algorithm>

#include "base/result.h"
#include "policy-engine/actions.h"
#include "policy-engine/place.h"

namespace muster::policy {
namespace {

// Members of a group go together, each with the one before it.
void bind_groups(Model& m) {
    for (RscIx g = 0; g < static_cast<RscIx>(m.resources.size()); ++g) {
        if (m.rsc(g).kind != RscKind::group || !group_is(m.rsc(g), "collocated")) continue;
        RscIx last = kNone;
        for (RscIx c : std::vector<RscIx>{m.rsc(g).children}) {
            if (last != kNone) {
                Colocation link;
                link.id = "group " + m.rsc(g).id;
                link.dependent = c;
                link.primary = last;
                link.score = kInf;
                link.influence = m.rsc(c).critical;
                link.internal_group = true;
                add_colocation(m, link);
            }
            last = c;
        }
    }
}

void make_all(Actions& a) {
    Model& m = a.m;
    const auto count = static_cast<RscIx>(m.resources.size());
    for (RscIx r = 0; r < count; ++r)
        if (m.rsc(r).kind == RscKind::primitive) make_primitive(a, r);
    for (RscIx r = count - 1; r >= 0; --r)
        if (m.rsc(r).kind != RscKind::primitive) make_collective(a, r);
}

}  // namespace

void unpack(Model& m) {
    unpack_config(m);
    unpack_nodes(m);
    unpack_tags(m);
    unpack_tickets(m);
    unpack_resources(m);
    unpack_node_states(m);
    unpack_history(m);
    unpack_constraints(m);
}

namespace {

void unpack_and_place(Model& m, const cib::Cib& cib, WallTime now, const PlanOptions& options) {
    m.cib = &cib;
    m.now = now;
    m.options = options;
    m.index = cib::IdIndex{cib.configuration};
    unpack(m);
    bind_groups(m);
    bind_containers(m);
    check_history(m);
    prepare_tickets(m);
    Placer{m}.run();
}

void make_and_order(Actions& a) {
    const auto count = static_cast<RscIx>(a.m.resources.size());
    // About a probe for each resource and node; memory that is not used costs nothing.
    a.list.reserve(std::min(a.m.resources.size() * (a.m.nodes.size() + 4), std::size_t{1} << 17U));
    make_probes(a);
    make_all(a);
    apply_history_checks(a);
    for (RscIx r = 0; r < count; ++r) order_internally(a, r);
    for (RscIx r = 0; r < count; ++r)
        if (a.m.rsc(r).kind == RscKind::primitive) make_recurring(a, r);
    order_by_constraints(a);
    make_migrations(a);
    order_utilization(a);
    order_remote(a);
    make_fencing(a);
    delay_migrations(a);
    make_unfencing(a);
    order_probes(a);
    propagate(a);
    make_notifications(a);
    propagate(a);
}

}  // namespace

Plan plan(const cib::Cib& cib, WallTime now, const PlanOptions& options) {
    Plan out;
    Model m;
    unpack_and_place(m, cib, now, options);
    Actions a{m};
    make_and_order(a);
    out.broken_loops = break_loops(a);
    write_reasons(a, out);
    write_graph(a, out);
    out.messages = std::move(m.messages);
    out.scores = std::move(m.score_log);
    out.recheck_at = m.recheck_at;
    // No assertion in a user's cluster: it would be left without any plan.
    if (std::string problem = validate(out.graph); !problem.empty()) out.messages.push_back({true, "invalid graph: " + problem});
#ifdef MUSTER_CHECKED_PLANS
    MUSTER_ASSERT(validate(out.graph).empty());
#endif
    return out;
}

}  // namespace muster::policy
