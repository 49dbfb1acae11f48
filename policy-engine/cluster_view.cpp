// The cluster as its status shows it, read by the planner's own first stage.
#include "policy-engine/cluster_view.h"

#include <algorithm>

#include "policy-engine/model.h"

namespace muster::policy {
namespace {

std::string shown_role(const Resource& r) {
    if (r.pending_task == "start" && r.start_pending) return "Starting";
    if (r.pending_task == "stop") return "Stopping";
    if (r.pending_task == "promote") return "Promoting";
    if (r.pending_task == "demote") return "Demoting";
    if (r.pending_task == "migrate_to" || r.pending_task == "migrate_from") return "Migrating";
    return std::string{role_text(r.role == Role::unknown ? Role::stopped : r.role)};
}

std::string_view kind_text(RscKind k) {
    switch (k) {
        case RscKind::group: return "group";
        case RscKind::clone: return "clone";
        case RscKind::bundle: return "bundle";
        case RscKind::primitive: break;
    }
    return "primitive";
}

ResourceView view_of(const Model& m, RscIx ix) {
    const Resource& r = m.rsc(ix);
    ResourceView v;
    v.id = r.id;
    v.kind = std::string{kind_text(r.kind)};
    if (r.def) v.klass = r.def->klass, v.provider = r.def->provider, v.type = r.def->type;
    v.role = r.is_collective() ? std::string{role_text(r.running_on.empty() ? Role::stopped : Role::started)} : shown_role(r);
    for (NodeIx n : r.running_on) v.nodes.push_back(m.node(n).name);
    v.unique = r.unique;
    v.promotable = r.promotable;
    v.managed = r.managed;
    v.removed = r.removed;
    v.failed = r.failed || r.failure_ignored;
    v.blocked = r.blocked;
    v.disabled = effective_target_role(m, r) == Role::stopped;
    if (r.bundle) {
        for (const auto& rep : r.bundle->list)
            for (RscIx c : {rep.ip, rep.child, rep.container, rep.remote})
                if (c != kNone) v.children.push_back(view_of(m, c));
        return v;
    }
    for (RscIx c : r.children) v.children.push_back(view_of(m, c));
    return v;
}

void collect(const Model& m, const ResourceView& v, std::vector<Placement>& out) {
    for (const auto& c : v.children) collect(m, c, out);
    if (v.kind != "primitive" || v.role == "Stopped") return;
    for (const auto& n : v.nodes) out.push_back({v.id, n, v.role});
}

void strip_anonymous(const ResourceView& v, bool anonymous, std::vector<Placement>& out) {
    bool here = anonymous || (v.kind == "clone" && !v.unique) || v.kind == "bundle";
    if (v.kind == "primitive" && v.role != "Stopped") {
        std::string id = anonymous ? strip_instance(v.id) : v.id;
        for (const auto& n : v.nodes) out.push_back({id, n, v.role});
    }
    for (const auto& c : v.children) strip_anonymous(c, here && c.kind == "primitive" ? true : here, out);
}

}  // namespace

ClusterView cluster_view(const cib::Cib& cib, WallTime now) {
    Model m;
    m.cib = &cib;
    m.now = now;
    m.index = cib::IdIndex{cib.configuration};
    unpack(m);
    ClusterView view;
    view.have_quorum = m.config.have_quorum;
    for (const Node& n : m.nodes) {
        NodeView v;
        v.name = n.name;
        v.id = n.id;
        v.kind = n.kind == NodeKind::member ? "member" : n.kind == NodeKind::remote ? "remote" : "guest";
        v.online = n.online;
        v.unclean = n.unclean;
        v.pending = n.pending;
        v.standby = n.standby;
        v.maintenance = n.maintenance || m.config.maintenance;
        v.shutdown = n.shutdown;
        v.is_dc = n.is_dc;
        view.nodes.push_back(std::move(v));
    }
    for (RscIx r : m.top) view.resources.push_back(view_of(m, r));
    return view;
}

std::vector<Placement> placement(const ClusterView& view) {
    std::vector<Placement> out;
    for (const auto& r : view.resources) strip_anonymous(r, false, out);
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace muster::policy
