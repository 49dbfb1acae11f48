// Typed objects: primitive, group, location, ... and monitor, modgroup, set.
#include "base/text.h"
#include "tools/crm/configure/apply.h"
#include "tools/crm/configure/commands.h"
#include "tools/crm/configure/editor.h"
#include "tools/crm/lang/ids.h"
#include "tools/crm/lang/objects.h"
#include "tools/crm/meta/agents.h"

namespace muster::crm {

using xml::Element;

Surroundings surroundings(const Element& configuration) {
    Surroundings out;
    out.providers = ocf_providers;
    if (const auto* nodes = configuration.child("nodes")) {
        for (const auto& n : nodes->children()) {
            if (!n.is_comment()) out.nodes.push_back(n.get("uname"));
        }
    }
    return out;
}

int define_object(Context& context, const Args& args) {
    auto editor = context.editing();
    if (!editor) return context.fail(editor.error());
    Tokens tokens = args.words;
    Token head;
    head.text = args.command->name;
    head.line = tokens.empty() ? 0 : tokens.front().line;
    tokens.insert(tokens.begin(), head);
    auto statement = parse_statement(tokens, surroundings((*editor)->configuration()));
    if (!statement) {
        context.fail(describe(statement.error(), tokens));
        return kError;
    }
    auto applied = apply((*editor)->configuration(), {std::move(*statement)}, ApplyMode::define);
    if (!applied) return context.fail(applied.error());
    (*editor)->touched.insert(applied->touched.begin(), applied->touched.end());
    (*editor)->put(std::move(applied->configuration));
    return kOk;
}

namespace {

// Takes a top-level primitive out of <resources>.
bool take_top(Element& work, const std::string& id, Element& out) {
    auto& all = work.child_or_add("resources").edit_children();
    for (auto it = all.begin(); it != all.end(); ++it) {
        if (it->id() != id || it->name() != "primitive") continue;
        out = *it;
        all.erase(it);
        return true;
    }
    return false;
}

int add_member(Context& context, Element& work, const std::string& group, const Args& args) {
    Element member;
    if (!take_top(work, args[2], member)) {
        return context.fail("modgroup " + group + ": there is no primitive '" + args[2] + "' outside a group");
    }
    auto& children = work.edit_by_id(group)->edit_children();
    auto place = children.end();
    if (args.size() == 5) {
        place = std::find_if(children.begin(), children.end(), [&](const Element& e) { return e.id() == args[4]; });
        if (place == children.end()) return context.fail("modgroup " + group + ": '" + args[4] + "' is not in the group");
        if (args[3] == "after") ++place;
    }
    children.insert(place, std::move(member));
    return kOk;
}

int remove_member(Context& context, Element& work, const std::string& group, const std::string& id) {
    Element member;
    auto& children = work.edit_by_id(group)->edit_children();
    const auto place = std::find_if(children.begin(), children.end(), [&](const Element& e) { return e.id() == id; });
    if (place == children.end()) return context.fail("modgroup " + group + ": '" + id + "' is not in the group");
    const auto members = std::count_if(children.begin(), children.end(), [](const Element& e) { return e.name() == "primitive"; });
    if (members == 1) return context.fail("modgroup " + group + ": '" + id + "' is its last member; delete the group instead");
    member = *place;
    children.erase(place);
    work.edit_child("resources")->add(std::move(member));
    return kOk;
}

}  // namespace

int modgroup(Context& context, const Args& args) {
    auto editor = context.editing();
    if (!editor) return context.fail(editor.error());
    const bool add = args[1] == "add";
    const bool placed = args.size() == 5 && (args[3] == "after" || args[3] == "before");
    if ((!add && args[1] != "remove") || (args.size() != 3 && !(add && placed))) {
        return context.usage(args, "modgroup: expected add or remove");
    }
    Element work = (*editor)->configuration();
    if (find_object(work, args[0]).keyword != "group") return context.fail("modgroup: there is no group '" + args[0] + "'");
    const int status = add ? add_member(context, work, args[0], args) : remove_member(context, work, args[0], args[2]);
    if (status != kOk) return status;
    (*editor)->touched.insert(args[0]);
    (*editor)->put(std::move(work));
    return kOk;
}

namespace {

Element* value_in(Element& object, const std::string& name) {
    for (auto& set : object.edit_children()) {
        if (!ends_with(set.name(), "_attributes") && set.name() != "utilization") continue;
        for (auto& nv : set.edit_children()) {
            if (nv.name() == "nvpair" && nv.get("name") == name && !nv.has("id-ref")) return &nv;
        }
    }
    return nullptr;
}

// "ip", "monitor.timeout", "monitor.60s.timeout" of an object.
int set_value(Context& context, Element& object, const std::vector<std::string>& path, const std::string& value) {
    const std::string& name = path.back();
    if (path.size() == 2) {
        Element* nv = object.name() == "cluster_property_set" ? nullptr : value_in(object, name);
        if (object.name() == "cluster_property_set" || object.name() == "meta_attributes") {
            for (auto& own : object.edit_children()) {
                if (own.get("name") == name) nv = &own;
            }
        }
        if (nv != nullptr) {
            nv->set("value", value);
            return kOk;
        }
        if (!object.has(name) || name == "id") return context.fail("set: '" + path[0] + "' has no attribute '" + name + "'");
        object.set(name, value);
        return kOk;
    }
    Element* operations = object.edit_child("operations");
    Element* found = nullptr;
    for (std::size_t i = 0; operations != nullptr && i < operations->children().size(); ++i) {
        const Element& op = operations->children()[i];
        if (op.get("name") != path[1] || (path.size() == 4 && op.get("interval") != path[2])) continue;
        if (found != nullptr) return context.fail("set: '" + path[0] + "' has several operations " + path[1] + "; name the interval, too");
        found = &operations->edit_children()[i];
    }
    if (found == nullptr) return context.fail("set: '" + path[0] + "' has no operation " + path[1] + (path.size() == 4 ? " with interval " + path[2] : ""));
    found->set(name, value);
    return kOk;
}

}  // namespace

int set_attribute(Context& context, const Args& args) {
    auto editor = context.editing();
    if (!editor) return context.fail(editor.error());
    Element work = (*editor)->configuration();
    // Ids may have dots: the longest one that exists is meant.
    const std::string& path = args[0];
    Object object;
    std::size_t cut = path.size();
    while (object.element == nullptr && (cut = path.rfind('.', cut - 1)) != std::string::npos && cut > 0) {
        object = find_object(work, path.substr(0, cut));
    }
    const std::string named = path.substr(0, path.find('.'));
    if (object.element == nullptr) return context.fail("set: there is no object '" + named + "'");
    std::vector<std::string> parts{object.id};
    for (auto p : split(std::string_view{path}.substr(cut + 1), '.')) parts.emplace_back(p);
    if (parts.size() > 4) return context.usage(args, "set: '" + path + "': expected ID.ATTRIBUTE or ID.OPERATION[.INTERVAL].ATTRIBUTE");
    const std::string id = object.keyword == "node" ? object.element->id() : object.id;
    Element* target = work.edit_by_id(id);
    if (const int status = set_value(context, *target, parts, args[1]); status != kOk) return status;
    (*editor)->touched.insert(object.id);
    (*editor)->put(std::move(work));
    return kOk;
}

}  // namespace muster::crm
