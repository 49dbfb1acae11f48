// Bundles: each replica is a container, perhaps an address, a connection into it and an instance of the primitive
// inside (Pacemaker Explained, "Bundles").  Guest nodes: the connection that a remote-node attribute implies.
#include <algorithm>

#include "base/text.h"
#include "policy-engine/constraints.h"
#include "policy-engine/unpack.h"

namespace muster::policy {
namespace {

xml::Element nvset(const std::string& kind, const std::string& id, const std::vector<std::pair<std::string, std::string>>& values) {
    xml::Element set{kind, {{"id", id}}};
    for (const auto& [name, value] : values)
        set.add(xml::Element{"nvpair", {{"id", id + "-" + name}, {"name", name}, {"value", value}}});
    return set;
}

xml::Element primitive_element(const std::string& id, const std::string& provider, const std::string& type,
                               const std::vector<std::pair<std::string, std::string>>& params, const std::string& interval) {
    xml::Element e{"primitive", {{"id", id}, {"class", "ocf"}, {"provider", provider}, {"type", type}}};
    e.add(nvset("instance_attributes", id + "-attributes", params));
    xml::Element ops{"operations"};
    ops.add(xml::Element{"op", {{"id", id + "-monitor-" + interval}, {"name", "monitor"}, {"interval", interval}}});
    e.add(std::move(ops));
    return e;
}

int count(const xml::Element& e, std::string_view name, std::string_view old, int otherwise) {
    auto n = parse_int(e.get(name, e.get(old)));
    return n ? static_cast<int>(*n) : otherwise;
}

// The next address: "10.0.0.9" -> "10.0.0.10".
std::string next_address(const std::string& address, int offset) {
    auto dot = address.rfind('.');
    if (dot == std::string::npos) return address;
    auto last = parse_int(address.substr(dot + 1)).value_or(0);
    return address.substr(0, dot + 1) + std::to_string(last + offset);
}

const xml::Element* agent_of(const xml::Element& e, std::string& agent) {
    for (std::string_view name : {"docker", "podman", "rkt"})
        if (const auto* found = e.child(name)) {
            agent = std::string{name};
            return found;
        }
    return nullptr;
}

xml::Element clone_element(const xml::Element& bundle, const BundleInfo& info, const xml::Element& primitive) {
    std::string id = bundle.id() + (info.promoted_max > 0 ? "-master" : "-clone");
    xml::Element e{"clone", {{"id", id}}};
    std::vector<std::pair<std::string, std::string>> meta{
        {"clone-max", std::to_string(info.replicas)},
        {"clone-node-max", std::to_string(info.per_host)},
        {"globally-unique", info.per_host > 1 ? "true" : "false"},
        {"promotable", info.promoted_max > 0 ? "true" : "false"}};
    if (info.promoted_max > 0) meta.emplace_back("promoted-max", std::to_string(info.promoted_max));
    e.add(nvset("meta_attributes", id + "-meta", meta));
    e.add(primitive);
    return e;
}

}  // namespace

RscIx Definer::implicit(std::unique_ptr<xml::Element> e, RscIx parent) {
    m_.made.push_back(std::shared_ptr<const xml::Element>(std::move(e)));
    return primitive(*m_.made.back(), parent, "");
}

RscIx Definer::bundle(const xml::Element& e) {
    Resource r;
    r.kind = RscKind::bundle;
    r.base = r.id = e.id();
    r.xml = &e;
    r.bundle = std::make_unique<BundleInfo>();
    BundleInfo info;
    const auto* agent = agent_of(e, info.agent);
    if (agent == nullptr) {
        m_.error("bundle " + e.id() + " has no container of a kind that is known (docker, podman); ignored");
        return kNone;
    }
    info.promoted_max = count(*agent, "promoted-max", "masters", 0);
    info.replicas = count(*agent, "replicas", "replicas", info.promoted_max > 0 ? info.promoted_max : 1);
    info.per_host = count(*agent, "replicas-per-host", "replicas-per-host", 1);
    r.promotable = info.promoted_max > 0;
    RscIx ix = new_resource(m_, std::move(r));
    finish(ix);
    const auto* network = e.child("network");
    const std::string first_ip = network == nullptr ? "" : network->get("ip-range-start");
    const std::string port = network == nullptr ? "3121" : network->get("control-port", "3121");
    const auto* inside = e.child("primitive");
    RscIx clone_ix = kNone;
    if (inside != nullptr) {
        m_.made.push_back(std::make_shared<const xml::Element>(clone_element(e, info, *inside)));
        clone_ix = clone(*m_.made.back());
        m_.rsc(clone_ix).parent = ix;
        for (const auto& [k, v] : m_.rsc(ix).meta) m_.rsc(clone_ix).meta.emplace(k, v);
        clone_modes(clone_ix, info.promoted_max > 0);
        m_.rsc(clone_ix).clone_max = info.replicas;
        m_.rsc(clone_ix).promoted_max = info.promoted_max;
        m_.rsc(clone_ix).clone_node_max = 1;
    }
    info.child_clone = clone_ix;
    for (int i = 0; i < info.replicas; ++i) {
        BundleReplica rep;
        rep.index = i;
        const std::string n = std::to_string(i);
        if (!first_ip.empty()) {
            rep.ip_address = next_address(first_ip, i);
            rep.ip = implicit(std::make_unique<xml::Element>(primitive_element(
                                  e.id() + "-ip-" + rep.ip_address, "heartbeat", "IPaddr2",
                                  {{"ip", rep.ip_address}, {"cidr_netmask", network->get("host-netmask", "32")}}, "60s")),
                              ix);
        }
        rep.container = implicit(std::make_unique<xml::Element>(primitive_element(
                                     e.id() + "-" + info.agent + "-" + n, "heartbeat", info.agent,
                                     {{"image", agent->get("image")}, {"allow_pull", "true"}, {"force_kill", "false"}, {"reuse", "false"}}, "60s")),
                                 ix);
        if (inside != nullptr) {
            rep.remote = implicit(std::make_unique<xml::Element>(primitive_element(
                                      e.id() + "-" + n, "pacemaker", "remote", {{"addr", rep.ip_address.empty() ? "#uname" : rep.ip_address}, {"port", port}}, "30s")),
                                  ix);
            m_.rsc(rep.remote).container = rep.container;
            m_.rsc(rep.remote).migratable = false;
            m_.rsc(rep.container).fillers.push_back(rep.remote);
            rep.node = m_.rsc(rep.remote).remote_node;
            if (static_cast<std::size_t>(i) < m_.rsc(clone_ix).children.size()) rep.child = m_.rsc(clone_ix).children[static_cast<std::size_t>(i)];
            if (rep.child != kNone) {
                m_.rsc(rep.child).container = rep.container;
                m_.rsc(rep.container).fillers.push_back(rep.child);
            }
        }
        m_.rsc(ix).children.push_back(rep.container);
        info.list.push_back(rep);
    }
    *m_.rsc(ix).bundle = std::move(info);
    return ix;
}

void Definer::add_guests() {
    for (const auto& [ix, name] : guests_) {
        const auto& meta = m_.rsc(ix).meta;
        auto get = [&](std::string_view key, std::string otherwise) {
            auto it = meta.find(key);
            return it == meta.end() ? otherwise : it->second;
        };
        auto e = std::make_unique<xml::Element>(primitive_element(name, "pacemaker", "remote",
                                                                  {{"addr", get("remote-addr", name)}, {"port", get("remote-port", "3121")}}, "30s"));
        e->add(nvset("meta_attributes", name + "-meta", {{"allow-migrate", get("remote-allow-migrate", "true")}}));
        RscIx conn = implicit(std::move(e), kNone);
        m_.rsc(conn).container = ix;
        if (!m_.rsc(ix).managed && m_.rsc(ix).maintenance) m_.rsc(conn).managed = false, m_.rsc(conn).maintenance = true;
        m_.rsc(ix).fillers.push_back(conn);
        m_.top.push_back(conn);
    }
}

// Connections and addresses go where their containers are.
void bind_containers(Model& m) {
    auto bind = [&](RscIx dependent, RscIx primary) {
        if (dependent == kNone || primary == kNone) return;
        Colocation c;
        c.id = "#resource-with-container";
        c.dependent = dependent;
        c.primary = primary;
        c.score = kInf;
        add_colocation(m, std::move(c));
    };
    const auto n = static_cast<RscIx>(m.resources.size());
    for (RscIx r = 0; r < n; ++r) {
        const Resource& res = m.rsc(r);
        if (res.is_remote_connection && res.container != kNone) bind(r, res.container);
        if (res.bundle)
            for (const auto& rep : res.bundle->list) bind(rep.ip, rep.container);
    }
}

}  // namespace muster::policy
