// Tickets: what depends on one runs only while this site holds it (Pacemaker Explained, "Multi-site Clusters and Tickets").
#include "policy-engine/actions.h"

namespace muster::policy {
namespace {

void forbid(Model& m, RscIx r, const TicketConstraint& t, std::string_view why) {
    for (NodeIx n = 0; n < m.node_count(); ++n) {
        Location loc;
        loc.id = t.id;
        loc.resource = r;
        loc.scores.push_back({std::string{why}, n, -kInf});
        m.locations.push_back(std::move(loc));
    }
}

// Promotion is out of the question; instances may stay.
void forbid_promotion(Model& m, RscIx r, const TicketConstraint& t) {
    Location loc;
    loc.id = t.id;
    loc.resource = r;
    loc.role = Role::promoted;
    for (NodeIx n = 0; n < m.node_count(); ++n) loc.scores.push_back({t.id, n, -kInf});
    m.locations.push_back(std::move(loc));
}

void lost(Model& m, RscIx r, const TicketConstraint& t) {
    bool promoted_only = t.role == Role::promoted;
    if (t.loss_policy == "freeze") {
        if (!promoted_only) forbid(m, r, t, "ticket " + t.ticket + " is lost");
        m.rsc(r).managed = false;
        m.rsc(r).blocked = true;
        m.rsc(r).block_reason = "ticket " + t.ticket + " is lost, loss-policy is freeze";
        return;
    }
    if (t.loss_policy == "fence") {
        if (!promoted_only) forbid(m, r, t, "ticket " + t.ticket + " is lost");
        else if (m.rsc(r).role != Role::promoted) return;  // an unpromoted instance may stay
        for (NodeIx n : std::vector<NodeIx>{m.rsc(r).running_on}) m.fence(n, "ticket " + t.ticket + " was lost, loss-policy is fence");
        return;
    }
    if (t.loss_policy == "demote" && promoted_only) return;
    forbid(m, r, t, "ticket " + t.ticket + " is lost");
}

void apply(Model& m, RscIx r, const TicketConstraint& t, const Ticket& ticket) {
    for (RscIx c : std::vector<RscIx>{m.rsc(r).children}) apply(m, c, t, ticket);
    if (!m.rsc(r).children.empty()) return;
    bool promoted_only = t.role == Role::promoted;
    if (!ticket.granted && !m.rsc(r).running_on.empty()) lost(m, r, t);
    else if (!promoted_only || t.loss_policy == "stop") forbid(m, r, t, ticket.granted ? "ticket is in standby" : "ticket is not granted");
}

}  // namespace

void prepare_tickets(Model& m) {
    for (const auto& t : m.ticket_constraints) {
        auto it = m.tickets.find(t.ticket);
        static const Ticket kUnknown;
        const Ticket& ticket = it == m.tickets.end() ? kUnknown : it->second;
        if (ticket.granted && !ticket.standby) continue;
        apply(m, t.resource, t, ticket);
        if (t.role == Role::promoted) forbid_promotion(m, t.resource, t);
    }
}

}  // namespace muster::policy
