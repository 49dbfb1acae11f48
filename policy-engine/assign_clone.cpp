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

namespace {

int sign(bool a_first, bool b_first) { return a_first == b_first ? 0 : a_first ? -1 : 1; }


// Where the instance is, if it may be there.
NodeIx allowed_home(const Model& m, RscIx r) {
    const Resource& res = m.rsc(r);
    if (res.running_on.empty()) return kNone;
    const NodeIx n = res.running_on.front();
    const std::int32_t s = m.scores[static_cast<std::size_t>(r) * m.nodes.size() + static_cast<std::size_t>(n)];
    return s == kAbsent || s < 0 ? kNone : n;
}

bool any_failed(const Model& m, RscIx r) {
    if (m.rsc(r).failed) return true;
    const auto& children = m.rsc(r).children;
    return std::any_of(children.begin(), children.end(), [&](RscIx c) { return any_failed(m, c); });
}

}  // namespace

// Which of two instances is placed first: those that are well where they are before those that are not.
bool CloneAssigner::better(RscIx a, RscIx b) { return compare(a, b) < 0; }

int CloneAssigner::compare(RscIx a, RscIx b) {
    const Resource &x = m_.rsc(a), &y = m_.rsc(b);
    const bool xa = !x.running_on.empty(), ya = !y.running_on.empty();
    if (xa && ya && x.running_on.size() != y.running_on.size()) return x.running_on.size() < y.running_on.size() ? -1 : 1;
    const NodeIx home_x = allowed_home(m_, a), home_y = allowed_home(m_, b);
    if (int c = sign(!xa || home_x != kNone, !ya || home_y != kNone); c != 0) return c;
    if (x.priority != y.priority) return x.priority > y.priority ? -1 : 1;
    if (home_x == kNone && home_y == kNone) return 0;
    if (int c = sign(home_x != kNone, home_y != kNone); c != 0) return c;
    if (int c = sign(m_.node(home_x).available(), m_.node(home_y).available()); c != 0) return c;
    if (int c = sign(!any_failed(m_, a), !any_failed(m_, b)); c != 0) return c;
    const std::int32_t wx = colocated_score(a, home_x), wy = colocated_score(b, home_y);
    if (wx != wy) return wx > wy ? -1 : 1;
    return x.id.compare(y.id);
}

// How much the dependents would like the instance where it is.
std::int32_t CloneAssigner::colocated_score(RscIx instance, NodeIx n) {
    Row row = p_.row_of(instance);
    m_.rsc(instance).merging = true;
    for (int ix : dependents_of(m_, instance))
        p_.add_dependents(instance, m_.colocations[static_cast<std::size_t>(ix)], row, true);
    m_.rsc(instance).merging = false;
    return row[static_cast<std::size_t>(n)];
}

namespace {

using Saved = std::vector<std::pair<RscIx, Row>>;

void save(const Placer& p, const Model& m, RscIx r, Saved& out) {
    out.emplace_back(r, p.row_of(r));
    for (RscIx c : m.rsc(r).children) save(p, m, c, out);
}

void ban(Model& m, RscIx r, NodeIx n) {
    if (m.score(r, n) != kAbsent) m.score(r, n) = -kInf;
    for (RscIx c : m.rsc(r).children) ban(m, c, n);
}

}  // namespace

// Nodes that are full, or out of the question for the clone, are no choice for an instance.
NodeIx CloneAssigner::try_assign(RscIx instance, NodeIx prefer, int max_per_node) {
    for (NodeIx n = 0; n < m_.node_count(); ++n) {
        const bool full = count_[static_cast<std::size_t>(n)] >= max_per_node;
        if (full || !may_host(n)) ban(m_, instance, n);
    }
    const NodeIx n = p_.assign(instance, prefer);
    if (n != kNone) ++count_[static_cast<std::size_t>(n)];
    return n;
}

bool CloneAssigner::may_host(NodeIx n) const {
    const std::int32_t s = m_.score(clone_, n);
    return s != kAbsent && s >= 0 && m_.node(n).available();
}

// An active instance stays, unless so many nodes are better that none is left over for its own.
bool CloneAssigner::stay(RscIx instance, NodeIx home, int max_per_node, int left) {
    if (!may_host(home)) return false;
    const std::vector<int> count = count_;
    Saved saved;
    save(p_, m_, instance, saved);
    for (int reserved = 0; reserved < left; ++reserved) {
        const NodeIx n = try_assign(instance, home, max_per_node);
        if (n == home) {
            count_ = count;
            ++count_[static_cast<std::size_t>(home)];
            return true;
        }
        p_.unassign(instance);
        for (const auto& [r, row] : saved) p_.set_row(r, row);
        if (n == kNone) break;
        // One of the others may take that node: this one tries again without it.
    }
    count_ = count;
    return false;
}

NodeIx CloneAssigner::preferred(RscIx instance, int optimal) const {
    const Resource& i = m_.rsc(instance);
    if (i.running_on.empty() || any_failed(m_, instance)) return kNone;
    const NodeIx n = i.running_on.front();
    if (!m_.node(n).available() || count_[static_cast<std::size_t>(n)] >= optimal) return kNone;
    return n;
}

void CloneAssigner::distribute(std::vector<RscIx> instances, int max_total, int max_per_node) {
    count_.assign(m_.nodes.size(), 0);
    std::stable_sort(instances.begin(), instances.end(), [&](RscIx a, RscIx b) { return better(a, b); });
    int available = 0;
    for (NodeIx n = 0; n < m_.node_count(); ++n)
        if (may_host(n)) ++available;
    int optimal = max_per_node;
    if (available > 0) optimal = std::min(max_per_node, std::max(1, max_total / available));
    int assigned = 0;
    for (RscIx i : instances) {
        if (assigned >= max_total) break;
        const NodeIx home = preferred(i, optimal);
        if (home != kNone && stay(i, home, max_per_node, max_total - assigned)) ++assigned;
    }
    for (RscIx i : instances) {
        if (!m_.rsc(i).provisional) continue;
        if (assigned < max_total) {
            if (try_assign(i, kNone, max_per_node) != kNone) ++assigned;
            continue;
        }
        for (NodeIx n = 0; n < m_.node_count(); ++n) ban(m_, i, n);
        p_.assign(i);
    }
}

}  // namespace muster::policy
