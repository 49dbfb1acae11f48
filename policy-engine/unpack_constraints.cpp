// Location, colocation and ticket constraints with sets, tags, templates and rules resolved (Pacemaker Explained,
// "Resource Constraints").  Orderings are read by ordering_constraints.cpp.
#include <algorithm>
#include <regex.h>

#include "base/text.h"
#include "cib/rules/rule.h"
#include "policy-engine/constraints.h"

namespace muster::policy {
namespace {

struct NodeLookup : cib::NameLookup {
    const StringMap* map = nullptr;
    const std::string* find(std::string_view name) const override {
        auto it = map->find(name);
        return it == map->end() ? nullptr : &it->second;
    }
};

Discovery parse_discovery(const std::string& text) {
    if (iequals(text, "never")) return Discovery::never;
    if (iequals(text, "exclusive")) return Discovery::exclusive;
    return Discovery::always;
}

struct Target {
    RscIx rsc;
    std::vector<std::string> matches;
    bool has_matches = false;
};

std::int32_t rule_score(Model& m, const xml::Element& rule, const Node& n, const Target& t, bool& skip) {
    std::string attribute = rule.get("score-attribute");
    if (attribute.empty()) attribute = rule.get("score-attribute-mangled");
    if (attribute.empty()) return score_of(rule.get("score"), 0);
    std::string name = cib::expand_matches(attribute, t.has_matches ? &t.matches : nullptr);
    auto it = n.attrs.find(name);
    if (it == n.attrs.end() || trim(it->second).empty()) {
        skip = true;
        return 0;
    }
    (void)m;
    return score_of(it->second, 0);
}

void apply_rule(Model& m, Location& loc, const xml::Element& rule_ref, const Target& t) {
    const auto* rule = m.index.resolve(rule_ref);
    if (rule == nullptr) return;
    if (rule->has("role")) loc.role = parse_role(rule->get("role"));
    NodeLookup node_attrs, params, meta;
    const Resource& r = m.rsc(t.rsc);
    static const StringMap kNothing;
    auto context = m.context();
    if (t.has_matches) context.matches = &t.matches;
    const Resource* primitive = &r;
    while (primitive->is_collective() && !primitive->children.empty()) primitive = &m.rsc(primitive->children.front());
    meta.map = &r.meta;
    context.params = &params;
    context.meta = &meta;
    context.node = &node_attrs;
    for (NodeIx i = 0; i < m.node_count(); ++i) {
        node_attrs.map = &m.node(i).attrs;
        params.map = primitive->def ? &parameters(m, primitive->self, i) : &kNothing;
        if (!cib::evaluate(*rule, context, m.index)) continue;
        bool skip = false;
        std::int32_t s = rule_score(m, *rule, m.node(i), t, skip);
        if (!skip) loc.scores.push_back({rule->id(), i, s});
    }
}

void location_of(Model& m, const xml::Element& e, const Target& t, const std::string& role, const std::string& score,
                 std::vector<const xml::Element*> rules) {
    auto make = [&] {
        Location loc;
        loc.id = e.id();
        loc.resource = t.rsc;
        loc.role = parse_role(role);
        loc.discovery = parse_discovery(e.get("resource-discovery"));
        return loc;
    };
    if (e.has("node") && (!score.empty())) {
        NodeIx n = m.find_node(e.get("node"));
        if (n == kNone) {
            m.warn("constraint " + e.id() + " names node " + e.get("node") + ", which is not there");
            return;
        }
        Location loc = make();
        loc.scores.push_back({e.id(), n, score_of(score)});
        m.locations.push_back(std::move(loc));
        return;
    }
    for (const auto* rule : rules) {
        Location loc = make();
        apply_rule(m, loc, *rule, t);
        m.locations.push_back(std::move(loc));
    }
}

std::vector<Target> pattern_targets(Model& m, std::string pattern) {
    std::vector<Target> out;
    bool invert = starts_with(pattern, "!");
    if (invert) pattern.erase(0, 1);
    regex_t re;
    if (regcomp(&re, pattern.c_str(), REG_EXTENDED) != 0) {
        m.error("resource pattern " + pattern + " is not a regular expression");
        return out;
    }
    std::vector<RscIx> ids = m.top;
    for (RscIx r : m.top)  // members of plain groups can be matched too
        if (m.rsc(r).kind == RscKind::group)
            for (RscIx c : m.rsc(r).children) ids.push_back(c);
    for (RscIx r : m.top) {
        regmatch_t found[10];
        bool hit = regexec(&re, m.rsc(r).id.c_str(), 10, found, 0) == 0;
        if (hit == invert) continue;
        Target t{r, {}, !invert};
        for (int i = 0; i < 10 && !invert; ++i)
            t.matches.push_back(found[i].rm_so < 0 ? std::string{}
                                                   : m.rsc(r).id.substr(static_cast<std::size_t>(found[i].rm_so),
                                                                        static_cast<std::size_t>(found[i].rm_eo - found[i].rm_so)));
        out.push_back(std::move(t));
    }
    regfree(&re);
    return out;
}

void location(Model& m, const xml::Element& e) {
    std::vector<const xml::Element*> rules = e.children_named("rule");
    if (const auto* life = e.child("lifetime")) {
        bool any = life->child("rule") == nullptr;
        for (const auto* rule : life->children_named("rule")) any = any || cib::evaluate(*rule, m.context(), m.index);
        if (!any) return;
    }
    if (e.has("rsc-pattern")) {
        for (const auto& t : pattern_targets(m, e.get("rsc-pattern"))) location_of(m, e, t, e.get("role"), e.get("score"), rules);
        return;
    }
    if (e.has("rsc")) {
        for (RscIx r : named_resources(m, e.get("rsc"), e.id()))
            location_of(m, e, Target{r, {}, false}, e.get("role"), e.get("score"), rules);
        return;
    }
    for (const auto* ref : e.children_named("resource_set")) {
        const auto* set = m.index.resolve(*ref);
        if (set == nullptr) continue;
        std::string score = set->get("score", e.get("score"));
        for (const auto& r : set_members(m, *set, e.id()))
            location_of(m, e, Target{r, {}, false}, set->get("role", e.get("role")), score, rules);
    }
}

void ticket(Model& m, const xml::Element& e) {
    m.tickets[e.get("ticket")].id = e.get("ticket");
    auto add = [&](RscIx r, const std::string& role) {
        TicketConstraint t;
        t.id = e.id();
        t.ticket = e.get("ticket");
        t.resource = r;
        t.role = parse_role(role);
        t.loss_policy = to_lower(e.get("loss-policy"));
        if (t.loss_policy == "fence" && !m.config.fencing) t.loss_policy = "stop";
        if (t.loss_policy.empty() || (t.loss_policy != "fence" && t.loss_policy != "freeze" && t.loss_policy != "demote"))
            t.loss_policy = t.loss_policy.empty() && t.role == Role::promoted ? "demote" : "stop";
        m.ticket_constraints.push_back(std::move(t));
    };
    if (e.has("rsc"))
        for (RscIx r : named_resources(m, e.get("rsc"), e.id())) add(r, e.get("rsc-role"));
    for (const auto* ref : e.children_named("resource_set")) {
        const auto* set = m.index.resolve(*ref);
        if (set == nullptr) continue;
        for (RscIx r : set_members(m, *set, e.id())) add(r, set->get("role", e.get("rsc-role")));
    }
}

}  // namespace

std::vector<RscIx> named_resources(Model& m, const std::string& name, const std::string& constraint, bool quiet) {
    std::vector<RscIx> out;
    RscIx direct = m.find_rsc(name);
    if (direct != kNone) {
        RscIx clone = m.clone_of(direct);
        if (clone != kNone && m.rsc(clone).parent != kNone) clone = kNone;
        out.push_back(direct);
        return out;
    }
    if (auto it = m.template_users.find(name); it != m.template_users.end()) {
        for (const auto& id : it->second)
            for (RscIx r : named_resources(m, id, constraint, true)) out.push_back(r);
    } else if (auto tag = m.tags.find(name); tag != m.tags.end()) {
        for (const auto& id : tag->second.refs)
            for (RscIx r : named_resources(m, id, constraint, true)) out.push_back(r);
    }
    if (out.empty() && !quiet) m.warn("constraint " + constraint + " names " + name + ", which is not there; ignored");
    return out;
}

std::vector<RscIx> set_members(Model& m, const xml::Element& set, const std::string& constraint) {
    std::vector<RscIx> out;
    for (const auto* ref : set.children_named("resource_ref"))
        for (RscIx r : named_resources(m, ref->id(), constraint)) out.push_back(r);
    return out;
}

bool lifetime_passed(Model& m, const xml::Element& e) {
    const auto* life = e.child("lifetime");
    if (life == nullptr || life->child("rule") == nullptr) return false;
    for (const auto* rule : life->children_named("rule"))
        if (cib::evaluate(*rule, m.context(), m.index)) return false;
    return true;
}

void unpack_constraints(Model& m) {
    m.with_this.assign(m.resources.size(), {});
    m.this_with.assign(m.resources.size(), {});
    if (const auto* section = m.cib->section("constraints"))
        for (const auto& e : section->children()) {
            if (e.name() == "rsc_location") location(m, e);
            else if (e.name() == "rsc_colocation") unpack_colocation(m, e);
            else if (e.name() == "rsc_ticket") ticket(m, e);
        }
}

}  // namespace muster::policy
