// Colocation constraints: single ones and sets (Pacemaker Explained, "Placing Resources Relative to other Resources").
#include <algorithm>

#include "base/text.h"
#include "policy-engine/constraints.h"

namespace muster::policy {
namespace {

bool influence_of(Model& m, const xml::Element& e, RscIx dependent) {
    if (e.has("influence")) return parse_bool(e.get("influence")).value_or(true);
    return m.rsc(dependent).critical;
}

struct Set {
    const xml::Element* xml;
    std::vector<RscIx> members;
    Role role;
    bool sequential;
    std::int32_t score;
};

Colocation make(const std::string& id, RscIx dependent, RscIx primary, std::int32_t score, Role d, Role p, bool influence) {
    Colocation c;
    c.id = id;
    c.dependent = dependent;
    c.primary = primary;
    c.score = score;
    c.dependent_role = d == Role::started ? Role::unknown : d;
    c.primary_role = p == Role::started ? Role::unknown : p;
    c.influence = influence;
    return c;
}

// Inside a set: with a score >= 0 each member goes with the one before it; with a negative one it keeps away from all.
void inside(Model& m, const xml::Element& e, const Set& s) {
    if (!s.sequential) return;
    if (s.score >= 0) {
        for (std::size_t i = 1; i < s.members.size(); ++i)
            add_colocation(m, make(s.xml->id(), s.members[i], s.members[i - 1], s.score, s.role, s.role,
                                   influence_of(m, e, s.members[i])));
        return;
    }
    for (std::size_t i = 0; i < s.members.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            add_colocation(m, make(s.xml->id(), s.members[i], s.members[j], s.score, s.role, s.role,
                                   influence_of(m, e, s.members[i])));
}

// Between sets: the first set depends on the second.  A sequential set is met at one end.
void between(Model& m, const xml::Element& e, const Set& a, const Set& b, std::int32_t score) {
    if (a.members.empty() || b.members.empty() || score == 0) return;
    auto link = [&](RscIx dependent, RscIx primary) {
        add_colocation(m, make(e.id(), dependent, primary, score, a.role, b.role, influence_of(m, e, dependent)));
    };
    std::vector<RscIx> dependents = a.members, primaries = b.members;
    if (a.sequential) dependents = {a.members.front()};
    if (b.sequential) primaries = {b.members.back()};
    for (RscIx d : dependents)
        for (RscIx p : primaries) link(d, p);
}

bool stands_for_many(const Model& m, const std::string& name) {
    return m.find_rsc(name) == kNone && (m.template_users.count(name) != 0 || m.tags.count(name) != 0);
}

}  // namespace

void add_colocation(Model& m, Colocation c) {
    if (c.score == 0 || c.dependent == c.primary) return;
    int ix = static_cast<int>(m.colocations.size());
    std::size_t need = m.resources.size();
    if (m.with_this.size() < need) m.with_this.resize(need), m.this_with.resize(need);
    m.with_this[static_cast<std::size_t>(c.primary)].push_back(ix);
    m.this_with[static_cast<std::size_t>(c.dependent)].push_back(ix);
    m.colocations.push_back(std::move(c));
}

void unpack_colocation(Model& m, const xml::Element& e) {
    if (lifetime_passed(m, e)) return;
    std::int32_t score = score_of(e.get("score"), 0);
    auto set_refs = e.children_named("resource_set");
    if (!set_refs.empty()) {
        std::vector<Set> sets;
        for (const auto* ref : set_refs) {
            const auto* x = m.index.resolve(*ref);
            if (x == nullptr) continue;
            Set s{x, set_members(m, *x, e.id()), parse_role(x->get("role")), parse_bool(x->get("sequential", "true")).value_or(true),
                  score_of(x->get("score"), score)};
            sets.push_back(std::move(s));
        }
        for (const auto& s : sets) inside(m, e, s);
        for (std::size_t i = 1; i < sets.size(); ++i) between(m, e, sets[i - 1], sets[i], score);
        return;
    }
    if (stands_for_many(m, e.get("rsc")) && stands_for_many(m, e.get("with-rsc"))) {
        m.error("colocation " + e.id() + " is ignored: " + e.get("rsc") + " and " + e.get("with-rsc") +
                " are both templates or tags; name at least one resource, or use resource sets");
        return;
    }
    auto dependents = named_resources(m, e.get("rsc"), e.id());
    auto primaries = named_resources(m, e.get("with-rsc"), e.id());
    for (RscIx d : dependents)
        for (RscIx p : primaries) {
            Colocation c = make(e.id(), d, p, score, parse_role(e.get("rsc-role")), parse_role(e.get("with-rsc-role")),
                                influence_of(m, e, d));
            c.node_attribute = e.get("node-attribute");
            if (c.node_attribute == "#uname") c.node_attribute.clear();
            add_colocation(m, std::move(c));
        }
}

}  // namespace muster::policy
