// resource move, ban, clear, constraints.  The constraints are those of crm_resource: cli-prefer-RSC, cli-ban-RSC-on-NODE.
#include "base/text.h"
#include "policy-engine/cluster_view.h"
#include "tools/crm/lang/objects.h"
#include "tools/crm/levels/change.h"
#include "tools/crm/levels/resource.h"
#include "tools/crm/levels/view.h"

namespace muster::crm {

using xml::Element;

namespace {

struct Wish {
    std::string resource;
    std::string node;
    std::string lifetime;
    bool force = false;
};

bool is_node(const cib::Cib& cib, const std::string& name) {
    const auto* nodes = cib.section("nodes");
    if (nodes == nullptr) return false;
    for (const auto& n : nodes->children()) {
        if (n.get("uname") == name) return true;
    }
    return find_object(cib.configuration, name).element != nullptr &&
           find_object(cib.configuration, name).element->get("type") == "remote";
}

// rsc [node] [lifetime] [force]
Result<Wish> read_wish(const Args& given, const cib::Cib& cib) {
    Args args = given;
    Wish wish;
    wish.force = args.take("force");
    wish.resource = args[0];
    for (std::size_t i = 1; i < args.size(); ++i) {
        if (i == 1 && is_node(cib, args[i])) {
            wish.node = args[i];
        } else if (starts_with(args[i], "P") && parse_interval(args[i])) {
            wish.lifetime = args[i];
        } else if (const auto time = parse_interval(args[i]); time && time->count() > 0) {
            wish.lifetime = args[i];
        } else {
            return fail("'" + args[i] + "' is neither a node nor a lifetime such as PT1H or 30min");
        }
    }
    return wish;
}

// Whole constraint; with a lifetime it ends by a rule.
Element constraint(const std::string& id, const Wish& wish, const std::string& score, WallTime now) {
    Element out{"rsc_location"};
    out.set("id", id).set("rsc", wish.resource).set("role", "Started");
    if (wish.lifetime.empty()) {
        out.set("node", wish.node).set("score", score);
        return out;
    }
    Element rule{"rule"};
    rule.set("id", id + "-rule").set("score", score).set("boolean-op", "and");
    Element where{"expression"};
    where.set("id", id + "-expr").set("attribute", "#uname").set("operation", "eq").set("value", wish.node).set("type", "string");
    Element until{"date_expression"};
    until.set("id", id + "-lifetime").set("operation", "lt").set("end", to_iso8601(now + *parse_interval(wish.lifetime)));
    rule.add(std::move(where));
    rule.add(std::move(until));
    out.add(std::move(rule));
    return out;
}

void put_constraint(cib::Cib& cib, Element made) {
    Element& constraints = cib.configuration.child_or_add("constraints");
    const std::string id = made.id();
    std::erase_if(constraints.edit_children(), [&](const Element& e) { return e.id() == id; });
    constraints.add(std::move(made));
}

int wish_command(Context& context, const Args& args, bool move) {
    std::string note;
    const int status = change_cib(context, {typed(args), {args[0]}}, [&](cib::Cib& cib) -> Result<void> {
        if (auto object = find_resource(cib, args[0]); !object) return tl::make_unexpected(object.error());
        auto wish = read_wish(args, cib);
        if (!wish) return tl::make_unexpected(wish.error());
        const bool away = !move || wish->node.empty();
        if (wish->node.empty()) {
            const auto active = active_nodes(cib, wish->resource, context.now());
            if (active.size() != 1) {
                return fail("'" + wish->resource + "' runs on " + std::to_string(active.size()) + " nodes; name the node");
            }
            wish->node = active.front();
        }
        const std::string id = away ? "cli-ban-" + wish->resource + "-on-" + wish->node : "cli-prefer-" + wish->resource;
        put_constraint(cib, constraint(id, *wish, away ? "-INFINITY" : "INFINITY", context.now()));
        note = wish->resource + (away ? " is banned from " : " is to run on ") + wish->node +
               (wish->lifetime.empty() ? " until you say: crm resource clear " + wish->resource
                                       : " for " + wish->lifetime + " (earlier: crm resource clear " + wish->resource + ")");
        return {};
    });
    if (status == kOk && !context.options.dry_run) context.info(note);
    return status;
}

}  // namespace

int resource_move(Context& context, const Args& args) { return wish_command(context, args, true); }
int resource_ban(Context& context, const Args& args) { return wish_command(context, args, false); }

int resource_clear(Context& context, const Args& given) {
    Args args = given;
    args.take("force");
    const std::string& id = args[0];
    const std::string node = args.size() > 1 ? args[1] : "";
    std::size_t removed = 0;
    const int status = change_cib(context, {typed(given), {id}}, [&](cib::Cib& cib) -> Result<void> {
        if (auto object = find_resource(cib, id); !object) return tl::make_unexpected(object.error());
        Element& constraints = cib.configuration.child_or_add("constraints");
        removed = std::erase_if(constraints.edit_children(), [&](const Element& e) {
            if (e.get("rsc") != id || !starts_with(e.id(), "cli-")) return false;
            if (node.empty()) return true;
            return ends_with(e.id(), "-on-" + node) || e.get("node") == node;
        });
        return {};
    });
    if (status == kOk && removed == 0) context.info("there was nothing to clear: no constraint of move or ban on " + id);
    return status;
}

int resource_constraints(Context& context, const Args& args) {
    auto store = context.store();
    if (!store) return context.fail(store.error());
    auto cib = (*store)->load();
    if (!cib) return context.fail(cib.error());
    if (auto object = find_resource(*cib, args[0]); !object) return context.fail(object.error());
    PrintOptions options;
    for (const auto& o : listed(cib->configuration, true)) {
        const bool constraint = o.keyword == "location" || o.keyword == "colocation" || o.keyword == "order" || o.keyword == "rsc_ticket";
        if (constraint && mentions(*o.element, args[0])) context.out << print(o, options) << "\n";
    }
    return kOk;
}

}  // namespace muster::crm
