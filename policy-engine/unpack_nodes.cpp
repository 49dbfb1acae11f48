// Nodes: members as configured, remote nodes by their connection resource, guests by their container or bundle.
#include <algorithm>

#include "base/text.h"
#include "policy-engine/model.h"

namespace muster::policy {
namespace {

// <nodes> and <resources> name nodes in several ways; the first one to name it makes it.
Node* make_node(Model& m, std::string id, std::string name, NodeKind kind) {
    for (Node& n : m.nodes)
        if (iequals(n.name, name)) return &n;
    Node n;
    n.id = std::move(id);
    n.name = std::move(name);
    n.kind = kind;
    if (kind != NodeKind::member) n.unseen = false;
    m.nodes.push_back(std::move(n));
    return &m.nodes.back();
}

std::string meta_value(Model& m, const xml::Element& rsc, std::string_view name) {
    auto values = cib::resolve(rsc, "meta_attributes", m.context(), m.index);
    return std::string{values.get(name)};
}

bool is_remote_class(const xml::Element& e) {
    return e.get("class") == "ocf" && e.get("provider") == "pacemaker" && e.get("type") == "remote";
}

int bundle_replicas(const xml::Element& bundle) {
    for (std::string_view agent : {"docker", "podman", "rkt"}) {
        const auto* e = bundle.child(agent);
        if (e == nullptr) continue;
        auto masters = parse_int(e->get("promoted-max", e->get("masters")));
        auto n = parse_int(e->get("replicas"));
        return static_cast<int>(n ? *n : masters && *masters > 0 ? *masters : 1);
    }
    return 0;
}

void scan_resources(Model& m, const xml::Element& e, const xml::Element& templates) {
    if (e.name() == "template") return;
    if (e.name() == "bundle") {
        if (e.child("primitive") != nullptr)
            for (int i = 0; i < bundle_replicas(e); ++i) {
                std::string name = e.id() + "-" + std::to_string(i);
                make_node(m, name, name, NodeKind::guest)->kind = NodeKind::guest;
            }
        return;
    }
    if (e.name() == "primitive") {
        const auto* tmpl = e.has("template") ? templates.child("template", e.get("template")) : nullptr;
        if (is_remote_class(tmpl != nullptr ? *tmpl : e)) {
            make_node(m, e.id(), e.id(), NodeKind::remote)->kind = NodeKind::remote;
            return;
        }
        std::string guest = meta_value(m, e, "remote-node");
        if (guest.empty() && tmpl != nullptr) guest = meta_value(m, *tmpl, "remote-node");
        if (!guest.empty()) make_node(m, guest, guest, NodeKind::guest)->kind = NodeKind::guest;
        return;
    }
    for (const auto& child : e.children()) scan_resources(m, child, templates);
}

void read_attributes(Model& m, Node& n, const xml::Element* node) {
    n.attrs["#uname"] = n.name;
    n.attrs["#id"] = n.id;
    n.attrs["#kind"] = n.kind == NodeKind::member ? "cluster" : n.kind == NodeKind::remote ? "remote" : "container";
    n.attrs["#is_dc"] = n.is_dc ? "true" : "false";
    if (!m.config.cluster_name.empty()) n.attrs["#cluster-name"] = m.config.cluster_name;
    if (node != nullptr) {
        auto values = cib::resolve(*node, "instance_attributes", m.context(), m.index);
        for (const auto& v : values) {
            n.attrs[std::string{v.name}] = std::string{v.value};
            n.permanent[std::string{v.name}] = std::string{v.value};
        }
        for (const auto& v : cib::resolve(*node, "utilization", m.context(), m.index))
            n.capacity[std::string{v.name}] = static_cast<int>(parse_int(v.value).value_or(0));
    }
    auto site = n.attrs.find("site-name");
    n.attrs["#site-name"] = site != n.attrs.end() ? site->second : m.config.cluster_name;
}

const xml::Element* node_element(const Model& m, const Node& n) {
    const auto* section = m.cib->section("nodes");
    if (section == nullptr) return nullptr;
    for (const auto* e : section->children_named("node"))
        if (e->get("uname") == n.name || (!e->has("uname") && e->id() == n.id)) return e;
    return nullptr;
}

// Remote nodes whose connection is configured no more, but may still be up.
bool connection_known(const Model& m, const std::string& name) {
    for (const auto& s : m.cib->status.nodes)
        for (const auto& h : s.history)
            if (h.id == name && h.klass == "ocf" && h.provider == "pacemaker" && h.type == "remote") return true;
    return false;
}

void scan_states(Model& m) {
    for (const auto& s : m.cib->status.nodes) {
        const std::string& name = s.uname.empty() ? s.id : s.uname;
        if (name.empty() || !connection_known(m, name)) continue;
        make_node(m, s.id, name, NodeKind::remote);
    }
}

}  // namespace

void unpack_nodes(Model& m) {
    if (const auto* section = m.cib->section("nodes")) {
        for (const auto* e : section->children_named("node")) {
            if (!e->has("uname")) continue;
            if (e->get("type") == "ping") continue;
            NodeKind kind = e->get("type") == "remote" ? NodeKind::remote : NodeKind::member;
            make_node(m, e->id(), e->get("uname"), kind);
        }
    }
    if (const auto* resources = m.cib->section("resources"))
        for (const auto& e : resources->children()) scan_resources(m, e, *resources);
    scan_states(m);
    std::sort(m.nodes.begin(), m.nodes.end(),
              [](const Node& a, const Node& b) { return natural_less(a.name, b.name); });
    for (NodeIx i = 0; i < m.node_count(); ++i) {
        Node& n = m.node(i);
        if (!m.config.dc_uuid.empty() && n.id == m.config.dc_uuid) {
            n.is_dc = true;
            m.dc = i;
        }
        m.node_by_name[n.name] = i;
        m.node_by_id[n.id] = i;
        read_attributes(m, n, node_element(m, n));
    }
}

}  // namespace muster::policy
