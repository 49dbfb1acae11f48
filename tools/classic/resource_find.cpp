#include <algorithm>
#include <array>

#include "base/text.h"
#include "cib/model/read.h"
#include "tools/classic/resource.h"

namespace muster::classic {
namespace {

using xml::Element;

const Element* find_below(const Element& e, const std::string& id) {
    for (const Element& c : e.children()) {
        if (!is_resource(c)) continue;
        if (c.id() == id) return &c;
        if (const Element* found = find_below(c, id)) return found;
    }
    return nullptr;
}

const Element* parent_below(const Element& e, const std::string& id) {
    for (const Element& c : e.children()) {
        if (!is_resource(c)) continue;
        if (c.id() == id) return &e;
        if (const Element* found = parent_below(c, id)) return found;
    }
    return nullptr;
}

void primitives_of(const Element& e, std::vector<std::string>& ids) {
    if (e.name() == "primitive") ids.push_back(e.id());
    for (const Element& c : e.children()) {
        if (is_resource(c)) primitives_of(c, ids);
    }
}

enum class State { stopped, started, promoted };

// What an operation's result says about the resource; nullopt: nothing.
std::optional<State> after(const cib::OpRecord& op) {
    if (op.op_status == -1) return std::nullopt;
    const bool ok = op.rc == 0 && op.op_status == 0;
    if (op.operation == "monitor") {
        if (op.rc == 7) return State::stopped;
        if (op.rc == 8 || op.rc == 9) return State::promoted;
        if (op.rc == 0 || op.interval_ms > 0) return State::started;
        return std::nullopt;
    }
    if (op.operation == "start" || op.operation == "migrate_from") return State::started;
    if (op.operation == "stop" || op.operation == "migrate_to") return ok ? State::stopped : State::started;
    if (op.operation == "promote") return ok ? State::promoted : State::started;
    if (op.operation == "demote") return ok ? State::started : State::promoted;
    return std::nullopt;
}

State state_of(const cib::ResourceHistory& history) {
    std::vector<const cib::OpRecord*> ops;
    for (const auto& op : history.ops) ops.push_back(&op);
    std::stable_sort(ops.begin(), ops.end(), [](const auto* a, const auto* b) { return a->call_id < b->call_id; });
    State state = State::stopped;
    for (const auto* op : ops) {
        const auto next = after(*op);
        if (!next) continue;
        // A recurring monitor sees what an earlier promotion made; it does not undo it.
        if (op->operation == "monitor" && *next == State::started && state == State::promoted && op->rc == 0) {
            state = State::started;
            continue;
        }
        state = *next;
    }
    return state;
}

bool online(const cib::NodeState& n) {
    if (n.remote || (n.in_ccm.empty() && n.crmd.empty())) return true;  // its connection is a resource, not a membership
    return n.in_ccm != "false" && n.in_ccm != "0" && !n.in_ccm.empty() && n.crmd != "offline" && n.crmd != "0" && !n.crmd.empty();
}

}  // namespace

bool is_resource(const Element& e) {
    constexpr std::array<std::string_view, 6> kKinds = {"primitive", "group", "clone", "master", "bundle", "template"};
    return std::find(kKinds.begin(), kKinds.end(), e.name()) != kKinds.end();
}

const Element* find_resource(const Element& cib, const std::string& id) {
    const Element* resources = cib::find_section(cib, "resources");
    if (!resources) return nullptr;
    if (const Element* found = find_below(*resources, id)) return found;
    const auto colon = id.rfind(':');
    return colon == std::string::npos ? nullptr : find_below(*resources, id.substr(0, colon));
}

const Element* parent_of(const Element& cib, const std::string& id) {
    const Element* resources = cib::find_section(cib, "resources");
    const Element* parent = resources ? parent_below(*resources, id) : nullptr;
    return parent && is_resource(*parent) ? parent : nullptr;
}

std::string agent_name(const Element& p) {
    std::string name = p.get("class");
    if (p.has("provider")) name += ":" + p.get("provider");
    return name + ":" + p.get("type");
}

namespace {

std::vector<RunningOn> active(const Element& document, const std::vector<std::string>& names, bool instances) {
    const auto cib = cib::from_element(document);
    std::vector<RunningOn> found;
    if (!cib) return found;
    for (const auto& node : cib->status.nodes) {
        if (!online(node)) continue;
        for (const auto& history : node.history) {
            const std::string base = history.id.substr(0, history.id.rfind(':'));
            const bool wanted = std::find(names.begin(), names.end(), history.id) != names.end() ||
                                (instances && std::find(names.begin(), names.end(), base) != names.end());
            if (!wanted) continue;
            const State state = state_of(history);
            if (state != State::stopped) found.push_back({node.uname, state == State::promoted, history.id});
        }
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return natural_less(a.node, b.node); });
    return found;
}

}  // namespace

std::vector<RunningOn> running_on(const Element& document, const std::string& id) {
    std::vector<std::string> names;
    if (const Element* resource = find_resource(document, id)) primitives_of(*resource, names);
    return active(document, names, true);
}

std::vector<RunningOn> running_on_exactly(const Element& document, const std::string& id) { return active(document, {id}, false); }

}  // namespace muster::classic
