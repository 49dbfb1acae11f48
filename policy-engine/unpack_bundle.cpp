// Bundles: each replica is a container, perhaps an address, a connection into it and an instance of the primitive
// inside (Pacemaker Explained, "Bundles").  Guest nodes: the connection that a remote-node attribute implies.
#include <algorithm>

#include "base/text.h"
#include "policy-engine/bundle_elements.h"
#include "policy-engine/constraints.h"
#include "policy-engine/unpack.h"

namespace muster::policy {
namespace {

bool flag_of(const StringMap& meta, std::string_view name) {
    auto it = meta.find(name);
    return it != meta.end() && parse_bool(it->second).value_or(false);
}

int count(const xml::Element& e, std::string_view name, std::string_view old, int otherwise) {
    auto n = parse_int(e.get(name, e.get(old)));
    return n ? static_cast<int>(*n) : otherwise;
}

const xml::Element* agent_of(const xml::Element& e, std::string& agent) {
    for (std::string_view name : {"docker", "podman", "rkt"})
        if (const auto* found = e.child(name)) {
            agent = std::string{name};
            return found;
        }
    return nullptr;
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
    RscIx ix = new_resource(m_, std::move(r));
    finish(ix);
    const BundleElements elements{e, *agent, info};
    const bool inside = e.child("primitive") != nullptr;
    if (inside) {
        m_.made.push_back(elements.clone());
        info.child_clone = clone(*m_.made.back());
        Resource& within = m_.rsc(info.child_clone);
        within.parent = ix;
        within.clone_max = info.replicas;
        within.clone_node_max = info.per_host;
        m_.rsc(ix).promotable = within.promotable;
        m_.rsc(ix).interleave = flag_of(m_.rsc(ix).meta, "interleave");
    }
    for (int i = 0; i < info.replicas; ++i) info.list.push_back(replica(ix, i, elements, info));
    *m_.rsc(ix).bundle = std::move(info);
    return ix;
}

BundleReplica Definer::replica(RscIx bundle, int i, const BundleElements& elements, const BundleInfo& info) {
    BundleReplica rep;
    rep.index = i;
    rep.ip_address = elements.address(i);
    if (auto ip = elements.ip(i)) rep.ip = implicit(std::move(ip), bundle);
    rep.container = implicit(elements.container(i), bundle);
    m_.rsc(bundle).children.push_back(rep.container);
    if (info.child_clone == kNone) return rep;
    rep.remote = implicit(elements.connection(i), bundle);
    m_.rsc(rep.remote).container = rep.container;
    m_.rsc(rep.remote).migratable = false;
    m_.rsc(rep.container).fillers.push_back(rep.remote);
    rep.node = m_.rsc(rep.remote).remote_node;
    const auto& instances = m_.rsc(info.child_clone).children;
    if (static_cast<std::size_t>(i) < instances.size()) rep.child = instances[static_cast<std::size_t>(i)];
    if (rep.child == kNone) return rep;
    m_.rsc(rep.child).container = rep.container;
    m_.rsc(rep.container).fillers.push_back(rep.child);
    // What is inside takes its room from the host.
    std::swap(m_.rsc(rep.child).utilization, m_.rsc(rep.container).utilization);
    return rep;
}

void Definer::add_guests() {
    for (const auto& [ix, name] : guests_) {
        const auto& meta = m_.rsc(ix).meta;
        auto get = [&](std::string_view key, std::string otherwise) {
            auto it = meta.find(key);
            return it == meta.end() ? otherwise : it->second;
        };
        auto e = primitive_element(name, "pacemaker", "remote",
                                   {{"addr", get("remote-addr", name)}, {"port", get("remote-port", "3121")}}, "30s", "30s");
        xml::Element set{"meta_attributes", {{"id", name + "-meta"}}};
        set.add(xml::Element{"nvpair", {{"id", name + "-meta-allow-migrate"}, {"name", "allow-migrate"}, {"value", get("remote-allow-migrate", "true")}}});
        e->add(std::move(set));
        RscIx conn = implicit(std::move(e), kNone);
        m_.rsc(conn).container = ix;
        if (!m_.rsc(ix).managed && m_.rsc(ix).maintenance) m_.rsc(conn).managed = false, m_.rsc(conn).maintenance = true;
        m_.rsc(ix).fillers.push_back(conn);
        m_.top.push_back(conn);
    }
}

namespace {

// The guest node that a container is, for what is said to be inside it.
NodeIx guest_of(const Model& m, RscIx r) {
    if (m.rsc(r).is_remote_connection) return kNone;
    for (RscIx filler : m.rsc(m.rsc(r).container).fillers)
        if (m.rsc(filler).is_remote_connection && m.rsc(filler).remote_node != kNone) return m.rsc(filler).remote_node;
    return kNone;
}

}  // namespace

// Connections and addresses go where their containers are.
void bind_containers(Model& m) {
    constexpr std::int32_t kPreferred = 10'000;  // a container on a remote node is reached from a member
    auto bind = [&](RscIx dependent, RscIx primary, std::int32_t score) {
        if (dependent == kNone || primary == kNone) return;
        Colocation c;
        c.id = "#resource-with-container";
        c.dependent = dependent;
        c.primary = primary;
        c.score = score;
        add_colocation(m, std::move(c));
    };
    const auto n = static_cast<RscIx>(m.resources.size());
    for (RscIx r = 0; r < n; ++r) {
        const Resource& res = m.rsc(r);
        const bool bundled = res.parent != kNone && m.rsc(res.parent).kind == RscKind::bundle;
        const bool inside = m.clone_of(r) != kNone && m.rsc(m.clone_of(r)).parent != kNone;  // reached by its guest node
        if (res.container != kNone && !inside && guest_of(m, r) == kNone) bind(r, res.container, bundled ? kPreferred : kInf);
        else if (res.container != kNone && !inside) m.stays_on.emplace_back(r, guest_of(m, r));
        if (res.bundle)
            for (const auto& rep : res.bundle->list) bind(rep.ip, rep.container, kInf);
    }
}

}  // namespace muster::policy
