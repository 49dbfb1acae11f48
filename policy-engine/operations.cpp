// Operations as configured: intervals, roles, meta attributes, what a failure leads to.
#include <algorithm>

#include "base/text.h"
#include "policy-engine/model.h"

namespace muster::policy {
namespace {

void collect_ops(Model& m, const xml::Element* owner, std::vector<OpConfig>& ops) {
    if (owner == nullptr) return;
    std::set<std::string> owned;
    for (const auto* operations : owner->children_named("operations"))
        if (const auto* target = m.index.resolve(*operations))
            for (const auto* e : target->children_named("op")) owned.insert(e->id());
    for (const auto* operations : owner->children_named("operations")) {
        const auto* target = m.index.resolve(*operations);
        if (target == nullptr) continue;
        for (const auto* e : target->children_named("op")) {
            const auto* op = m.index.resolve(*e);
            if (op == nullptr) continue;
            OpConfig c;
            c.id = op->id();
            c.name = op->get("name");
            auto meta = cib::resolve(*op, "meta_attributes", m.context(), m.index);
            auto value = [&](std::string_view name) {
                return op->has(name) ? op->get(name) : std::string{meta.get(name)};
            };
            c.interval_ms = duration_ms(op->get("interval"), 0);
            c.role = parse_role(value("role"));
            c.enabled = parse_bool(value("enabled")).value_or(true);
            c.xml = op;
            bool known = std::any_of(ops.begin(), ops.end(), [&](const OpConfig& o) {
                if (o.name == c.name && o.interval_ms == c.interval_ms) return true;
                // A primitive's own operation stands for the template's of that name and role.
                return owned.count(o.id) == 0 && o.name == c.name && o.role == c.role;
            });
            if (!known) {
                ops.push_back(std::move(c));
                continue;
            }
            auto same = [&](const OpConfig& o) { return o.name == c.name && o.interval_ms == c.interval_ms && o.interval_ms > 0 && owned.count(o.id) != 0; };
            for (auto& o : ops)
                if (same(o)) {
                    m.error("operation " + op->id() + " has the same name and interval as " + o.id + "; neither is used");
                    o.id.clear();  // marks it: known, but never begun
                }
        }
    }
}

OnFail on_fail_value(const std::string& text, OnFail otherwise) {
    if (iequals(text, "block")) return OnFail::block;
    if (iequals(text, "fence")) return OnFail::fence;
    if (iequals(text, "standby")) return OnFail::standby;
    if (iequals(text, "ignore") || iequals(text, "nothing")) return OnFail::ignore;
    if (iequals(text, "migrate")) return OnFail::ban;
    if (iequals(text, "stop")) return OnFail::stop;
    if (iequals(text, "restart")) return OnFail::recover;
    if (iequals(text, "restart-container")) return OnFail::restart_container;
    if (iequals(text, "demote")) return OnFail::demote;
    return otherwise;
}

const std::string* find(const StringMap& map, std::string_view name) {
    auto it = map.find(name);
    return it == map.end() ? nullptr : &it->second;
}

OnFail default_on_fail(Model& m, const Resource& r, std::string_view name) {
    // What cannot be stopped inside a container goes down with it.
    if (name == "stop" && r.container != kNone && !r.is_remote_connection) return OnFail::restart_container;
    if (name == "stop") return m.config.fencing ? OnFail::fence : OnFail::block;
    if (name == "demote") {  // as the promoted monitor says
        for (const auto& op : r.def->ops) {
            if (op.name != "monitor" || op.role != Role::promoted || op.interval_ms == 0 || !op.enabled) continue;
            auto meta = op_meta(m, r, &op, "monitor", op.interval_ms);
            if (const auto* text = find(meta, "on-fail"))
                if (!iequals(*text, "demote")) return on_fail_value(*text, OnFail::recover);
        }
    }
    return r.container != kNone ? OnFail::restart_container : OnFail::recover;
}

}  // namespace

std::vector<OpConfig> read_operations(Model& m, const Definition& def) {
    std::vector<OpConfig> ops;
    collect_ops(m, def.xml, ops);
    collect_ops(m, def.tmpl, ops);
    return ops;
}

std::string_view role_text(Role r) {
    switch (r) {
        case Role::unknown: return "Unknown";
        case Role::stopped: return "Stopped";
        case Role::started: return "Started";
        case Role::unpromoted: return "Unpromoted";
        case Role::promoted: return "Promoted";
    }
    return "Unknown";
}

Role parse_role(std::string_view text) {
    if (iequals(text, "Stopped")) return Role::stopped;
    if (iequals(text, "Started")) return Role::started;
    if (iequals(text, "Unpromoted") || iequals(text, "Slave")) return Role::unpromoted;
    if (iequals(text, "Promoted") || iequals(text, "Master")) return Role::promoted;
    return Role::unknown;
}

const OpConfig* find_op(const Resource& r, std::string_view name, std::int64_t interval_ms, bool any_enabled) {
    if (!r.def) return nullptr;
    for (const auto& op : r.def->ops)
        if (op.name == name && op.interval_ms == interval_ms && (any_enabled || op.enabled)) return &op;
    return nullptr;
}

namespace {

// Operation defaults: the set with the higher score counts, of equal ones the later.
std::vector<const xml::Element*> by_precedence(Model& m, const xml::Element& defaults) {
    std::vector<const xml::Element*> sets;
    for (const auto* ref : defaults.children_named("meta_attributes"))
        if (const auto* set = m.index.resolve(*ref)) sets.push_back(set);
    std::reverse(sets.begin(), sets.end());
    std::stable_sort(sets.begin(), sets.end(), [](const auto* a, const auto* b) {
        return score_of(a->get("score"), 0) > score_of(b->get("score"), 0);
    });
    return sets;
}

}  // namespace

StringMap op_meta(Model& m, const Resource& r, const OpConfig* op, std::string_view name, std::int64_t interval_ms) {
    StringMap out;
    auto context = m.context();
    context.rsc_class = r.def->klass;
    context.rsc_provider = r.def->provider;
    context.rsc_type = r.def->type;
    context.op_name = name;
    context.op_interval = milliseconds{interval_ms};
    if (op != nullptr) {
        for (const auto& a : op->xml->attributes())
            if (a.name != "id" && a.name != "description" && !a.value.empty()) out[a.name] = a.value;
        for (const auto& v : cib::resolve(*op->xml, "meta_attributes", context, m.index))
            out.emplace(std::string{v.name}, std::string{v.value});
    }
    if (const auto* defaults = m.cib->section("op_defaults"))
        for (const auto* set : by_precedence(m, *defaults))
            for (const auto& v : cib::resolve({set}, context, m.index)) out.emplace(std::string{v.name}, std::string{v.value});
    return out;
}

OnFail on_fail_of(Model& m, const Resource& r, std::string_view name, std::int64_t interval_ms, Role& fail_role) {
    fail_role = Role::unknown;
    if (!r.def) return OnFail::recover;
    const OpConfig* op = find_op(r, name, interval_ms);
    auto meta = op_meta(m, r, op, name, interval_ms);
    OnFail action = default_on_fail(m, r, name);
    const std::string* text = find(meta, "on-fail");
    if (text != nullptr && text->empty()) text = nullptr;
    bool promoted_monitor = name == "promote" || (name == "monitor" && interval_ms > 0 && op != nullptr && op->role == Role::promoted);
    if (text != nullptr) {
        if (iequals(*text, "demote") && !promoted_monitor)
            m.error("on-fail=demote of " + r.id + "_" + std::string{name} + " is for promote and Promoted monitors only; ignored");
        else if (name == "stop" && (iequals(*text, "standby") || iequals(*text, "stop")) )
            action = iequals(*text, "standby") && !m.config.fencing ? action : on_fail_value(*text, action);
        else
            action = on_fail_value(*text, action);
        if (action == OnFail::fence && !m.config.fencing) action = OnFail::stop;
        if (name == "stop" && action == OnFail::stop) action = default_on_fail(m, r, name);
    }
    // A lost remote connection is reset or recovered, whatever its operations say.
    if (r.is_remote_connection && name == "monitor" && interval_ms > 0 && text == nullptr) action = OnFail::reset_remote;
    if (r.is_remote_connection && (name == "start" || name == "migrate_to" || name == "migrate_from") && text == nullptr) action = OnFail::recover;
    if (r.is_remote_connection && name != "stop" && name != "start" && text == nullptr && m.config.fencing == false) action = action == OnFail::reset_remote ? OnFail::reset_remote : action;
    if (r.is_remote_connection && name == "stop" && text == nullptr) action = m.config.fencing ? OnFail::fence : OnFail::block;
    if (const auto* role = find(meta, "role_after_failure")) fail_role = parse_role(*role);
    if (fail_role == Role::unknown) {
        if (action == OnFail::stop) fail_role = Role::stopped;
        else if (name == "promote" || action == OnFail::demote) fail_role = Role::unpromoted;
        else fail_role = Role::started;
    }
    return action;
}

std::string strip_instance(std::string_view id) {
    auto colon = id.rfind(':');
    if (colon == std::string_view::npos || colon + 1 == id.size()) return std::string{id};
    for (char c : id.substr(colon + 1))
        if (c < '0' || c > '9') return std::string{id};
    return std::string{id.substr(0, colon)};
}

Role effective_target_role(const Model& m, const Resource& r) {
    if (r.target_role == Role::unpromoted || r.target_role == Role::promoted) {
        RscIx clone = r.kind == RscKind::clone ? r.self : m.clone_of(r.self);
        if (clone == kNone || !m.rsc(clone).promotable) return r.target_role == Role::promoted ? Role::unknown : Role::unknown;
    }
    return r.target_role;
}

void set_next_role(Resource& r, Role role, std::string_view why) {
    r.next_role = role;
    r.next_role_reason = std::string{why};
}

bool runs_on(const Resource& r, NodeIx n) {
    return std::find(r.running_on.begin(), r.running_on.end(), n) != r.running_on.end();
}

}  // namespace muster::policy
