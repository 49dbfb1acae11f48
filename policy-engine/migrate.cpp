// Live migration: migrate_to at the source, migrate_from at the target, then the stop at the source; the start is a
// milestone (Pacemaker Explained, "Migrating Resources").
#include <algorithm>

#include "policy-engine/actions.h"

namespace muster::policy {
namespace {

struct Move {
    RscIx rsc;
    NodeIx from, to;
    ActIx stop, start;
    bool partial = false;
};

bool candidate(Actions& a, RscIx r, Move& out) {
    const Model& m = a.m;
    const Resource& res = m.rsc(r);
    if (!res.migratable || !res.managed || res.failed || res.start_pending || res.blocked || res.next_role != Role::started) return false;
    if (res.role != Role::started || res.assigned == kNone) return false;
    if (!res.dangling_migrations.empty()) return false;  // what the one before left behind is stopped first
    out.rsc = r;
    out.to = res.assigned;
    out.partial = res.partial_target != kNone && res.partial_target == res.assigned && res.partial_source != kNone;
    if (!out.partial && res.running_on.size() != 1) return false;
    out.from = out.partial ? res.partial_source : res.running_on.front();
    if (out.from == out.to) return false;
    const Node &from = m.node(out.from), &to = m.node(out.to);
    if (!from.online || from.unclean || from.pending || !to.available()) return false;
    out.stop = a.find(r, Task::stop, out.from);
    out.start = a.find(r, Task::start, out.to);
    if (out.stop == kNone || out.start == kNone) return false;
    if (a.at(out.stop).optional || !a.at(out.start).runnable) return false;
    return true;
}

// What must be up first is itself taken down and up again: then this cannot stay up meanwhile.
bool hindered(const Actions& a, const Move& mv, const std::vector<Move>& all) {
    for (const Edge& e : a.at(mv.start).before) {
        const Act& before = a.at(e.other);
        if ((e.flags & edge::block) != 0 && !before.runnable && before.task == Task::start && before.rsc != mv.rsc) return true;
        if ((e.flags & edge::imply_then) == 0) continue;
        std::vector<ActIx> open{e.other};
        for (std::size_t k = 0; k < open.size() && k < 64; ++k) {
            const Act& first = a.at(open[k]);
            if (first.rsc == kNone || first.rsc == mv.rsc) continue;
            if (first.pseudo) {
                for (const Edge& d : first.before)
                    if (a.at(d.other).rsc != kNone && a.at(d.other).task == Task::start) open.push_back(d.other);
                continue;
            }
            if (first.task != Task::start || first.optional) continue;
            bool moves = std::any_of(all.begin(), all.end(), [&](const Move& o) { return o.rsc == first.rsc; });
            bool was_up = !a.m.rsc(first.rsc).running_on.empty();
            // A group comes up when all of it is down: this would have to have moved before what comes up before it.
            bool same_group = a.m.rsc(first.rsc).parent != kNone && a.m.rsc(first.rsc).parent == a.m.rsc(mv.rsc).parent;
            if (!moves && (was_up || same_group)) return true;
        }
    }
    return false;
}

// A group or clone around the resource: its milestones wait for the stop, which comes last here.
bool around(const Model& m, RscIx outer, RscIx r) {
    for (RscIx p = m.rsc(r).parent; p != kNone; p = m.rsc(p).parent)
        if (p == outer) return true;
    return false;
}

// Of a collective: any of its members.
bool comes_up(const Actions& a, RscIx r) {
    const Resource& res = a.m.rsc(r);
    if (!res.is_collective()) {
        const auto starts = a.find_all(r, Task::start);
        return std::any_of(starts.begin(), starts.end(), [&](ActIx s) { return !a.at(s).optional; });
    }
    return std::any_of(res.children.begin(), res.children.end(), [&](RscIx c) { return comes_up(a, c); });
}

void take_back(Actions& a, ActIx first, Edge& e) {
    e.flags |= edge::off;
    for (Edge& back : a.at(e.other).before)
        if (back.other == first) back.flags |= edge::off;
}

// What is first in an order and restarts is up again before the migration begins; so it cannot wait with its stop for the
// stop at the source, which is the migration's end.  Nor does what is first in a merely optional order wait for it.
void free_restarts(Actions& a, const Move& mv, const std::vector<Move>& all) {
    for (Edge& e : a.at(mv.stop).after) {
        const Act& other = a.at(e.other);
        if (other.task == Task::cancel && other.rsc == mv.rsc) take_back(a, mv.stop, e);  // nor what ends at the source
        if (other.task != Task::stop || other.rsc == kNone || other.rsc == mv.rsc || around(a.m, other.rsc, mv.rsc)) continue;
        const bool optional = (e.flags & (edge::imply_then | edge::imply_first | edge::block | edge::restart)) == 0;
        if (!optional && !comes_up(a, other.rsc)) continue;
        if (std::any_of(all.begin(), all.end(), [&](const Move& o) { return o.rsc == other.rsc; })) continue;
        take_back(a, mv.stop, e);
    }
}

void build(Actions& a, const Move& mv, const std::vector<Move>& all) {
    Model& m = a.m;
    ActIx to = kNone, from = a.add(mv.rsc, Task::migrate_from, mv.to, false);
    if (!mv.partial) to = a.add(mv.rsc, Task::migrate_to, mv.from, false);
    for (ActIx x : {to, from}) {
        if (x == kNone) continue;
        a.at(x).meta["migrate_source"] = m.node(mv.from).name;
        a.at(x).meta["migrate_target"] = m.node(mv.to).name;
        a.at(x).reason = "live migration";
    }
    if (to != kNone && !m.rsc(mv.rsc).is_remote_connection) a.at(to).meta["record_pending"] = "true";
    a.at(mv.start).pseudo = true;
    a.at(mv.start).migrate_pseudo = true;
    a.at(mv.start).optional = false;
    if (to != kNone) a.link(to, from, edge::order | edge::block);
    a.link(from, mv.stop, edge::order | edge::block);
    a.link(from, mv.start, edge::order | edge::block);
    auto migrating = [&](RscIx r) { return std::any_of(all.begin(), all.end(), [&](const Move& o) { return o.rsc == r; }); };
    ActIx entry = to == kNone ? from : to;
    for (const Edge& e : std::vector<Edge>{a.at(mv.start).before}) {
        const Act& first = a.at(e.other);
        if (first.rsc == mv.rsc || around(m, first.rsc, mv.rsc)) continue;
        if (first.rsc != kNone && migrating(first.rsc) && first.task == Task::start) {
            ActIx other = a.find(first.rsc, Task::migrate_from);
            a.link(other == kNone ? e.other : other, entry, edge::order);
            continue;
        }
        a.link(e.other, entry, edge::order | (e.flags & edge::block));
    }
    for (const Edge& e : std::vector<Edge>{a.at(mv.stop).before}) {
        const Act& first = a.at(e.other);
        if (first.rsc == mv.rsc || (first.rsc != kNone && migrating(first.rsc))) continue;
        if (first.pseudo && first.rsc != kNone) continue;
        a.link(e.other, entry, edge::order);
    }
    free_restarts(a, mv, all);
}

}  // namespace

// What holds back the start after the migrations were made (fencing) holds back the migration.  What needs only quorum
// is known where it runs: its move can begin.
void delay_migrations(Actions& a) {
    for (RscIx r = 0; r < static_cast<RscIx>(a.m.resources.size()); ++r) {
        if (!a.m.rsc(r).needs_fencing) continue;
        for (ActIx move : a.find_all(r, Task::migrate_to))
            for (ActIx start : a.find_all(r, Task::start))
                for (const Edge& e : std::vector<Edge>{a.at(start).before})
                    if (a.at(e.other).task == Task::fence && a.at(e.other).node != a.at(move).node) a.link(e.other, move, edge::order);
    }
}

void make_migrations(Actions& a) {
    std::vector<Move> moves;
    for (RscIx r = 0; r < static_cast<RscIx>(a.m.resources.size()); ++r) {
        Move mv{};
        if (a.m.rsc(r).kind == RscKind::primitive && candidate(a, r, mv)) moves.push_back(mv);
    }
    for (bool again = true; again;) {
        again = false;
        for (std::size_t i = 0; i < moves.size(); ++i)
            if (hindered(a, moves[i], moves)) {
                moves.erase(moves.begin() + static_cast<std::ptrdiff_t>(i));
                again = true;
                break;
            }
    }
    // The milestones first, so that moves see each other's actions.
    for (const Move& mv : moves) a.add(mv.rsc, Task::migrate_from, mv.to, false);
    for (const Move& mv : moves) build(a, mv, moves);
}

}  // namespace muster::policy
