// resource start, stop, promote, demote, manage, unmanage, maintenance, meta, param, utilization, trace, untrace.
#include "base/text.h"
#include "tools/crm/lang/ids.h"
#include "tools/crm/lang/objects.h"
#include "tools/crm/lang/unknown.h"
#include "tools/crm/levels/change.h"
#include "tools/crm/levels/resource.h"

namespace muster::crm {

using xml::Element;

Result<Element*> find_resource(cib::Cib& cib, const std::string& id) {
    const Object object = find_object(cib.configuration, id);
    const bool tag = object.keyword == "tag";
    if (object.element == nullptr || (!is_resource_name(object.element->name()) && !tag)) {
        return fail(ErrorCode::not_found, no_resource(cib.configuration, id));
    }
    if (tag) return fail("'" + id + "' is a tag; name its resources");
    return cib.configuration.edit_by_id(id);
}

namespace {

std::vector<std::string> ids_of(const Args& args) {
    std::vector<std::string> out;
    for (const auto& w : args.words) out.push_back(w.text);
    return out;
}

// A member's own value would win over the container's.
void drop_below(Element& object, const std::string& name) {
    for (auto& child : object.edit_children()) {
        if (!is_resource_name(child.name())) continue;
        drop_value(child, "meta_attributes", name);
        drop_below(child, name);
    }
}

int put_meta(Context& context, const Args& args, const std::vector<std::string>& ids, const std::string& name,
             const std::string& value, bool members_follow) {
    return change_cib(context, {typed(args), ids}, [&](cib::Cib& cib) -> Result<void> {
        for (const auto& id : ids) {
            auto object = find_resource(cib, id);
            if (!object) return tl::make_unexpected(object.error());
            if (members_follow) drop_below(**object, name);
            put_value(**object, "meta_attributes", id + "-meta_attributes", name, value);
        }
        return {};
    });
}

int attribute_command(Context& context, const Args& args, const std::string& set) {
    const std::string& id = args[0];
    const std::string& what = args[1];
    const std::string& name = args[2];
    if (what == "show" && args.size() == 3) {
        auto store = context.store();
        if (!store) return context.fail(store.error());
        auto cib = (*store)->load();
        if (!cib) return context.fail(cib.error());
        auto object = find_resource(*cib, id);
        if (!object) return context.fail(object.error());
        const auto* value = find_value(**object, set, name);
        if (value == nullptr) return context.fail(id + " has no " + args.command->name + " '" + name + "'");
        context.out << *value << "\n";
        return kOk;
    }
    const bool put = what == "set" && args.size() == 4;
    const bool drop = what == "delete" && args.size() == 3;
    if (!put && !drop) return context.usage(args, "expected set <name> <value>, delete <name> or show <name>");
    return change_cib(context, {typed(args), {id}}, [&](cib::Cib& cib) -> Result<void> {
        auto object = find_resource(cib, id);
        if (!object) return tl::make_unexpected(object.error());
        if (put) {
            put_value(**object, set, id + "-" + set, name, args[3]);
        } else if (!drop_value(**object, set, name)) {
            return fail(ErrorCode::not_found, id + " has no " + args.command->name + " '" + name + "'");
        }
        return {};
    });
}

}  // namespace

int resource_start(Context& c, const Args& a) { return put_meta(c, a, ids_of(a), "target-role", "Started", true); }
int resource_stop(Context& c, const Args& a) { return put_meta(c, a, ids_of(a), "target-role", "Stopped", true); }
int resource_promote(Context& c, const Args& a) { return put_meta(c, a, {a[0]}, "target-role", "Promoted", true); }
int resource_demote(Context& c, const Args& a) { return put_meta(c, a, {a[0]}, "target-role", "Unpromoted", true); }
int resource_manage(Context& c, const Args& a) { return put_meta(c, a, ids_of(a), "is-managed", "true", true); }
int resource_unmanage(Context& c, const Args& a) { return put_meta(c, a, ids_of(a), "is-managed", "false", true); }

int resource_maintenance(Context& context, const Args& args) {
    const auto on = args.size() > 1 ? parse_bool(args[1]) : std::optional<bool>{true};
    if (!on) return context.usage(args, "maintenance: '" + args[1] + "': expected on or off");
    return put_meta(context, args, {args[0]}, "maintenance", *on ? "true" : "false", true);
}

int resource_meta(Context& c, const Args& a) { return attribute_command(c, a, "meta_attributes"); }
int resource_param(Context& c, const Args& a) { return attribute_command(c, a, "instance_attributes"); }
int resource_utilization(Context& c, const Args& a) { return attribute_command(c, a, "utilization"); }

namespace {

Element& operation(Element& object, const std::string& name, const std::string& interval, Ids& taken) {
    Element& operations = object.child_or_add("operations");
    for (auto& op : operations.edit_children()) {
        if (op.get("name") == name && op.get("interval") == interval) return op;
    }
    Element op{"op"};
    op.set("name", name).set("interval", interval);
    op.set("id", new_id(object.id() + "-" + name + "-" + interval, taken));
    return operations.add(std::move(op));
}

}  // namespace

// The agent writes a trace when it finds trace_ra=1 among its parameters.
int resource_trace(Context& context, const Args& args) {
    return change_cib(context, {typed(args), {args[0]}}, [&](cib::Cib& cib) -> Result<void> {
        auto object = find_resource(cib, args[0]);
        if (!object) return tl::make_unexpected(object.error());
        if ((*object)->name() != "primitive") return fail("'" + args[0] + "' is no primitive");
        if (args.size() == 1) {
            put_value(**object, "instance_attributes", args[0] + "-instance_attributes", "trace_ra", "1");
            return {};
        }
        Ids taken;
        collect_ids(cib.configuration, taken);
        const std::string interval = args.size() > 2 ? args[2] : "0";
        Element& op = operation(**object, args[1], interval, taken);
        put_value(op, "instance_attributes", op.id() + "-instance_attributes", "trace_ra", "1");
        if (args.size() > 3) put_value(op, "instance_attributes", op.id() + "-instance_attributes", "trace_dir", args[3]);
        return {};
    });
}

int resource_untrace(Context& context, const Args& args) {
    return change_cib(context, {typed(args), {args[0]}}, [&](cib::Cib& cib) -> Result<void> {
        auto object = find_resource(cib, args[0]);
        if (!object) return tl::make_unexpected(object.error());
        bool any = drop_value(**object, "instance_attributes", "trace_ra");
        Element* operations = (*object)->edit_child("operations");
        for (std::size_t i = 0; operations != nullptr && i < operations->children().size(); ++i) {
            Element& op = operations->edit_children()[i];
            if (args.size() > 1 && op.get("name") != args[1]) continue;
            any = drop_value(op, "instance_attributes", "trace_ra") || any;
            drop_value(op, "instance_attributes", "trace_dir");
        }
        if (!any) return fail(ErrorCode::not_found, "'" + args[0] + "' is not traced");
        return {};
    });
}

}  // namespace muster::crm
