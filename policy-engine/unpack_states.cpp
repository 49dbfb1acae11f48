// Which nodes are up, which are lost, which leave: <node_state> (Pacemaker Explained, "Node states").
#include <algorithm>

#include "base/text.h"
#include "policy-engine/model.h"

namespace muster::policy {
namespace {

bool on(const StringMap& attrs, std::string_view name) {
    auto it = attrs.find(name);
    return it != attrs.end() && parse_bool(it->second).value_or(false);
}

const std::string* value(const StringMap& attrs, std::string_view name) {
    auto it = attrs.find(name);
    return it == attrs.end() ? nullptr : &it->second;
}

// "true" or an epoch above 0 (with which membership began).
bool set_flag(const std::string& text) {
    if (auto b = parse_bool(text)) return *b;
    return parse_int(text).value_or(0) > 0;
}
bool peer_online(const std::string& text) {
    if (iequals(text, "online")) return true;
    return parse_int(text).value_or(0) > 1;
}
std::int64_t since(const std::string& text) { return parse_int(text).value_or(0); }

void read_fail_count(Node& n, const std::string& name, const std::string& text) {
    bool count = starts_with(name, "fail-count-");
    if (!count && !starts_with(name, "last-failure-")) return;
    std::string rest = name.substr(count ? 11 : 13);
    std::string op;
    std::int64_t interval = 0;
    auto hash = rest.rfind('#');
    if (hash != std::string::npos) {
        std::string tail = rest.substr(hash + 1);
        auto cut = tail.rfind('_');
        if (cut != std::string::npos) {
            op = tail.substr(0, cut);
            interval = parse_int(tail.substr(cut + 1)).value_or(0);
        }
        rest.resize(hash);
    }
    if (count)
        n.fail_counts.push_back({rest, op, interval, score_of(text)});
    else
        n.last_failures.emplace_back(rest, parse_int(text).value_or(0));
}

void read_transient(Model& m, Node& n, const cib::NodeState& s) {
    if (s.transient.name().empty()) return;
    for (const auto& v : cib::resolve(s.transient, "instance_attributes", m.context(), m.index)) {
        std::string name{v.name};
        n.attrs[name] = std::string{v.value};
        read_fail_count(n, name, n.attrs[name]);
    }
    for (const auto& v : cib::resolve(s.transient, "utilization", m.context(), m.index))
        n.capacity[std::string{v.name}] = static_cast<int>(parse_int(v.value).value_or(0));
}

void read_modes(Model& m, Node& n) {
    if (on(n.attrs, "standby")) n.standby = true;
    if (on(n.attrs, "maintenance")) n.maintenance = true;
    if (const auto* d = value(n.attrs, "resource-discovery-enabled"))
        if (n.kind != NodeKind::member && !parse_bool(*d).value_or(true)) n.discovery = false;
    if (m.config.maintenance) n.maintenance = n.maintenance || false;
}

bool shutdown_requested(const Node& n) {
    const auto* s = value(n.attrs, "shutdown");
    return s != nullptr && parse_int(*s).value_or(0) != 0;
}

// How a member without fencing is judged: nothing can be proved, so what is not there is simply off.
void judge_without_fencing(Model&, Node& n, bool in_ccm, bool crmd, const std::string& join) {
    if (!in_ccm) return;
    if (!crmd) return;
    n.online = join == "member";
    if (!n.online) n.pending = true, n.online = false;
}

bool termination_requested(const Node& n) {
    const auto* t = value(n.attrs, "terminate");
    return t != nullptr && (parse_bool(*t).value_or(false) || parse_int(*t).value_or(0) != 0);
}

// On its way in: waited for, but no longer than node-pending-timeout.
void judge_coming(Model& m, NodeIx ix, const cib::NodeState& s) {
    const std::int64_t start = since(s.in_ccm), limit = m.config.node_pending_timeout_ms;
    const bool limited = limit > 0 && start > 1;
    if (limited && m.now.to_seconds() - start >= limit / 1000) {
        m.fence(ix, "peer pending timed out on joining the process group");
        return;
    }
    if (limited) m.context().changes_at(WallTime::from_seconds(start + limit / 1000));
    m.node(ix).pending = true;
    m.node(ix).standby = true;
}

// Not in the membership: still coming, gone in order, shot, or lost.
void judge_absent(Model& m, NodeIx ix, const cib::NodeState& s, bool crmd, bool terminate) {
    if (crmd && s.expected != "member" && s.join != "banned" && !terminate) {
        judge_coming(m, ix, s);
        m.node(ix).online = false;
        return;
    }
    m.node(ix).online = false;
    const bool in_order = s.expected != "member" && (s.join.empty() || s.join == "down") && !crmd && !terminate;
    const bool was_shot = terminate && s.join == "down" && !crmd;
    if (!in_order && !was_shot) m.fence(ix, "peer is no longer part of the cluster");
}

void judge_with_fencing(Model& m, NodeIx ix, const cib::NodeState& s, bool in_ccm, bool crmd) {
    Node& n = m.node(ix);
    const bool terminate = termination_requested(n);
    n.online = crmd;
    if (n.shutdown) return;
    if (s.in_ccm.empty()) return m.fence(ix, "peer has not been seen by the cluster");
    if (!in_ccm) return judge_absent(m, ix, s, crmd, terminate);
    const bool not_joined = s.join.empty() || s.join == "down";
    const bool not_expected = s.expected.empty() || s.expected == "down";
    if (s.join == "banned") {
        m.fence(ix, "peer failed Pacemaker membership criteria");
    } else if (!terminate && not_joined && not_expected) {
        judge_coming(m, ix, s);
    } else if (terminate && s.join == "down" && !crmd) {
        return;  // was just shot
    } else if (!crmd) {
        n.online = false;
        m.fence(ix, "peer process is no longer available");
    } else if (terminate) {
        m.fence(ix, "termination was requested");
    } else if (s.join != "member") {
        judge_coming(m, ix, s);
    }
}

void judge_member(Model& m, NodeIx ix, const cib::NodeState& s) {
    Node& n = m.node(ix);
    n.unseen = false;
    n.has_state = true;
    n.expected_up = s.expected == "member";
    bool in_ccm = set_flag(s.in_ccm), crmd = peer_online(s.crmd);
    n.in_membership = in_ccm;
    n.shutdown = shutdown_requested(n);
    if (m.config.fencing)
        judge_with_fencing(m, ix, s, in_ccm, crmd);
    else
        judge_without_fencing(m, n, in_ccm, crmd, s.join);
    if (n.online && n.shutdown) n.expected_up = false;
    if (n.online && n.expected_up && n.unclean) return;
}

// A configured member that nobody has seen yet.
void judge_unseen(Model& m, NodeIx ix) {
    Node& n = m.node(ix);
    if (m.config.fencing && m.config.startup_fencing) {
        n.unclean = true;
        if (n.fence_reason.empty()) n.fence_reason = "node is unclean";
        m.fence_order.push_back(ix);
    }
}

void node_health(Model& m, Node& n) {
    const Config& c = m.config;
    if (c.health_strategy == "none") return;
    std::int32_t sum = c.health_strategy == "progressive" ? c.health_base : 0;
    for (auto it = n.attrs.lower_bound("#health"); it != n.attrs.end() && starts_with(it->first, "#health"); ++it) {
        std::int32_t v = it->second == "red"      ? c.health_red
                         : it->second == "yellow" ? c.health_yellow
                         : it->second == "green"  ? c.health_green
                                                  : score_of(it->second);
        sum = add_scores(sum, v);
        if (v < 0) n.health_red = true;
    }
    n.health = sum;
}

}  // namespace

void Model::fence(NodeIx ix, std::string reason) {
    Node& n = node(ix);
    if (n.kind == NodeKind::guest && n.remote_rsc != kNone && rsc(n.remote_rsc).container != kNone) {
        Resource& container = rsc(rsc(n.remote_rsc).container);
        if (!container.failed) {
            if (!container.managed) return;
            n.fence_reason = std::move(reason);
            n.remote_reset = true;
            container.failed = true;
            container.stop_required = true;
        }
        return;
    }
    if (n.kind == NodeKind::remote && n.remote_rsc == kNone) {  // nothing manages it any more
        n.remote_reset = true;
        return;
    }
    if (n.kind == NodeKind::remote) {
        if (!rsc(n.remote_rsc).managed) return;
        n.remote_reset = true;
    }
    if (n.fence_reason.empty()) n.fence_reason = std::move(reason);
    if (!n.unclean) fence_order.push_back(ix);
    n.unclean = true;
}

void unpack_node_states(Model& m) {
    std::set<NodeIx> seen;
    for (const auto& s : m.cib->status.nodes) {
        NodeIx ix = kNone;
        if (auto it = m.node_by_id.find(s.id); it != m.node_by_id.end())
            ix = it->second;
        else
            ix = m.find_node(s.uname);
        if (ix == kNone) continue;
        Node& n = m.node(ix);
        n.state = &s;
        read_transient(m, n, s);
        read_modes(m, n);
        seen.insert(ix);
        if (n.kind != NodeKind::member) {
            n.unseen = false;
            if (const auto* maint = s.find_extra("node_in_maintenance"))
                n.rsc_in_maintenance = parse_int(*maint).value_or(0) != 0;
            if (const auto* fenced = s.find_extra("node_fenced")) n.remote_was_fenced = parse_int(*fenced).value_or(0) != 0;
        } else {
            judge_member(m, ix, s);
        }
        node_health(m, n);
    }
    for (NodeIx i = 0; i < m.node_count(); ++i) {
        if (seen.count(i) != 0) continue;
        read_modes(m, m.node(i));
        node_health(m, m.node(i));
        if (m.node(i).kind == NodeKind::member) judge_unseen(m, i);
    }
    // A partition that lost quorum under no-quorum-policy=fence shoots all of itself.
    if (m.config.no_quorum == QuorumPolicy::fence && !m.config.have_quorum)
        for (NodeIx i = 0; i < m.node_count(); ++i)
            if (m.node(i).kind == NodeKind::member && m.node(i).online) m.fence(i, "cluster does not have quorum");
}

}  // namespace muster::policy
