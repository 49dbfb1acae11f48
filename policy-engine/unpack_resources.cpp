// Resources: templates merged, defaults applied, groups, clones and bundles expanded into instances.
#include <algorithm>

#include "base/text.h"
#include "policy-engine/unpack.h"

namespace muster::policy {
namespace {

const xml::Element* template_of(Model& m, const xml::Element& e) {
    if (!e.has("template")) return nullptr;
    const auto* t = m.index.find(e.get("template"));
    if (t == nullptr || t->name() != "template") {
        m.error("primitive " + e.id() + " refers to template " + e.get("template") + ", which is not there");
        return nullptr;
    }
    return t;
}

std::vector<const xml::Element*> sets_of(const xml::Element* e, const xml::Element* tmpl, std::string_view name) {
    std::vector<const xml::Element*> sets;
    for (const auto* owner : {e, tmpl})
        if (owner != nullptr)
            for (const auto* s : owner->children_named(name)) sets.push_back(s);
    return sets;
}

void take(StringMap& map, const cib::NameValues& values) {
    for (const auto& v : values) map.emplace(std::string{v.name}, std::string{v.value});
}

// Own meta attributes, then the parent's, then rsc_defaults.
StringMap read_meta(Model& m, const Resource& r) {
    StringMap meta;
    auto context = m.context();
    const xml::Element* tmpl = nullptr;
    if (r.def) {
        context.rsc_class = r.def->klass;
        context.rsc_provider = r.def->provider;
        context.rsc_type = r.def->type;
        tmpl = r.def->tmpl;
    }
    take(meta, cib::resolve(sets_of(r.xml, tmpl, "meta_attributes"), context, m.index));
    if (r.parent != kNone)
        for (const auto& [k, v] : m.rsc(r.parent).meta) meta.emplace(k, v);
    if (const auto* defaults = m.cib->section("rsc_defaults"))
        take(meta, cib::resolve(*defaults, "meta_attributes", context, m.index));
    for (auto it = meta.begin(); it != meta.end();)
        it = it->second == "#default" ? meta.erase(it) : std::next(it);
    return meta;
}

const std::string* get(const StringMap& map, std::string_view name, std::string_view old = {}) {
    auto it = map.find(name);
    if (it == map.end() && !old.empty()) it = map.find(old);
    return it == map.end() ? nullptr : &it->second;
}
bool flag(const StringMap& map, std::string_view name, bool otherwise) {
    const auto* v = get(map, name);
    return v == nullptr ? otherwise : parse_bool(*v).value_or(otherwise);
}
int number(const StringMap& map, std::string_view name, int otherwise, std::string_view old = {}) {
    const auto* v = get(map, name, old);
    return v == nullptr ? otherwise : score_of(*v, otherwise);
}

void read_requires(Model& m, Resource& r) {
    const auto* text = get(r.meta, "requires");
    std::string value = text != nullptr ? to_lower(*text) : std::string{};
    if (value.empty() || (value != "nothing" && value != "quorum" && value != "fencing" && value != "unfencing")) {
        if (r.is_fence_device || r.is_remote_connection)
            value = "quorum";
        else
            value = m.config.have_unfencing ? "unfencing" : m.config.fencing ? "fencing" : "quorum";
    }
    if (value == "unfencing" && (!m.config.fencing || r.is_fence_device)) value = r.is_fence_device ? "quorum" : "quorum";
    if (value == "fencing" && !m.config.fencing) value = "quorum";
    r.needs_quorum = value != "nothing";
    r.needs_fencing = value == "fencing" || value == "unfencing";
    r.needs_unfencing = value == "unfencing";
}

void read_modes(Model& m, Resource& r) {
    const bool clone_child = r.parent != kNone && m.clone_of(r.self) != kNone;
    r.managed = flag(r.meta, "is-managed", true);
    if (m.config.maintenance || flag(r.meta, "maintenance", false)) {
        r.managed = false;
        r.maintenance = true;
    }
    r.priority = number(r.meta, "priority", 0);
    r.critical = flag(r.meta, "critical", true);
    r.stickiness = number(r.meta, "resource-stickiness", clone_child || r.kind == RscKind::clone ? 1 : 0);
    r.migration_threshold = number(r.meta, "migration-threshold", kInf);
    if (r.migration_threshold < 0) r.migration_threshold = kInf;
    if (const auto* t = get(r.meta, "failure-timeout")) r.failure_timeout_ms = duration_ms(*t, 0);
    r.allow_unhealthy = flag(r.meta, "allow-unhealthy-nodes", false);
    if (const auto* t = get(r.meta, "target-role")) {
        if (!iequals(*t, "Started") && !iequals(*t, "default")) r.target_role = parse_role(*t);
        else if (iequals(*t, "Started")) r.target_role = Role::started;
    }
    if (const auto* t = get(r.meta, "multiple-active")) {
        if (iequals(*t, "block")) r.multiple_active = MultipleActive::block;
        if (iequals(*t, "stop_only")) r.multiple_active = MultipleActive::stop_only;
        if (iequals(*t, "stop_unexpected")) r.multiple_active = MultipleActive::stop_unexpected;
    }
}

// allow-migrate counts for resources that are not clones, and by default for remote connections.
void read_migration(Model& m, Resource& r) {
    bool clone_child = m.clone_of(r.self) != kNone;
    r.migratable = flag(r.meta, "allow-migrate", r.is_remote_connection) && !clone_child;
}

bool uses_rules(const xml::Element* e) {
    if (e == nullptr) return false;
    for (const auto* s : e->children_named("instance_attributes"))
        if (s->child("rule") != nullptr || s->has("id-ref")) return true;
    return false;
}

std::shared_ptr<Definition> define(Model& m, const xml::Element& e) {
    auto def = std::make_shared<Definition>();
    def->xml = &e;
    def->tmpl = template_of(m, e);
    const xml::Element& typed = e.has("class") || def->tmpl == nullptr ? e : *def->tmpl;
    def->klass = typed.get("class");
    def->provider = typed.get("provider");
    def->type = typed.get("type");
    def->params_use_rules = uses_rules(&e) || uses_rules(def->tmpl);
    def->ops = read_operations(m, *def);
    if (def->tmpl != nullptr) m.template_users[def->tmpl->id()].push_back(e.id());
    return def;
}

// Only OCF and fence agents are told the number of their instance.  The first other class that a clone holds, or "".
std::string class_without_instances(Model& m, const xml::Element& clone) {
    for (const xml::Element& e : clone.children()) {
        if (e.name() == "group") {
            if (std::string inner = class_without_instances(m, e); !inner.empty()) return inner;
        }
        if (e.name() != "primitive") continue;
        const xml::Element* tmpl = e.has("class") ? nullptr : template_of(m, e);
        const std::string klass = (tmpl == nullptr ? e : *tmpl).get("class");
        if (!klass.empty() && klass != "ocf" && klass != "stonith") return klass;
    }
    return {};
}

int clone_instances(Model& m, const StringMap& meta) {
    int members = 0;
    for (const auto& n : m.nodes) members += n.kind == NodeKind::guest ? 1 : 1;
    return std::max(0, number(meta, "clone-max", std::max(1, members)));
}

}  // namespace

Definer::Definer(Model& m) : m_{m} {}

RscIx Definer::primitive(const xml::Element& e, RscIx parent, const std::string& suffix) {
    auto& def = defs_[e.id()];
    if (!def) def = define(m_, e);
    Resource r;
    r.base = e.id();
    r.id = e.id() + suffix;
    r.xml = &e;
    r.def = def;
    r.parent = parent;
    if (parent != kNone && (uses_rules(m_.rsc(parent).xml))) def->params_use_rules = true;
    for (RscIx p = parent; p != kNone; p = m_.rsc(p).parent)
        if (uses_rules(m_.rsc(p).xml)) def->params_use_rules = true;
    r.is_fence_device = def->klass == "stonith";
    r.is_remote_connection = def->klass == "ocf" && def->provider == "pacemaker" && def->type == "remote";
    RscIx ix = new_resource(m_, std::move(r));
    finish(ix);
    return ix;
}

void Definer::finish(RscIx ix) {
    Resource& r = m_.rsc(ix);
    r.meta = read_meta(m_, r);
    RscIx clone = m_.clone_of(ix);
    r.unique = clone == kNone ? r.parent == kNone || m_.rsc(r.parent).unique || true : m_.rsc(clone).unique;
    r.anonymous = clone != kNone && !r.unique;
    r.history = r.id;  // until the history says otherwise
    if (r.kind == RscKind::primitive) {
        Role wanted = effective_target_role(m_, r);
        (void)wanted;
    }
    read_modes(m_, r);
    if (r.kind == RscKind::primitive) {
        if (Role wanted = effective_target_role(m_, r); wanted != Role::unknown) set_next_role(r, wanted, "target-role");
        read_requires(m_, r);
        read_migration(m_, r);
        if (const auto* g = get(r.meta, "provides")) r.is_unfence_device = r.is_fence_device && iequals(*g, "unfencing");
        auto sets = sets_of(r.xml, r.def->tmpl, "utilization");
        if (!sets.empty())
            for (const auto& v : cib::resolve(sets, m_.context(), m_.index))
                r.utilization[std::string{v.name}] = static_cast<int>(parse_int(v.value).value_or(0));
        if (r.is_remote_connection) {
            r.remote_node = m_.find_node(r.id);
            if (r.remote_node != kNone) m_.node(r.remote_node).remote_rsc = ix;
            const auto& p = parameters(m_, ix, kNone);
            if (auto it = p.find("reconnect_interval"); it != p.end()) m_.rsc(ix).remote_reconnect_ms = m_.rsc(ix).failure_timeout_ms = duration_ms(it->second, 0);  // tried again when the failure is forgotten
        }
        m_.config.have_fence_devices |= m_.rsc(ix).is_fence_device;
        std::string guest = get(m_.rsc(ix).meta, "remote-node") != nullptr ? *get(m_.rsc(ix).meta, "remote-node") : "";
        if (!guest.empty() && !m_.rsc(ix).is_remote_connection) guests_.emplace_back(ix, guest);
    }
}

RscIx Definer::group(const xml::Element& e, RscIx parent, const std::string& suffix) {
    Resource r;
    r.kind = RscKind::group;
    r.base = e.id();
    r.id = e.id() + suffix;
    r.xml = &e;
    r.parent = parent;
    RscIx ix = new_resource(m_, std::move(r));
    finish(ix);
    for (const auto* p : e.children_named("primitive")) {
        RscIx child = primitive(*p, ix, suffix);
        m_.rsc(child).instance = m_.rsc(ix).instance;
        m_.rsc(ix).children.push_back(child);
    }
    return ix;
}

RscIx Definer::clone_instance(RscIx clone) {
    int n = static_cast<int>(m_.rsc(clone).children.size());
    std::string suffix = ":" + std::to_string(n);
    const xml::Element& e = *m_.rsc(clone).xml;
    const auto* p = e.child("group") != nullptr ? e.child("group") : e.child("primitive");
    if (p == nullptr) return kNone;
    RscIx child = p->name() == "group" ? group(*p, clone, suffix) : primitive(*p, clone, suffix);
    m_.rsc(child).instance = n;
    for (RscIx c : m_.rsc(child).children) m_.rsc(c).instance = n;
    m_.rsc(clone).children.push_back(child);
    return child;
}

void Definer::clone_modes(RscIx ix, bool promotable_element) {
    Resource& c = m_.rsc(ix);
    c.promotable = promotable_element || flag(c.meta, "promotable", false);
    c.clone_node_max = std::max(0, number(c.meta, "clone-node-max", 1));
    c.unique = flag(c.meta, "globally-unique", c.clone_node_max > 1);
    if (!c.unique && c.clone_node_max > 1) c.clone_node_max = 1;
    c.clone_min = number(c.meta, "clone-min", 0);
    c.notify = flag(c.meta, "notify", false);
    c.ordered = flag(c.meta, "ordered", false);
    c.interleave = flag(c.meta, "interleave", false);
    if (c.promotable) {
        c.promoted_max = std::max(0, number(c.meta, "promoted-max", 1, "master-max"));
        c.promoted_node_max = std::max(0, number(c.meta, "promoted-node-max", 1, "master-node-max"));
    }
    c.clone_max = clone_instances(m_, c.meta);
    if (const std::string klass = class_without_instances(m_, *c.xml); c.unique && !klass.empty()) {
        m_.warn("globally-unique is ignored for " + c.id + ": resources of class " + klass + " cannot tell instances apart");
        c.unique = false;
        c.clone_node_max = std::min(c.clone_node_max, 1);
        c.clone_max = std::min(c.clone_max, m_.node_count());
    }
}

RscIx Definer::clone(const xml::Element& e) {
    Resource r;
    r.kind = RscKind::clone;
    r.base = r.id = e.id();
    r.xml = &e;
    RscIx ix = new_resource(m_, std::move(r));
    finish(ix);
    clone_modes(ix, e.name() == "master");
    m_.rsc(ix).history = m_.rsc(ix).id;
    int count = m_.rsc(ix).clone_max;
    for (int i = 0; i < std::max(count, 1); ++i) clone_instance(ix);
    // One instance always exists as a model; with clone-max 0 it may not run.
    for (RscIx child : m_.rsc(ix).children) {
        m_.rsc_by_id.emplace(m_.rsc(child).base, ix);
        for (RscIx c : m_.rsc(child).children) m_.rsc_by_id.emplace(m_.rsc(c).base, ix);
    }
    return ix;
}

void Definer::element(const xml::Element& e) {
    RscIx ix = kNone;
    if (e.is_comment() || e.name() == "template") return;
    if (e.name() == "primitive") ix = primitive(e, kNone, "");
    else if (e.name() == "group") ix = group(e, kNone, "");
    else if (e.name() == "clone" || e.name() == "master") ix = clone(e);
    else if (e.name() == "bundle") ix = bundle(e);
    if (ix != kNone) m_.top.push_back(ix);
}

RscIx new_resource(Model& m, Resource r) {
    RscIx ix = static_cast<RscIx>(m.resources.size());
    r.self = ix;
    if (r.history.empty()) r.history = r.id;
    m.rsc_by_id.emplace(r.id, ix);
    m.resources.push_back(std::move(r));
    return ix;
}

const StringMap& parameters(Model& m, RscIx ix, NodeIx n) {
    Resource& r = m.rsc(ix);
    Definition& def = *r.def;
    int key = def.params_use_rules ? n : kNone;
    auto& slot = def.params_cache[key];
    if (slot) return *slot;
    struct Lookup : cib::NameLookup {
        const StringMap* map = nullptr;
        const std::string* find(std::string_view name) const override {
            auto it = map->find(name);
            return it == map->end() ? nullptr : &it->second;
        }
    } lookup;
    auto context = m.context();
    context.rsc_class = def.klass;
    context.rsc_provider = def.provider;
    context.rsc_type = def.type;
    if (key != kNone) {
        lookup.map = &m.node(n).attrs;
        context.node = &lookup;
    }
    slot = std::make_shared<StringMap>();
    take(*slot, cib::resolve(sets_of(r.xml, def.tmpl, "instance_attributes"), context, m.index));
    for (RscIx p = r.parent; p != kNone; p = m.rsc(p).parent)
        if (m.rsc(p).xml != nullptr && m.rsc(p).kind != RscKind::bundle)
            take(*slot, cib::resolve(*m.rsc(p).xml, "instance_attributes", context, m.index));
    for (auto it = slot->begin(); it != slot->end();)
        it = it->second == "#default" ? slot->erase(it) : std::next(it);
    return *slot;
}

void unpack_resources(Model& m) {
    const auto* section = m.cib->section("resources");
    if (section == nullptr) return;
    Definer definer{m};
    // Whether devices unfence decides what resources require: known before any of them is read.
    std::vector<const xml::Element*> open{section};
    while (!open.empty()) {
        const auto* e = open.back();
        open.pop_back();
        for (const auto& c : e->children()) open.push_back(&c);
        if (e->name() != "primitive" || e->get("class") != "stonith") continue;
        auto meta = cib::resolve(*e, "meta_attributes", m.context(), m.index);
        if (iequals(meta.get("provides"), "unfencing")) m.config.have_unfencing = true;
    }
    for (const auto& e : section->children()) definer.element(e);
    definer.add_guests();
    for (RscIx r = 0; r < static_cast<RscIx>(m.resources.size()); ++r) {
        const auto* name = get(m.rsc(r).meta, "container");
        if (name == nullptr || m.rsc(r).is_collective()) continue;
        const RscIx container = m.find_rsc(*name);
        if (container == kNone || container == r || m.rsc(container).is_collective()) continue;
        m.rsc(r).container = container;
        m.rsc(container).fillers.push_back(r);
    }
}

}  // namespace muster::policy
