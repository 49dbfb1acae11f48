#include "base/planted.h"
#include "crmd/core/apply.h"

namespace muster::crmd {
namespace {

constexpr std::size_t kRecordsKept = 200;

bool finished(const wire::FencingRecord& r) { return r.state() == "done" || r.state() == "failed" || r.state() == "void"; }

// Its crmd may be away for a moment; what a lost node may be doing is another matter.
bool is_here(const NodeFacts* node) { return node != nullptr && (node->life == Life::up || node->life == Life::crmd_lost); }

void trim(State& state) {
    while (state.fencing.size() > kRecordsKept) {
        auto oldest = state.fencing.end();
        for (auto at = state.fencing.begin(); at != state.fencing.end(); ++at) {
            if (!finished(at->second)) continue;
            if (oldest == state.fencing.end() || at->second.stamp_us() < oldest->second.stamp_us()) oldest = at;
        }
        if (oldest == state.fencing.end()) return;
        state.fencing.erase(oldest);
    }
}

// The target is off (or rebooted): its old life is over, unless it already speaks with another boot id.
void target_gone(State& state, const wire::FencingRecord& record, Applied& applied) {
    NodeFacts* node = state.node(record.target());
    if (node == nullptr) {
        state.absent.insert(record.target());
        return;
    }
    const bool same_life = record.boot_id().empty() || node->boot_id == record.boot_id();
    if (same_life) end_life(state, *node, applied);
}

// The devices let the target in: until its life ends, and as they are defined now (Pacemaker Explained, "Special Node
// Attributes").  The time is the DC's when it asked: the same on all members.
void let_in(State& state, const wire::FencingRecord& record) {
    NodeFacts* node = state.node(record.target());
    if (!is_here(node) || (!record.boot_id().empty() && node->boot_id != record.boot_id())) return;
    node->attributes["#node-unfenced"] = std::to_string(record.stamp_us() / 1'000'000);
    for (const wire::Attribute& mark : record.marks()) node->attributes[mark.name()] = mark.value();
}

}  // namespace

void drop_unfencing(State& state, Applied& applied) {
    for (auto& [id, record] : state.fencing) {
        if (!is_open(record) || !is_unfencing(record) || is_here(state.node(record.target()))) continue;
        const NodeFacts* executor = state.node(record.executor());
        const bool runs = record.state() == "begun" && executor != nullptr && executor->life == Life::up;
        if (runs) continue;  // its end is told; what cuts the node off is given to the same fenced, after it
        record.set_state("void");
        applied.completed.push_back({id, false});
    }
}

Applied apply_fence(State& state, NodeId sender, const wire::FencingRecord& record) {
    Applied applied;
    if (sender != state.dc && record.author().empty()) return applied;  // what an operator wants goes through any DC
    const auto at = state.fencing.find(record.id());
    if (at != state.fencing.end() && finished(at->second)) return applied;
    state.fencing[record.id()] = record;
    trim(state);
    applied.events.push_back("fencing " + record.target() + " (" + record.action() + "), attempt " +
                             std::to_string(record.attempt()) + ": " + record.reason());
    applied.changed = true;
    return applied;
}

Applied apply_fence_begin(State& state, const wire::FenceBegin& begin) {
    Applied applied;
    const auto at = state.fencing.find(begin.id());
    if (at == state.fencing.end() || at->second.attempt() != begin.attempt() || at->second.state() != "assigned") return applied;
    at->second.set_state("begun");
    if (planted(Bug::start_before_fencing) && !is_unfencing(at->second)) {
        target_gone(state, at->second, applied);
        applied.changed = true;
        applied.unexpected = "planted: fencing of " + at->second.target() + " counts before it is done";
    }
    return applied;
}

Applied apply_fence_done(State& state, const wire::FenceDone& done) {
    Applied applied;
    const auto at = state.fencing.find(done.id());
    if (at == state.fencing.end() || finished(at->second)) return applied;
    wire::FencingRecord& record = at->second;
    // A success of an earlier attempt counts: the target is off.  A failure counts for its own attempt only.
    if (!done.ok() && record.attempt() != done.attempt()) return applied;
    record.set_state(done.ok() ? "done" : "failed");
    record.set_error(done.error());
    record.set_device(done.device());
    applied.changed = true;
    if (done.ok()) is_unfencing(record) ? let_in(state, record) : target_gone(state, record, applied);
    applied.completed.push_back({record.id(), done.ok()});
    applied.events.push_back("fencing " + record.target() + (done.ok() ? " done by " + done.device() : " failed: " + done.error()));
    return applied;
}

Applied apply_fence_confirm(State& state, const wire::FenceConfirm& confirm) {
    Applied applied;
    NodeFacts* node = state.node(confirm.target());
    if (node != nullptr && node->life == Life::up) {
        applied.events.push_back(confirm.author() + " says that " + confirm.target() + " is off, but it is here: refused");
        return applied;
    }
    for (auto& [id, record] : state.fencing) {
        if (record.target() != confirm.target() || finished(record) || is_unfencing(record)) continue;
        record.set_state("done");
        record.set_device("manual confirmation by " + confirm.author());
        applied.completed.push_back({id, true});
    }
    if (node != nullptr) end_life(state, *node, applied);
    else state.absent.insert(confirm.target());
    applied.changed = true;
    applied.unexpected = confirm.author() + " confirms that " + confirm.target() + " is off";
    applied.events.push_back(applied.unexpected);
    return applied;
}

}  // namespace muster::crmd
