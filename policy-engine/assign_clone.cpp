// Clones: instances keep the nodes they have, the rest are spread evenly (Pacemaker Explained, "Clones").
#include <algorithm>

#include "policy-engine/place.h"

namespace muster::policy {

void Placer::assign_clone(RscIx r) {
    CloneAssigner c{*this, m_, r};
    for (int ix : primaries_of(m_, r)) assign(m_.colocations[static_cast<std::size_t>(ix)].primary);
    {
        Row row = row_of(r);
        for (int ix : dependents_of(m_, r)) add_dependents(r, m_.colocations[static_cast<std::size_t>(ix)], row, true);
        set_row(r, row);
    }
    log_scores(r);
    c.run();
    m_.rsc(r).provisional = false;
}

void CloneAssigner::run() {
    Resource& c = m_.rsc(clone_);
    if (c.promotable) add_promotion_scores();
    distribute(c.children, c.clone_max, c.clone_node_max);
    if (c.promotable) promote();
    Resource& done = m_.rsc(clone_);
    for (RscIx i : done.children)
        if (NodeIx n = location_next(m_, i); n != kNone && done.assigned == kNone) done.assigned = n;
}

// Which of two instances is placed first.
bool CloneAssigner::better(RscIx a, RscIx b) {
    const Resource &x = m_.rsc(a), &y = m_.rsc(b);
    bool xa = !x.running_on.empty(), ya = !y.running_on.empty();
    if (m_.rsc(clone_).unique || true) {
        if (xa && ya && x.running_on.size() != y.running_on.size()) return x.running_on.size() < y.running_on.size();
        if (xa != ya) return xa;
    }
    auto usable_now = [&](const Resource& r, RscIx i) {
        NodeIx n = r.running_on.front();
        return p_.usable(n, m_.score(i, n));
    };
    if (xa && ya) {
        bool ux = usable_now(x, a), uy = usable_now(y, b);
        if (ux != uy) return ux;
    }
    if (x.priority != y.priority) return x.priority > y.priority;
    Role rx = x.role, ry = y.role;
    for (RscIx c : x.children) rx = std::max(rx, m_.rsc(c).role);
    for (RscIx c : y.children) ry = std::max(ry, m_.rsc(c).role);
    if (rx != ry && xa && ya) return rx > ry;
    if (xa && ya) {
        NodeIx nx = x.running_on.front(), ny = y.running_on.front();
        int cx = 0, cy = 0;
        for (RscIx i : m_.rsc(clone_).children) {
            if (runs_on(m_.rsc(i), nx)) ++cx;
            if (runs_on(m_.rsc(i), ny)) ++cy;
        }
        if (cx != cy) return cx < cy;
    }
    if (x.failed != y.failed) return y.failed;
    if (xa && ya) {
        auto weight = [&](RscIx i) {
            Row row = p_.row_of(i);
            m_.rsc(i).merging = true;
            for (int ix : dependents_of(m_, i)) p_.add_dependents(i, m_.colocations[static_cast<std::size_t>(ix)], row, true);
            m_.rsc(i).merging = false;
            return row[static_cast<std::size_t>(m_.rsc(i).running_on.front())];
        };
        std::int32_t wx = weight(a), wy = weight(b);
        if (wx != wy) return wx > wy;
    }
    return x.instance < y.instance;
}

bool CloneAssigner::try_assign(RscIx instance, NodeIx prefer, int max_per_node) {
    std::vector<std::pair<RscIx, Row>> saved;
    auto save = [&](RscIx r) { saved.emplace_back(r, p_.row_of(r)); };
    save(instance);
    for (RscIx c : m_.rsc(instance).children) save(c);
    for (NodeIx n = 0; n < m_.node_count(); ++n) {
        bool full = count_[static_cast<std::size_t>(n)] >= max_per_node;
        auto& own = m_.score(clone_, n);
        bool closed = own != kAbsent && own < 0 && false;
        if (!full && !closed) continue;
        for (auto& [r, row] : saved)
            if (m_.score(r, n) != kAbsent) m_.score(r, n) = -kInf;
    }
    NodeIx n = p_.assign(instance, prefer);
    if (prefer != kNone && n != prefer) {
        p_.unassign(instance);
        for (auto& [r, row] : saved) p_.set_row(r, row);
        return false;
    }
    if (n != kNone) ++count_[static_cast<std::size_t>(n)];
    return n != kNone;
}

NodeIx CloneAssigner::preferred(RscIx instance, int optimal) const {
    const Resource& i = m_.rsc(instance);
    if (i.running_on.empty()) return kNone;
    NodeIx n = i.running_on.front();
    if (i.partial_target != kNone) n = i.partial_target;
    if (!m_.node(n).available()) return kNone;
    RscIx first = i.is_collective() && !i.children.empty() ? i.children.front() : instance;
    if (!p_.usable(n, m_.score(first, n))) return kNone;
    if (count_[static_cast<std::size_t>(n)] >= optimal) return kNone;
    return n;
}

void CloneAssigner::distribute(std::vector<RscIx> instances, int max_total, int max_per_node) {
    count_.assign(m_.nodes.size(), 0);
    std::stable_sort(instances.begin(), instances.end(), [&](RscIx a, RscIx b) { return better(a, b); });
    int available = 0;
    for (NodeIx n = 0; n < m_.node_count(); ++n) {
        std::int32_t s = m_.score(clone_, n);
        if (s != kAbsent && s >= 0 && m_.node(n).available()) ++available;
    }
    int optimal = max_per_node;
    if (available > 0) optimal = std::min(max_per_node, std::max(1, max_total / available));
    int assigned = 0;
    for (RscIx i : instances) {
        if (assigned >= max_total) break;
        NodeIx n = preferred(i, optimal);
        if (n == kNone) continue;
        if (try_assign(i, n, max_per_node)) ++assigned;
    }
    for (RscIx i : instances) {
        if (!m_.rsc(i).provisional) continue;
        bool may = assigned < max_total;
        if (!may) {
            auto ban = [&](RscIx r) {
                for (NodeIx n = 0; n < m_.node_count(); ++n)
                    if (m_.score(r, n) != kAbsent) m_.add_score(r, n, -kInf, "clone-max");
            };
            ban(i);
            for (RscIx c : m_.rsc(i).children) ban(c);
            p_.assign(i);
            continue;
        }
        if (try_assign(i, kNone, max_per_node)) ++assigned;
    }
}

}  // namespace muster::policy
