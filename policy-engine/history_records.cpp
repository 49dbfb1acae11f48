// The records of a history: what one expected, which of two came later, which one is asked for.
#include <algorithm>

#include "base/text.h"
#include "policy-engine/history.h"

namespace muster::policy {

int target_rc_of(const cib::OpRecord& op) {
    auto parts = split(op.transition_key, ':');
    if (parts.size() < 3) {
        auto magic = split(op.transition_magic, ';');
        if (magic.size() == 2) parts = split(magic[1], ':');
    }
    if (parts.size() < 3) return -1;
    return static_cast<int>(parse_int(parts[2]).value_or(-1));
}

namespace {

// Which transition asked for it, and the DC's mark (ACTION:TRANSITION:EXPECTED:MARK).
struct Asked {
    std::int64_t transition = -1;
    std::string by;
};

Asked asked(const cib::OpRecord& op) {
    const auto parts = split(op.transition_key, ':');
    if (parts.size() < 4) return {};
    return {parse_int(parts[1]).value_or(-1), std::string{parts[3]}};
}

// One without a call id has not answered yet: it is the newest, unless a later transition of the same DC has answered.
bool pending_is_newer(const cib::OpRecord& pending, const cib::OpRecord& answered) {
    const Asked p = asked(pending), a = asked(answered);
    return p.transition < 0 || a.transition < 0 || p.by != a.by || p.transition >= a.transition;
}

}  // namespace

bool newer(const cib::OpRecord& a, const cib::OpRecord& b) {
    if (a.call_id >= 0 && b.call_id >= 0 && a.call_id != b.call_id) return a.call_id > b.call_id;
    if (a.call_id < 0 && b.call_id >= 0) return pending_is_newer(a, b);
    if (b.call_id < 0 && a.call_id >= 0) return !pending_is_newer(b, a);
    return a.last_rc_change > b.last_rc_change;
}

std::vector<const cib::OpRecord*> sorted_ops(const cib::ResourceHistory& h) {
    std::vector<const cib::OpRecord*> ops;
    ops.reserve(h.ops.size());
    for (const auto& op : h.ops) ops.push_back(&op);
    std::stable_sort(ops.begin(), ops.end(), [](const auto* a, const auto* b) { return newer(*b, *a); });
    return ops;
}

const cib::OpRecord* find_record(const Model& m, NodeIx n, std::string_view history_id, std::string_view operation,
                                 std::string_view source) {
    if (n == kNone || m.node(n).state == nullptr) return nullptr;
    for (const auto& h : m.node(n).state->history) {
        if (h.id != history_id) continue;
        for (const auto& op : h.ops)
            if (op.operation == operation && op.interval_ms == 0 && (source.empty() || op.migrate_source == source)) return &op;
    }
    return nullptr;
}

}  // namespace muster::policy
