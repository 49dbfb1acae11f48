// Is the cluster safe: quorum, fencing, and what the loss of any one node would mean.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "policy-engine/playback.h"
#include "tools/crm/status/screen.h"

namespace muster::crm::status {

namespace {

std::string parameter(const cib::Cib& cib, const std::string& resource, const std::string& name) {
    const auto* element = cib.configuration.find_by_id(resource);
    if (element == nullptr) return "";
    for (const auto* set : element->children_named("instance_attributes")) {
        for (const auto& nv : set->children()) {
            if (nv.get("name") == name) return nv.get("value");
        }
    }
    return "";
}

void devices(const policy::ResourceView& r, std::vector<const policy::ResourceView*>& out) {
    if (r.kind == "primitive" && r.klass == "stonith") out.push_back(&r);
    for (const auto& child : r.children) devices(child, out);
}

// Names the device lists itself; a device that asks its agent may reach any node.
bool reaches(const cib::Cib& cib, const policy::ResourceView& device, const std::string& node) {
    const std::string list = replace_all(parameter(cib, device.id, "pcmk_host_list"), ",", " ");
    const std::string map = parameter(cib, device.id, "pcmk_host_map");
    if (list.empty() && map.empty()) return true;
    for (auto n : split_words(list)) {
        if (n == node) return true;
    }
    for (auto pair : split(map, ';')) {
        if (trim(pair.substr(0, pair.find(':'))) == node) return true;
    }
    return false;
}

// The document as it would be just after the node was lost.
cib::Cib without(const cib::Cib& cib, const std::string& node) {
    cib::Cib out = cib;
    if (auto* state = out.status.node(node)) {
        state->in_ccm = state->in_ccm == "true" ? "false" : "0";
        state->crmd = state->crmd == "online" ? "offline" : "0";
        state->join = "down";
        state->expected = "member";
    }
    return out;
}

// Three transitions on, or as soon as there is nothing left to do.
cib::Cib settled(cib::Cib cib, WallTime now) {
    for (int round = 0; round < 3; ++round) {
        const auto plan = policy::plan(cib, now);
        if (plan.graph.actions.empty()) break;
        policy::PlaybackOptions options;
        options.now = now;
        options.transition_id = round;
        cib = policy::play(cib, plan.graph, options).cib;
    }
    return cib;
}

std::vector<Service> services_in(const cib::Cib& cib, const Input& in) {
    const auto view = policy::cluster_view(cib, in.now);
    const policy::Plan none;
    return services({cib, view, none, in.facts, in.now});
}

LossAnswer lose(const Input& in, const cib::Cib& from, const std::string& node, const std::vector<Service>& before) {
    LossAnswer out;
    out.node = node;
    const auto after = services_in(settled(without(from, node), in.now), in);
    for (const auto& s : after) {
        const auto was = std::find_if(before.begin(), before.end(), [&](const Service& b) { return b.id == s.id; });
        if (was == before.end() || was->health == Health::down || was->health == Health::off) continue;
        if (was->state == "stopping") continue;  // it goes down in any case
        if (s.health == Health::down) {
            out.down.push_back(s.id);
        } else if (s.kind != "clone" && s.kind != "promotable" && s.where != was->where) {
            out.moves.push_back(s.id + " -> " + s.where);
        }
    }
    return out;
}

}  // namespace

void safety(const Input& in, Screen& screen) {
    screen.safety.push_back(in.view.have_quorum ? "quorum: yes" : "quorum: NO");
    const bool fencing = parse_bool(property(in.cib, "stonith-enabled").value_or(property(in.cib, "fencing-enabled").value_or("true"))).value_or(true);
    if (!fencing) {
        screen.safety.push_back("fencing: OFF - after a node is lost its data may be used twice (crm configure property stonith-enabled=true)");
        return;
    }
    std::vector<const policy::ResourceView*> all;
    for (const auto& r : in.view.resources) devices(r, all);
    const bool watchdog = property(in.cib, "stonith-watchdog-timeout").value_or("0") != "0" || property(in.cib, "fencing-watchdog-timeout").value_or("0") != "0";
    if (all.empty()) {
        screen.safety.push_back(watchdog ? "fencing: on, by watchdog alone" : "fencing: on, but NO DEVICE is configured: a lost node can not be fenced");
        return;
    }
    std::string line = "fencing: on";
    for (const auto& n : in.view.nodes) {
        if (n.kind != "member") continue;
        std::string names;
        for (const auto* d : all) {
            if (reaches(in.cib, *d, n.name)) names += (names.empty() ? "" : ", ") + d->id;
        }
        line += "; " + n.name + (names.empty() ? " NO DEVICE" : " by " + names);
    }
    screen.safety.push_back(line);
}

std::vector<LossAnswer> node_losses(const Input& in, std::optional<std::string>& left_out) {
    std::vector<LossAnswer> out;
    std::vector<std::string> online;
    for (const auto& n : in.view.nodes) {
        if (n.unclean) {
            left_out = "not worked out while a node is unclean";
            return out;
        }
        if (n.online && n.kind == "member") online.push_back(n.name);
    }
    if (!in.view.have_quorum) left_out = "not worked out without quorum";
    // Each answer is a plan of its own: a screen must not wait for hundreds.
    if (online.size() * std::max<std::size_t>(1, in.view.resources.size()) > 120) left_out = "not worked out for so large a cluster (crm simulate --node-fail NODE)";
    if (left_out || online.size() < 2) return out;
    // Counted from where everything is when what is under way has been done.
    const bool quiet = in.plan.graph.actions.empty();
    const cib::Cib from = quiet ? in.cib : settled(in.cib, in.now);
    const auto before = quiet ? services(in) : services_in(from, in);
    for (const auto& n : online) out.push_back(lose(in, from, n, before));
    return out;
}

}  // namespace muster::crm::status
