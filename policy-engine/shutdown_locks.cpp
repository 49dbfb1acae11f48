// Resources of a node that was shut down in order stay with it until it returns or the limit is over (Pacemaker Explained,
// "Cluster Options": shutdown-lock).
#include "base/text.h"
#include "policy-engine/place.h"

namespace muster::policy {
namespace {

// Clones and bundles have other instances, fence devices must be available, connections follow their nodes.
bool may_be_locked(const Model& m, RscIx r) {
    const Resource& res = m.rsc(r);
    if (res.kind != RscKind::primitive || res.is_fence_device || res.is_remote_connection || res.removed) return false;
    for (RscIx p = res.parent; p != kNone; p = m.rsc(p).parent) {
        if (m.rsc(p).kind == RscKind::clone || m.rsc(p).kind == RscKind::bundle) return false;
    }
    return true;
}

// A lock that an earlier plan left in the node's history.
void recall(Model& m) {
    for (const auto& [where, history] : m.history.all()) {
        for (const auto& extra : history->extra) {
            if (extra.name != "shutdown-lock") continue;
            Resource& res = m.rsc(where.first);
            res.lock_node = where.second;
            res.lock_time = parse_int(extra.value).value_or(0);
        }
    }
}

// Running on one node, which is about to shut down.
void begin(Model& m, Resource& res) {
    if (res.running_on.size() != 1 || !m.node(res.current()).shutdown || m.node(res.current()).unclean) return;
    const Node& n = m.node(res.current());
    res.lock_node = res.current();
    const auto asked = n.attrs.find("shutdown");
    res.lock_time = asked == n.attrs.end() ? 0 : parse_int(asked->second).value_or(0);
    if (res.lock_time <= 0) res.lock_time = m.now.to_seconds();
    res.lock_active = true;
}

// Back again, recovered elsewhere, or kept for too long.
bool over(Model& m, Resource& res) {
    const Node& n = m.node(res.lock_node);
    if (n.online && !n.shutdown) return true;
    if (!res.running_on.empty() && res.current() != res.lock_node) return true;
    if (m.config.shutdown_lock_limit_ms <= 0) return false;
    const WallTime end = WallTime::from_seconds(res.lock_time) + milliseconds{m.config.shutdown_lock_limit_ms};
    if (m.now >= end) return true;
    if (!m.recheck_at || end < *m.recheck_at) m.recheck_at = end;
    return false;
}

}  // namespace

void Placer::shutdown_locks() {
    if (!m_.config.shutdown_lock) return;
    recall(m_);
    for (RscIx r = 0; r < static_cast<RscIx>(m_.resources.size()); ++r) {
        if (!may_be_locked(m_, r)) continue;
        Resource& res = m_.rsc(r);
        if (res.lock_node == kNone) begin(m_, res);
        if (res.lock_node == kNone) continue;
        if (over(m_, res)) {
            res.lock_node = kNone;
            res.lock_active = false;
            continue;
        }
        for (NodeIx n = 0; n < m_.node_count(); ++n) {
            if (n != res.lock_node && m_.score(r, n) != kAbsent) {
                m_.add_score(r, n, -kInf, "shutdown-lock", "locked to " + m_.node(res.lock_node).name);
            }
        }
    }
}

}  // namespace muster::policy
