// Constraints: one rule a location constraint, no lifetime element.
#include <fmt/format.h>

#include <algorithm>

#include "cib/schema/upgrade_steps.h"

namespace muster::cib {
namespace {

using xml::Element;

std::vector<Element> rules_of(const Element& e) {
    std::vector<Element> rules;
    for (const Element* r : e.children_named("rule")) rules.push_back(*r);
    return rules;
}

void remove_named(Element& e, std::string_view name) {
    auto& list = e.edit_children();
    list.erase(std::remove_if(list.begin(), list.end(), [&](const Element& c) { return c.name() == name; }), list.end());
}

// A lifetime on a location constraint with a node: the node and the score move into the lifetime's rule.
Element with_rule(const Element& constraint, const Element& lifetime) {
    Element next = constraint;
    remove_named(next, "lifetime");
    auto rules = rules_of(lifetime);
    Element rule = rules.size() == 1 ? rules.front() : Element{"rule"};
    if (rules.size() > 1) {
        rule.set("id", constraint.id() + "-lifetime");
        rule.set("boolean-op", "or");
        for (auto& r : rules) rule.add(std::move(r));
    }
    if (!constraint.has("node")) return next;
    Element all{"rule"};
    all.set("id", constraint.id() + "-rule");
    all.set("score", constraint.get("score", "0"));
    all.set("boolean-op", "and");
    Element on{"expression"};
    on.set("id", constraint.id() + "-rule-node");
    on.set("attribute", "#uname");
    on.set("operation", "eq");
    on.set("value", constraint.get("node"));
    all.add(std::move(on));
    rule.unset("score");
    all.add(std::move(rule));
    next.unset("node");
    next.unset("score");
    next.add(std::move(all));
    return next;
}

void split_rules(const Element& constraint, std::vector<Element>& out, Changes& changes) {
    const auto rules = rules_of(constraint);
    if (rules.size() < 2) {
        out.push_back(constraint);
        return;
    }
    changes.push_back(fmt::format("rsc_location {}: its {} rules become constraints of their own", constraint.id(), rules.size()));
    for (std::size_t i = 0; i < rules.size(); ++i) {
        Element one = constraint;
        remove_named(one, "rule");
        if (i > 0) one.set("id", fmt::format("{}-{}", constraint.id(), i + 1));
        one.add(rules[i]);
        out.push_back(std::move(one));
    }
}

}  // namespace

void upgrade_constraints(Element& configuration, Changes& changes) {
    Element* constraints = configuration.edit_child("constraints");
    if (!constraints) return;
    std::vector<Element> out;
    for (const Element& c : constraints->children()) {
        const Element* lifetime = c.is_comment() ? nullptr : c.child("lifetime");
        if (lifetime && c.name() != "rsc_location") {
            Element next = c;
            remove_named(next, "lifetime");
            changes.push_back(fmt::format("{} {}: lifetime is dropped, it never had an effect there", c.name(), c.id()));
            out.push_back(std::move(next));
        } else if (c.name() == "rsc_location") {
            if (lifetime) changes.push_back(fmt::format("rsc_location {}: lifetime becomes a rule", c.id()));
            split_rules(lifetime ? with_rule(c, *lifetime) : c, out, changes);
        } else {
            out.push_back(c);
        }
    }
    constraints->edit_children() = std::move(out);
}

}  // namespace muster::cib
