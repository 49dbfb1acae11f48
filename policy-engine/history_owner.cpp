// Whose history it is: the resource, or the instance of a clone, that an entry of a node's status tells of; one that is
// configured no more is made here (Pacemaker Explained, "Clones": anonymous and globally unique instances).
#include "base/text.h"
#include "policy-engine/history.h"
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

}  // namespace

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

RscIx owner_of(Model& m, const cib::ResourceHistory& h, NodeIx node) {
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

}  // namespace muster::policy
