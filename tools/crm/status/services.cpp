// Services: the resources at the top, fence devices left out.
#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "tools/crm/status/screen.h"

namespace muster::crm::status {

using policy::ResourceView;

bool is_fence_device(const ResourceView& r) {
    if (r.kind == "primitive") return r.klass == "stonith";
    return !r.children.empty() && std::all_of(r.children.begin(), r.children.end(), is_fence_device);
}

namespace {

using Lost = std::set<std::string>;  // unclean nodes: nobody knows what runs there

bool lost(const ResourceView& r, const Lost& nodes) {
    return !r.nodes.empty() && std::all_of(r.nodes.begin(), r.nodes.end(), [&](const auto& n) { return nodes.count(n) > 0; });
}

bool all_active(const ResourceView& r, const Lost& nodes) {
    if (!r.children.empty()) return std::all_of(r.children.begin(), r.children.end(), [&](const auto& c) { return all_active(c, nodes); });
    return !r.nodes.empty() && r.role != "Stopped" && !r.failed && !lost(r, nodes);
}

bool any_lost(const ResourceView& r, const Lost& nodes) {
    return lost(r, nodes) || std::any_of(r.children.begin(), r.children.end(), [&](const auto& c) { return any_lost(c, nodes); });
}

Lost lost_nodes(const Input& in) {
    Lost out;
    for (const auto& n : in.view.nodes) {
        if (n.unclean) out.insert(n.name);
    }
    return out;
}

void collect(const ResourceView& r, bool promoted_only, std::vector<std::string>& out) {
    if (r.children.empty()) {
        if (!promoted_only || r.role == "Promoted") out.insert(out.end(), r.nodes.begin(), r.nodes.end());
        return;
    }
    for (const auto& child : r.children) collect(child, promoted_only, out);
}

std::string node_list(const ResourceView& r, bool promoted_only, const Lost& without) {
    std::vector<std::string> nodes;
    collect(r, promoted_only, nodes);
    std::erase_if(nodes, [&](const std::string& n) { return without.count(n) > 0; });
    std::sort(nodes.begin(), nodes.end(), [](const auto& a, const auto& b) { return natural_less(a, b); });
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    return nodes.size() > 8 ? std::to_string(nodes.size()) + " nodes" : join(nodes, " ");
}

bool any(const ResourceView& r, bool ResourceView::*flag) {
    if (r.*flag) return true;
    return std::any_of(r.children.begin(), r.children.end(), [&](const auto& c) { return any(c, flag); });
}

bool disabled(const ResourceView& r) {
    if (r.disabled) return true;
    return !r.children.empty() && std::all_of(r.children.begin(), r.children.end(), disabled);
}

// What is under way in it; empty if nothing is.
std::string passing(const ResourceView& r) {
    static const std::map<std::string, std::string> states{
        {"Starting", "starting"}, {"Promoting", "starting"}, {"Stopping", "stopping"}, {"Demoting", "stopping"}, {"Migrating", "moving"}};
    if (const auto at = states.find(r.role); at != states.end()) return at->second;
    for (const auto& child : r.children) {
        if (std::string state = passing(child); !state.empty()) return state;
    }
    return {};
}

// Nobody knows yet whether it runs: the cluster is about to look, as after a cleanup.
bool is_looked_for(const Input& in, const ResourceView& r) {
    if (!r.children.empty()) return std::any_of(r.children.begin(), r.children.end(), [&](const auto& c) { return is_looked_for(in, c); });
    if (r.failed || !r.nodes.empty()) return false;
    const auto& actions = in.plan.graph.actions;
    return std::any_of(actions.begin(), actions.end(), [&](const policy::Action& a) {
        return a.task == "monitor" && a.interval.count() == 0 && a.resource == r.id;
    });
}

// The names that the history has for what is below `r`.
void history_names(const ResourceView& r, std::set<std::string>& out) {
    out.insert(r.id);
    out.insert(r.id.substr(0, r.id.find(':')));
    for (const auto& child : r.children) history_names(child, out);
}

// Since when: the last start (or promotion) where it is up, the last stop where it is down.
std::optional<std::int64_t> since(const Input& in, const ResourceView& r, bool up) {
    std::set<std::string> names;
    history_names(r, names);
    std::int64_t latest = 0;
    for (const auto& node : in.cib.status.nodes) {
        for (const auto& h : node.history) {
            if (names.count(h.id) == 0) continue;
            for (const auto& op : h.ops) {
                const bool counts = up ? op.operation == "start" || op.operation == "promote" || op.operation == "migrate_from"
                                       : op.operation == "stop" || op.operation == "demote" || op.rc != 0;
                if (counts) latest = std::max(latest, op.last_rc_change);
            }
        }
    }
    if (latest == 0 || latest > in.now.to_seconds()) return std::nullopt;
    return in.now.to_seconds() - latest;
}

// Instances of a clone: how many are up, how many there should be.
std::pair<std::size_t, std::size_t> instances(const Input& in, const ResourceView& r) {
    std::size_t running = 0;
    const Lost gone = lost_nodes(in);
    for (const auto& child : r.children) running += all_active(child, gone) ? 1 : 0;
    std::size_t expected = 0;
    for (const auto& n : in.view.nodes) {
        if (n.kind == "member" && !n.standby) ++expected;
    }
    std::size_t most = r.children.size();
    const auto* element = in.cib.configuration.find_by_id(r.id);
    if (element != nullptr) {
        for (const auto* set : element->children_named("meta_attributes")) {
            for (const auto& nv : set->children()) {
                if (nv.get("name") == "clone-max") most = static_cast<std::size_t>(parse_int(nv.get("value")).value_or(0));
            }
        }
        if (const auto* replicas = element->child("docker"); replicas != nullptr || element->name() == "bundle") expected = r.children.size();
    }
    return {running, most == 0 ? expected : std::min(most, std::max(expected, running))};
}

void judge(const Input& in, const ResourceView& r, Service& s) {
    const bool many = r.kind == "clone" || r.kind == "bundle";
    if (many) {
        const auto [up, expected] = instances(in, r);
        s.health = up == 0 ? Health::down : up < expected ? Health::partial : Health::up;
        s.state = up == 0 ? "DOWN" : up < expected ? std::to_string(up) + " of " + std::to_string(expected) + " up" : "up";
        if (expected == 0 && up == 0) s.health = Health::off;
        if (r.promotable && up > 0 && node_list(r, true, lost_nodes(in)).empty()) {
            s.health = Health::partial;
            s.state = "not promoted";
        }
    } else {
        const Lost gone = lost_nodes(in);
        const bool up = all_active(r, gone);
        s.health = up ? Health::up : Health::down;
        s.state = up ? "up" : any_lost(r, gone) ? "LOST" : "DOWN";
        if (up && any(r, &ResourceView::blocked)) {
            s.health = Health::partial;
            s.state = "blocked";
        }
    }
    const bool wanted_off = disabled(r) || parse_bool(property(in.cib, "stop-all-resources").value_or("")).value_or(false);
    if (s.health == Health::down && wanted_off) {
        s.health = Health::off;
    } else if (const std::string state = passing(r); s.health == Health::down && !state.empty()) {
        s.health = Health::busy;
        s.state = state;
    } else if (s.health == Health::down && s.state == "DOWN" && in.view.have_quorum && is_looked_for(in, r)) {
        s.health = Health::busy;
        s.state = "checking";
    }
    if (s.health == Health::off) s.state = "off";
}

}  // namespace

std::vector<Service> services(const Input& in) {
    std::vector<Service> out;
    for (const auto& r : in.view.resources) {
        if (is_fence_device(r)) continue;
        Service s;
        s.id = r.id;
        s.kind = r.promotable ? "promotable" : r.kind;
        judge(in, r, s);
        // A service that is lost is shown where it was; instances elsewhere do not count lost nodes.
        const Lost without = s.state == "LOST" ? Lost{} : lost_nodes(in);
        s.where = node_list(r, false, without);
        if (const auto promoted = node_list(r, true, without); !promoted.empty()) {
            s.where = promoted + " (promoted)" + (promoted == s.where ? "" : ", all: " + s.where);
        }
        const bool up = s.health == Health::up || s.health == Health::partial;
        s.since_s = since(in, r, up);
        if (any(r, &ResourceView::blocked) && s.state != "blocked") s.remark = "blocked";
        if (s.state == "LOST") {
            s.where += " (UNCLEAN)";
            s.since_s.reset();
        }
        if (!r.managed) s.remark += (s.remark.empty() ? "" : ", ") + std::string{"unmanaged"};
        if (r.removed) s.remark += (s.remark.empty() ? "" : ", ") + std::string{"no longer configured"};
        out.push_back(std::move(s));
    }
    // Worst first; else as configured.
    const auto rank = [](Health h) { return h == Health::down ? 0 : h == Health::busy ? 1 : h == Health::partial ? 2 : h == Health::up ? 3 : 4; };
    std::stable_sort(out.begin(), out.end(), [&](const Service& a, const Service& b) { return rank(a.health) < rank(b.health); });
    return out;
}

}  // namespace muster::crm::status
