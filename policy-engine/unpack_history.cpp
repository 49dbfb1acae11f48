// Operation history: where resources run, in which role, what failed (Pacemaker Explained, "Operation history").
#include "policy-engine/history.h"

#include <algorithm>

#include "base/text.h"
#include "policy-engine/unpack.h"

namespace muster::policy {
namespace {

// What needs no fencing may start elsewhere while a lost node's instance still looks active: where not every node has
// an instance of its own, that one must not use up a number.
bool leaves_no_number(const Model& m, RscIx clone, RscIx instance, NodeIx node) {
    const Node& n = m.node(node);
    if (m.rsc(instance).needs_fencing || (n.online && !n.unclean) || n.kind == NodeKind::guest) return false;
    return m.rsc(clone).clone_max < m.node_count();
}

// An anonymous clone's history names no instance: the one already seen on this node, else the first that is free.
RscIx anonymous_instance(Model& m, RscIx clone, const std::string& base, NodeIx node) {
    auto member = [&](RscIx instance) {
        if (!m.rsc(instance).is_collective()) return instance;
        for (RscIx c : m.rsc(instance).children)
            if (m.rsc(c).base == base) return c;
        return kNone;
    };
    RscIx found = kNone, free = kNone;
    bool second = false;  // a node's further entries tell of instances that are too many, even if numbers are free
    for (RscIx instance : m.rsc(clone).children) {
        const Resource& i = m.rsc(instance);
        const RscIx target = member(instance);
        if (target == kNone) continue;
        if (!i.running_on.empty()) {
            if (i.running_on.front() != node) continue;
            second = !m.rsc(target).running_on.empty();
            if (second) continue;
            found = target;
            break;
        }
        const NodeIx waits_for = m.rsc(target).pending_node;
        if (free == kNone && !m.rsc(target).blocked && (waits_for == kNone || waits_for == node)) free = target;
    }
    if (found == kNone && !second) found = free;
    if (found != kNone && leaves_no_number(m, clone, found, node)) found = kNone;
    if (found != kNone) {
        const auto* bundle = m.rsc(clone).parent == kNone ? nullptr : m.rsc(m.rsc(clone).parent).bundle.get();
        if (bundle != nullptr)
            for (const auto& r : bundle->list)
                if (r.node == node) return r.child;
        return found;
    }
    Definer d{m};
    RscIx extra = d.clone_instance(clone);
    if (extra == kNone) return kNone;
    m.rsc(extra).removed = true;
    for (RscIx c : m.rsc(extra).children) m.rsc(c).removed = true;
    return member(extra);
}

// A resource that runs somewhere and is configured no more.
RscIx removed_resource(Model& m, const cib::ResourceHistory& h) {
    auto def = std::make_shared<Definition>();
    static const xml::Element kEmpty{"primitive"};
    def->xml = &kEmpty;
    def->klass = h.klass;
    def->provider = h.provider;
    def->type = h.type;
    Resource r;
    r.id = h.id;
    r.base = r.history = h.id;
    r.xml = &kEmpty;
    r.def = def;
    r.is_fence_device = h.klass == "stonith";
    r.is_remote_connection = h.klass == "ocf" && h.provider == "pacemaker" && h.type == "remote";
    RscIx ix = new_resource(m, std::move(r));
    Definer{m}.finish(ix);
    Resource& made = m.rsc(ix);
    made.removed = true;
    if (m.config.stop_removed_rsc && !made.maintenance) {
        made.managed = made.managed || true;
        set_next_role(made, Role::stopped, "it is configured no more");
    } else {
        made.managed = false;
    }
    m.top.push_back(ix);
    return ix;
}

RscIx find_resource(Model& m, const cib::ResourceHistory& h, NodeIx node) {
    RscIx ix = m.find_rsc(h.id);
    std::string base = h.id;
    if (ix != kNone && m.rsc(ix).kind == RscKind::primitive && m.rsc(ix).parent != kNone) {
        RscIx clone = m.clone_of(ix);
        if (clone != kNone && !m.rsc(clone).unique) base = m.rsc(ix).base, ix = clone;
    }
    if (ix == kNone) {
        base = strip_instance(h.id);
        ix = base == h.id ? kNone : m.find_rsc(base);
        if (ix != kNone && m.rsc(ix).kind == RscKind::primitive) ix = kNone;
    }
    if (ix == kNone) return kNone;
    if (m.rsc(ix).kind == RscKind::primitive) return ix;
    // The clone's own name is no instance's: what had it before is configured no more.
    if (m.rsc(ix).kind != RscKind::clone || m.rsc(ix).id == h.id) return kNone;
    if (m.rsc(ix).unique) {  // an instance beyond clone-max
        if (base == h.id) return kNone;
        int wanted = static_cast<int>(parse_int(h.id.substr(base.size() + 1)).value_or(-1));
        Definer d{m};
        while (static_cast<int>(m.rsc(ix).children.size()) <= wanted && wanted < 1000) {
            RscIx extra = d.clone_instance(ix);
            m.rsc(extra).removed = true;
        }
        return m.find_rsc(h.id);
    }
    return anonymous_instance(m, ix, base, node);
}

void remap(Model& m, OpState& s) {
    const auto& op = *s.op;
    if (s.rc == rc::degraded) s.rc = rc::ok;
    if (s.rc == rc::degraded_promoted) s.rc = rc::promoted;
    if (s.status == exec::pending) return;
    if (s.target_rc == rc::degraded) s.target_rc = rc::ok;
    bool done = s.status == exec::done || s.status == exec::failed;
    if (!done && s.status != exec::not_supported) return;
    // An error stays one, even where it was expected (a transition that was played with a fault).
    const bool a_state = s.rc == rc::ok || s.rc == rc::not_running || s.rc == rc::promoted;
    if (s.rc == s.target_rc && a_state) {
        s.status = exec::done;
        return;
    }
    switch (s.rc) {
        case rc::ok:
            if (s.probe && s.target_rc == rc::not_running) s.status = exec::done;  // found active
            else s.status = s.target_rc >= 0 && s.target_rc != rc::ok ? exec::failed : exec::done;
            break;
        case rc::not_running:
            if (s.probe || s.target_rc == s.rc || !m.rsc(s.rsc).managed) {
                s.status = exec::done;
                m.rsc(s.rsc).role = Role::stopped;
                s.rc = rc::not_running;
            } else {
                s.status = exec::failed;
            }
            break;
        case rc::promoted:
            if (s.probe) s.status = exec::done;
            else s.status = s.target_rc >= 0 && s.target_rc != s.rc ? exec::failed : exec::done;
            m.rsc(s.rsc).role = Role::promoted;
            break;
        case rc::failed_promoted:
            s.status = exec::failed;
            m.rsc(s.rsc).role = Role::promoted;
            break;
        case rc::not_configured: s.status = exec::error_fatal; break;
        case rc::unimplemented:
            if (op.interval_ms > 0) { s.status = exec::not_supported; break; }
            [[fallthrough]];
        case rc::not_installed:
        case rc::args:
        case rc::privilege:
            s.status = exec::error_hard;
            break;
        default: s.status = exec::failed; break;
    }
}

// failure-timeout: a failure counts no more that long after the last one.
bool expired(Model& m, OpState& s, std::string& why_clear) {
    const Resource& r = m.rsc(s.rsc);
    const auto& op = *s.op;
    if (r.failure_timeout_ms <= 0 || op.last_rc_change <= 0) return false;
    std::int64_t timeout = r.failure_timeout_ms / 1000, now = m.now.to_seconds(), at = op.last_rc_change + timeout;
    std::int64_t last = 0;
    int all = fail_count(m, s.rsc, s.node, &last, false), live = fail_count(m, s.rsc, s.node, nullptr, true);
    if (at > now) {
        if (s.status != exec::done) m.context().changes_at(WallTime::from_seconds(at));
        return false;
    }
    if (all > 0 && live == 0) why_clear = "it expired";
    if (all > 0 && live > 0) return false;
    // A lost connection is not forgotten before the node behind it is known to be down.
    if (m.config.fencing && r.remote_reconnect_ms > 0 && r.remote_node != kNone && !m.node(r.remote_node).remote_was_fenced) return false;
    // What a probe or an operation found to be so stays so.
    return s.rc != rc::ok && s.rc != rc::not_running && s.rc != rc::promoted;
}

void clear_fail_count(Model& m, RscIx r, NodeIx n, const std::string& why) {
    for (const auto& c : m.clear_fail_counts)
        if (m.rsc(c.resource).history == m.rsc(r).history && c.node == n) return;
    m.clear_fail_counts.push_back({r, n, why});
}

void succeeded(Model& m, OpState& s, Progress& p) {
    Resource& r = m.rsc(s.rsc);
    const auto& op = *s.op;
    bool clear_past = false;
    if (s.rc == rc::not_running && op.operation == "monitor") {
        clear_past = true;
        r.role = Role::stopped;
    }
    if (s.rc == rc::not_running && op.operation == "start") {  // expected: an old way to write a probe
        r.role = Role::stopped;
    } else if (s.rc == rc::not_running && op.operation == "monitor") {
        if (op.interval_ms == 0) r.role = Role::stopped;
        p.on_fail = OnFail::ignore;
    } else if (op.operation == "monitor") {
        if (s.rc == rc::promoted) r.role = Role::promoted;
        else if (r.role < Role::started) set_active(m, r);
    } else if (op.operation == "start" || op.operation == "migrate_from") {
        r.role = Role::started;
        if (op.operation == "start") set_active(m, r), r.role = r.role < Role::started ? Role::started : r.role;
        clear_past = true;
    } else if (op.operation == "stop") {
        r.role = Role::stopped;
        clear_past = true;
    } else if (op.operation == "promote") {
        r.role = Role::promoted;
        clear_past = true;
    } else if (op.operation == "demote") {
        r.role = Role::unpromoted;
        clear_past = p.on_fail == OnFail::demote || p.on_fail == OnFail::ignore || true;
    } else if (op.operation == "migrate_to") {
        migration_succeeded(m, s);
        return;
    } else if (r.role < Role::started) {
        set_active(m, r);
    }
    if (!clear_past) return;
    switch (p.on_fail) {
        case OnFail::stop:
        case OnFail::ban:
        case OnFail::standby:
        case OnFail::fence: break;
        case OnFail::block:
        case OnFail::ignore:
        case OnFail::demote:
        case OnFail::recover:
        case OnFail::restart_container:
            p.on_fail = OnFail::ignore;
            if (r.next_role_reason != kRemoteReset) r.next_role = Role::unknown;
            break;
        case OnFail::reset_remote:
            if (r.remote_reconnect_ms == 0) {
                p.on_fail = OnFail::ignore;
                r.next_role = Role::unknown;
            }
            break;
    }
}

void failed(Model& m, OpState& s, Progress& p) {
    const auto& op = *s.op;
    Role fail_role = Role::unknown;
    OnFail action = on_fail_of(m, m.rsc(s.rsc), op.operation, op.interval_ms, fail_role);
    p.on_fail = std::max(p.on_fail, action);
    p.failed_once = true;
    Resource& r = m.rsc(s.rsc);
    if (op.operation == "stop") {
        m.add_score(s.rsc, s.node, -kInf, "stop-failure", "a stop failed here");
    } else if (op.operation == "migrate_to") {
        migrate_to_failed(m, s);
    } else if (op.operation == "migrate_from") {
        migrate_from_failed(m, s);
    } else if (op.operation == "promote") {
        r.role = Role::promoted;
    } else if (op.operation == "demote") {
        if (action == OnFail::block) {
            r.role = Role::promoted;
            set_next_role(r, Role::stopped, "demote with on-fail=block");
        } else {
            r.role = Role::unpromoted;
        }
    }
    if (s.probe && s.rc == rc::not_installed) {
        r.role = Role::stopped;
    } else if (m.rsc(s.rsc).role < Role::started && op.operation != "demote") {
        set_active(m, m.rsc(s.rsc));
    }
    if (fail_role != Role::started && m.rsc(s.rsc).next_role < fail_role && fail_role != Role::unknown)
        set_next_role(m.rsc(s.rsc), fail_role, "failure");
    if (fail_role == Role::stopped) {
        RscIx whole = m.clone_of(s.rsc) != kNone && !m.rsc(m.clone_of(s.rsc)).unique ? m.clone_of(s.rsc) : s.rsc;
        m.ban_everywhere(whole, "on-fail=stop");
    }
}

void pending(Model& m, OpState& s) {
    Resource& r = m.rsc(s.rsc);
    const auto& op = *s.op;
    if (op.operation == "start") {
        r.start_pending = true;
        set_active(m, r);
    } else if (op.operation == "promote") {
        r.role = Role::promoted;
    } else if (op.operation == "migrate_to" && m.node(s.node).unclean) {
        // The source is lost in the middle: the target may have it.
        NodeIx target = m.find_node(op.migrate_target);
        if (target != kNone) {
            set_active(m, r);
            add_running(m, s.rsc, target);
        }
    }
    if (!r.pending_task.empty() || s.probe) return;
    r.pending_task = op.operation;
    r.pending_node = s.node;
}

// Operations of a resource do not overlap on a node: one that answered later tells that it is over.
void no_more_pending(Resource& r) {
    r.pending_task.clear();
    r.pending_node = kNone;
    r.start_pending = false;
}

// A hard error bans the resource from the node, a fatal one from all.
void ban_for_error(Model& m, OpState& s) {
    RscIx whole = s.rsc;
    if (RscIx clone = m.clone_of(s.rsc); clone != kNone && !m.rsc(clone).unique) whole = clone;
    if (s.status == exec::error_fatal) m.ban_everywhere(whole, "fatal-error");
    else m.add_score(whole, s.node, -kInf, "hard-error", "cannot run here: the agent said so");
}

void unpack_op(Model& m, OpState s, Progress& p) {
    const auto& op = *s.op;
    if (op.operation == "notify" || op.operation == "meta-data" || op.operation == "delete") return;
    s.status = op.op_status;
    s.rc = op.rc;
    s.target_rc = target_rc_of(op);
    s.probe = op.operation == "monitor" && op.interval_ms == 0;
    if (s.status == exec::not_installed) s.rc = rc::not_installed, s.status = exec::failed;
    if (s.status == exec::invalid || s.status == exec::not_connected) s.status = exec::failed;
    remap(m, s);
    std::string why_clear;
    bool old = expired(m, s, why_clear);
    if (!why_clear.empty()) clear_fail_count(m, s.rsc, s.node, why_clear);
    if (old) {
        if (s.probe) m.rsc(s.rsc).known_on.erase(s.node);  // what it found is forgotten, so it is asked again
        // What recurs reports only what differs from the last time: it is begun anew, to hear of the same failure again.
        if (op.interval_ms > 0 && op.id.find("_last_failure_") == std::string::npos)
            m.rescheduled.push_back({s.rsc, s.node, op.operation, op.interval_ms, op.call_id, "its failure expired"});
        return;
    }
    if (s.status != exec::pending) m.rsc(s.rsc).known_on.insert(s.node);
    if (s.status != exec::pending && op.interval_ms == 0 && m.rsc(s.rsc).pending_node == s.node) no_more_pending(m.rsc(s.rsc));
    switch (s.status) {
        case exec::cancelled: break;
        case exec::pending: pending(m, s); break;
        case exec::done: succeeded(m, s, p); break;
        case exec::not_supported: {
            Role unused;
            if (on_fail_of(m, m.rsc(s.rsc), op.operation, op.interval_ms, unused) == OnFail::ignore) { succeeded(m, s, p); break; }
            failed(m, s, p);
            break;
        }
        case exec::error_hard:
        case exec::error_fatal: {
            Role unused;
            if (on_fail_of(m, m.rsc(s.rsc), op.operation, op.interval_ms, unused) == OnFail::ignore) {
                s.rc = s.target_rc < 0 ? rc::ok : s.target_rc;
                succeeded(m, s, p);
                m.rsc(s.rsc).failure_ignored = true;
                break;
            }
            failed(m, s, p);
            ban_for_error(m, s);
            break;
        }
        default: {
            Role fail_role = Role::unknown;
            OnFail action = on_fail_of(m, m.rsc(s.rsc), op.operation, op.interval_ms, fail_role);
            bool ignored = action == OnFail::ignore ||
                           (action == OnFail::restart_container && op.operation == "stop");
            if (ignored) {
                OpState as_success = s;
                as_success.rc = s.target_rc < 0 ? rc::ok : s.target_rc;
                succeeded(m, as_success, p);
                m.rsc(s.rsc).failure_ignored = true;
                if (action == OnFail::restart_container) p.on_fail = std::max(p.on_fail, OnFail::restart_container);
            } else {
                failed(m, s, p);
            }
        }
    }
}

void unpack_resource(Model& m, NodeIx node, const cib::ResourceHistory& h) {
    RscIx ix = find_resource(m, h, node);
    if (ix == kNone) {
        if (h.ops.empty()) return;
        ix = removed_resource(m, h);
    }
    {  // of several entries for one instance, the one that tells of activity counts
        auto& slot = m.history.slot(ix, node);
        if (slot == nullptr || !runs_on(m.rsc(ix), node)) slot = &h;
    }
    const bool instance = m.clone_of(ix) != kNone;
    // Nodes call instances by numbers of their own time: where it is not active, only a name without one counts.
    if (instance && h.id == m.rsc(ix).base && m.rsc(ix).running_on.empty()) m.rsc(ix).history = h.id;
    {
        Resource& r = m.rsc(ix);
        if (!h.ops.empty()) {
            bool answered = std::any_of(h.ops.begin(), h.ops.end(), [](const cib::OpRecord& o) {
                return o.op_status != exec::pending && o.operation != "notify";
            });
            if (answered || h.ops.size() > 1) r.known_on.insert(node);
            else if (h.ops.front().operation != "monitor") r.known_on.insert(node);
        }
    }
    Role saved = m.rsc(ix).role;
    m.rsc(ix).role = Role::unknown;
    Progress p;
    for (const auto* op : sorted_ops(h)) unpack_op(m, OpState{op, node, ix, 0, 0, -1, false}, p);
    finish_state(m, ix, node, p.on_fail);
    Resource& r = m.rsc(ix);
    if (instance && runs_on(r, node)) r.history = h.id;  // where it is active it has its name
    Role wanted = effective_target_role(m, r);
    if (wanted != Role::unknown && (r.next_role == Role::unknown || wanted < r.next_role))
        set_next_role(r, wanted, "target-role");
    if (saved > r.role) r.role = saved;
}

// The container of a removed resource may be removed, too, and be told of later.
void bind_removed(Model& m) {
    for (const auto& [where, h] : m.history.all()) {
        const RscIx r = where.first;
        if (!m.rsc(r).removed || h->container.empty() || m.rsc(r).container != kNone) continue;
        const RscIx container = m.find_rsc(h->container);
        if (container == kNone || container == r) continue;
        m.rsc(r).container = container;
        m.rsc(container).fillers.push_back(r);
    }
}

void unpack_node(Model& m, NodeIx ix) {
    const auto* state = m.node(ix).state;
    if (state == nullptr) return;
    for (const auto& h : state->history) unpack_resource(m, ix, h);
}

}  // namespace

void set_active(const Model& m, Resource& r) {
    RscIx clone = m.clone_of(r.self);
    r.role = clone != kNone && m.rsc(clone).promotable ? Role::unpromoted : Role::started;
}

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

namespace {

// Its connection and its container count as running, even if they failed since.
bool was_up(const Model& m, const Node& n) {
    if (n.remote_rsc == kNone) return false;
    const Resource& conn = m.rsc(n.remote_rsc);
    return conn.role == Role::started && (conn.container == kNone || m.rsc(conn.container).role == Role::started);
}

// The next remote or guest node, in the order of the status, that was up, or not; whether there was one.
bool unpack_next_remote(Model& m, bool lost, std::set<NodeIx>& done) {
    for (const auto& s : m.cib->status.nodes) {
        const auto it = m.node_by_id.find(s.id);
        const NodeIx ix = it != m.node_by_id.end() ? it->second : m.find_node(s.uname);
        if (ix == kNone || m.node(ix).kind == NodeKind::member || done.count(ix) != 0) continue;
        const Node& n = m.node(ix);
        if (was_up(m, n) == lost) continue;
        if (!n.online && n.remote_rsc != kNone && !m.config.fencing) continue;
        done.insert(ix);
        unpack_node(m, ix);
        return true;
    }
    return false;
}

}  // namespace

void unpack_history(Model& m) {
    for (const auto& s : m.cib->status.nodes) {
        auto it = m.node_by_id.find(s.id);
        NodeIx ix = it != m.node_by_id.end() ? it->second : m.find_node(s.uname);
        if (ix == kNone || m.node(ix).kind != NodeKind::member || m.node(ix).state != &s) continue;
        if (!m.node(ix).online && !m.config.fencing && !m.node(ix).unclean) continue;
        unpack_node(m, ix);
    }
    bind_removed(m);
    unpack_remote_states(m);
    // Remote and guest nodes know what runs there only once their own connections are understood; guests in remotes too.
    // Those that were up come first: their instances are counted before the others'.
    std::set<NodeIx> done;
    for (const bool lost : {false, true})
        while (unpack_next_remote(m, lost, done)) unpack_remote_states(m);
}

}  // namespace muster::policy
