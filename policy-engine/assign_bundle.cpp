// Bundles: containers are spread like a clone's instances; what is inside follows its own container.
#include "policy-engine/place.h"

namespace muster::policy {

void Placer::assign_bundle(RscIx r) {
    log_scores(r);
    CloneAssigner c{*this, m_, r};
    {
        const BundleInfo& info = *m_.rsc(r).bundle;
        c.distribute(m_.rsc(r).children, info.replicas, info.per_host);
    }
    for (std::size_t i = 0; i < m_.rsc(r).bundle->list.size(); ++i) {
        const BundleReplica rep = m_.rsc(r).bundle->list[i];
        if (rep.ip != kNone) assign(rep.ip, m_.rsc(rep.container).assigned);
        if (rep.remote == kNone) continue;
        const NodeIx host = m_.rsc(rep.container).assigned;
        if (host != kNone && m_.node(host).is_remote() && m_.node(host).remote_rsc != kNone) {
            // A container on a remote node is reached from where that node is.
            Colocation bound;
            bound.id = "#connection-with-connection";
            bound.dependent = rep.remote;
            bound.primary = m_.node(host).remote_rsc;
            bound.score = kInf;
            apply_primary(rep.remote, bound);
        }
        assign(rep.remote, host);
    }
    RscIx clone = m_.rsc(r).bundle->child_clone;
    if (clone != kNone) {
        for (std::size_t i = 0; i < m_.rsc(r).bundle->list.size(); ++i) {
            const BundleReplica rep = m_.rsc(r).bundle->list[i];
            if (rep.child == kNone) continue;
            for (NodeIx n = 0; n < m_.node_count(); ++n) m_.score(rep.child, n) = n == rep.node ? 0 : -kInf;
            if (rep.node != kNone && m_.score(clone, rep.node) != kAbsent) m_.score(clone, rep.node) = 0;
            if (rep.node != kNone) m_.score(clone, rep.node) = 0;
            if (rep.node != kNone) m_.add_score(rep.child, rep.node, kInf, "bundle");
        }
        assign(clone);
    }
    for (RscIx child : m_.rsc(r).children)
        if (m_.rsc(child).assigned != kNone && m_.rsc(r).assigned == kNone) m_.rsc(r).assigned = m_.rsc(child).assigned;
    m_.rsc(r).provisional = false;
}

}  // namespace muster::policy
