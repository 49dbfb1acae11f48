// history latest, events: what the cluster still knows of its past, in order of time: the newest result of each operation
// of a resource on each node, its newest failure, and every fencing that is kept.
#include "tools/crm/levels/history.h"

#include <algorithm>

#include "base/text.h"
#include "crmd/protocol/crmd.pb.h"
#include "tools/client/client.h"
#include "tools/crm/levels/request.h"
#include "tools/crm/levels/view.h"

namespace muster::crm {
namespace {

constexpr std::size_t kLatest = 10;

struct Event {
    WallTime when;
    std::string resource;  // empty for fencing
    std::string node;
    std::string text;
};

void add_operations(const cib::Cib& cib, std::vector<Event>& out) {
    for (const auto& node : cib.status.nodes) {
        for (const auto& r : node.history) {
            for (const auto& op : r.ops) {
                if (op.last_rc_change <= 0) continue;
                std::string text = op.operation + " of " + r.id;
                if (op.interval_ms > 0) text += " every " + to_string(milliseconds{op.interval_ms});
                text += " on " + node.uname;
                text += op.op_status < 0 ? ": under way" : ": exit " + std::to_string(op.rc);
                if (!op.exit_reason.empty()) text += " (" + op.exit_reason + ")";
                out.push_back({WallTime::from_seconds(op.last_rc_change), r.id, node.uname, std::move(text)});
            }
        }
    }
}

Result<void> add_fencing(Context& context, std::vector<Event>& out) {
    auto crmd = running(context);
    if (!crmd) return tl::make_unexpected(crmd.error());
    if (*crmd == nullptr) return {};  // a file keeps none
    auto state = (*crmd)->cluster_state();
    if (!state) return tl::make_unexpected(state.error());
    for (const auto& f : state->fencing()) {
        out.push_back({WallTime::from_seconds(f.changed_at()), "", f.target(),
                       "fencing of " + f.target() + " (" + f.action() + "): " + f.state() +
                           (f.executor().empty() ? "" : " by " + f.executor()) + (f.reason().empty() ? "" : ", " + f.reason()) +
                           (f.error().empty() ? "" : ": " + f.error())});
    }
    return {};
}

Result<std::vector<Event>> all_events(Context& context) {
    auto cib = stored(context);
    if (!cib) return tl::make_unexpected(cib.error());
    std::vector<Event> out;
    add_operations(*cib, out);
    if (auto done = add_fencing(context, out); !done) return tl::make_unexpected(done.error());
    std::stable_sort(out.begin(), out.end(), [](const Event& a, const Event& b) { return a.when < b.when; });
    return out;
}

void print(std::ostream& out, const Event& e) { out << to_iso8601(e.when) << "  " << e.text << "\n"; }

}  // namespace

int history_events(Context& context, const Args& args) {
    auto all = all_events(context);
    if (!all) return context.fail(all.error());
    for (const auto& e : *all) {
        const bool wanted = args.empty() || std::any_of(args.words.begin(), args.words.end(), [&](const auto& w) {
            return w.text == e.node || w.text == e.resource;
        });
        if (wanted) print(context.out, e);
    }
    return kOk;
}

int history_latest(Context& context, const Args&) {
    auto all = all_events(context);
    if (!all) return context.fail(all.error());
    for (std::size_t i = all->size() - std::min(all->size(), kLatest); i < all->size(); ++i) print(context.out, (*all)[i]);
    return kOk;
}

}  // namespace muster::crm
