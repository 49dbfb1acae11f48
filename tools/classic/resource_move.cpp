// crm_resource: constraints that move, ban and free a resource.
#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"
#include "cib/rules/iso8601.h"
#include "tools/classic/attribute_scope.h"
#include "tools/classic/resource.h"

namespace muster::classic {
namespace {

using xml::Element;

// Until when the constraint shall hold; empty: for ever.
Result<std::string> end_of_life(const ResourceCall& call) {
    if (!call.options.has("lifetime")) return std::string{};
    const auto duration = cib::parse_duration(call.options.get("lifetime"));
    if (!duration) return fail(fmt::format("Invalid duration specified: {}", call.options.get("lifetime")));
    const std::string end = to_iso8601(cib::add(call.context.now, *duration));
    call.report.text(fmt::format("Migration will take effect until: {}\n", end));
    return end;
}

struct RuleIds {
    std::string rule, expression, lifetime;
};

Element constraint_of(const ResourceCall& call, const std::string& resource, const std::string& id, const std::string& node,
                      const std::string& score, const std::string& end, const RuleIds& ids) {
    Element c{"rsc_location", {{"id", id}, {"rsc", resource}}};
    c.set("role", call.options.has("promoted") ? "Promoted" : "Started");
    if (end.empty()) {
        c.set("node", node);
        c.set("score", score);
        return c;
    }
    Element rule{"rule", {{"id", ids.rule}, {"score", score}, {"boolean-op", "and"}}};
    rule.add(Element{"expression", {{"id", ids.expression}, {"attribute", "#uname"}, {"operation", "eq"}, {"value", node}, {"type", "string"}}});
    rule.add(Element{"date_expression", {{"id", ids.lifetime}, {"operation", "lt"}, {"end", end}}});
    c.add(std::move(rule));
    return c;
}

Result<cib::Outcome> keep(const ResourceCall& call, Element constraint) {
    cib::Operation op;
    op.verb = cib::Verb::modify;
    op.allow_create = true;
    op.section = "constraints";
    op.input = std::move(constraint);
    return call.store.apply(op);
}

Result<void> drop(const ResourceCall& call, const std::string& id) {
    cib::Operation op;
    op.verb = cib::Verb::remove;
    op.section = "constraints";
    op.input = Element{"rsc_location", {{"id", id}}};
    auto done = call.store.apply(op);
    if (!done) return tl::make_unexpected(done.error());
    return {};
}

const Element* constraint(const Element& cib, const std::string& id) {
    const Element* section = cib::find_section(cib, "constraints");
    return section ? section->child("rsc_location", id) : nullptr;
}

Exit ban(const ResourceCall& call, const std::string& resource, const std::string& node) {
    auto end = end_of_life(call);
    if (!end) return call.report.error(kUsage, end.error().message);
    const std::string id = as_id(fmt::format("cli-ban-{}-on-{}", resource, node));
    call.report.text(fmt::format(
        "WARNING: Creating rsc_location constraint '{0}' with a score of -INFINITY for resource {1} on {2}.\n"
        "\tThis will prevent {1} from {3} on {2} until the constraint is removed using the clear option or by editing the CIB "
        "with an appropriate tool\n\tThis will be the case even if {2} is the last node in the cluster\n",
        id, resource, node, call.options.has("promoted") ? "being promoted" : "running"));
    auto done = keep(call, constraint_of(call, resource, id, node, "-INFINITY", *end, {id + "-rule", id + "-expr", id + "-lifetime"}));
    return done ? kOk : call.failed(done.error());
}

// The clone around a primitive is what moves.
std::string movable(const ResourceCall& call) {
    const Element* resource = find_resource(call.cib, call.id);
    const Element* parent = parent_of(call.cib, resource->id());
    const bool cloned = parent && (parent->name() == "clone" || parent->name() == "master" || parent->name() == "bundle");
    return cloned ? parent->id() : resource->id();
}

Exit unknown_node(const ResourceCall& call, const std::string& node) {
    call.report.error(kNoSuch, fmt::format("Node '{}' not found", node));
    call.report.plain_error("Error performing operation: No such object");
    return kNoSuch;
}

}  // namespace

Exit move_resource(const ResourceCall& call) {
    const std::string resource = movable(call);
    const auto places = running_on(call.cib, resource);
    if (!call.options.has("node")) {
        if (places.size() == 1) return ban(call, resource, places.front().node);
        return call.report.error(kUsage, fmt::format("Resource '{}' not moved: active in {} locations. To prevent '{}' from running on a "
                                                     "specific location, specify a node.", call.id, places.size(), call.id));
    }
    const std::string node = call.options.get("node");
    if (node_id_of(call.cib, node).empty()) return unknown_node(call, node);
    if (places.size() == 1 && places.front().node == node && !call.options.has("force")) {
        return call.report.error(kExists, "Error performing operation: Requested item already exists");
    }
    auto end = end_of_life(call);
    if (!end) return call.report.error(kUsage, end.error().message);
    const std::string id = as_id("cli-prefer-" + resource);
    if (constraint(call.cib, id)) {
        if (auto gone = drop(call, id); !gone) return call.failed(gone.error());
    }
    const std::string banned = as_id(fmt::format("cli-ban-{}-on-{}", resource, node));
    if (constraint(call.cib, banned)) {
        if (auto gone = drop(call, banned); !gone) return call.failed(gone.error());
    }
    auto done = keep(call, constraint_of(call, resource, id, node, "INFINITY", *end,
                                         {as_id("cli-prefer-rule-" + resource), as_id("cli-prefer-expr-" + resource),
                                          as_id("cli-prefer-lifetime-end-" + resource)}));
    if (!done) return call.failed(done.error());
    if (call.options.has("force") && places.size() == 1 && places.front().node != node) return ban(call, resource, places.front().node);
    return kOk;
}

Exit ban_resource(const ResourceCall& call) {
    const std::string resource = movable(call);
    std::string node = call.options.get("node");
    if (node.empty()) {
        const auto places = running_on(call.cib, resource);
        if (places.size() != 1) {
            return call.report.error(kUsage, fmt::format("Resource '{}' not moved: active in {} locations. To prevent '{}' from running on "
                                                         "a specific location, specify a node.", call.id, places.size(), call.id));
        }
        node = places.front().node;
    }
    if (node_id_of(call.cib, node).empty()) return unknown_node(call, node);
    return ban(call, resource, node);
}

namespace {

bool expired(const Element& c, WallTime now) {
    const Element* rule = c.child("rule");
    const Element* date = rule ? rule->child("date_expression") : nullptr;
    if (!date || !date->has("end")) return false;
    const auto end = cib::parse_date_time(date->get("end"));
    return end && *end <= now;
}

std::string node_of(const Element& c) {
    if (c.has("node")) return c.get("node");
    const Element* rule = c.child("rule");
    const Element* expression = rule ? rule->child("expression") : nullptr;
    return expression ? expression->get("value") : std::string{};
}

}  // namespace

Exit clear_constraints(const ResourceCall& call) {
    const std::string resource = call.id.empty() ? "" : movable(call);
    const std::string node = call.options.get("node");
    if (!node.empty() && node_id_of(call.cib, node).empty()) return unknown_node(call, node);
    const Element* section = cib::find_section(call.cib, "constraints");
    if (!section) return kOk;
    for (const Element* c : section->children_named("rsc_location")) {
        const bool ours = starts_with(c->id(), "cli-ban-") || starts_with(c->id(), "cli-prefer-");
        if (!ours || (!resource.empty() && c->get("rsc") != resource) || (!node.empty() && node_of(*c) != node)) continue;
        if (call.options.has("expired") && !expired(*c, call.context.now)) continue;
        if (auto done = drop(call, c->id()); !done) return call.failed(done.error());
        call.report.text(fmt::format("Removing constraint: {}\n", c->id()));
    }
    return kOk;
}

}  // namespace muster::classic
