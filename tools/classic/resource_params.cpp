// crm_resource: instance, meta and utilization attributes.
#include <fmt/format.h>

#include "cib/rules/nvset.h"
#include "tools/classic/attribute_scope.h"
#include "tools/classic/resource.h"

namespace muster::classic {
namespace {

using xml::Element;

std::string block_of(const Options& options) {
    if (options.has("meta")) return "meta_attributes";
    return options.has("utilization") ? "utilization" : "instance_attributes";
}

struct Found {
    std::string resource;
    FoundAttribute attribute;
};

// In the resource itself and in those inside it; those inside first.
void find_in(const Element& resource, const std::string& block, const std::string& name, const std::string& set, std::vector<Found>& found) {
    for (const Element& c : resource.children()) {
        if (is_resource(c)) find_in(c, block, name, set, found);
    }
    for (const Element* s : resource.children_named(block)) {
        if (!set.empty() && s->id() != set) continue;
        for (const Element* pair : s->children_named("nvpair")) {
            if (pair->get("name") == name) found.push_back({resource.id(), {pair->id(), name, pair->get("value"), s->id()}});
        }
    }
}

std::vector<Found> own(const std::vector<Found>& all, const std::string& resource) {
    std::vector<Found> mine;
    for (const auto& f : all) {
        if (f.resource == resource) mine.push_back(f);
    }
    return mine;
}

void tell_ambiguity(Report& report, const std::string& name, const std::vector<Found>& found) {
    if (found.size() < 2) return;
    std::string text = fmt::format("Multiple attributes match name={}\n", name);
    for (const auto& f : found) text += fmt::format("  Value: {} \t(id={})\n", f.attribute.value, f.attribute.id);
    report.text(text + "\n");
}

// Meta attributes of a clone's primitive are kept at the clone, and where a resource inside has the value already, it is
// the one that counts; --force means the resource as it was named.
struct Target {
    const Element* resource = nullptr;
    std::optional<FoundAttribute> found;
};

Target target_of(const ResourceCall& call, const std::string& name, const char* what) {
    const Element* resource = find_resource(call.cib, call.id);
    Target target{resource, std::nullopt};
    const std::string block = block_of(call.options);
    const std::string set = call.options.get("set-name");
    std::vector<Found> inside;
    find_in(*resource, block, name, set, inside);
    const bool meta = block == "meta_attributes" && !call.options.has("force");
    const Element* parent = meta ? parent_of(call.cib, resource->id()) : nullptr;
    const auto mine = own(inside, resource->id());
    if (meta && parent && (parent->name() == "clone" || parent->name() == "master")) {
        std::vector<Found> around;
        find_in(*parent, block, name, set, around);
        tell_ambiguity(call.report, name, around);
        if (mine.empty()) {
            call.report.text(fmt::format("Performing {} of '{}' on '{}', the parent of '{}'\n", what, name, parent->id(), resource->id()));
            target.resource = parent;
            const auto at_parent = own(around, parent->id());
            if (!at_parent.empty()) target.found = at_parent.front().attribute;
            return target;
        }
    } else if (meta && (resource->name() == "clone" || resource->name() == "master")) {
        tell_ambiguity(call.report, name, inside);
        for (const auto& f : inside) {
            if (f.resource == resource->id()) continue;
            call.report.text(fmt::format("A value for '{}' already exists in child '{}', performing {} on that instead of '{}'\n",
                                         name, f.resource, what, resource->id()));
            target.resource = find_resource(call.cib, f.resource);
            target.found = f.attribute;
            return target;
        }
    }
    if (!mine.empty()) target.found = mine.front().attribute;
    return target;
}

cib::Operation update_of(const Element& resource, const std::string& block, const std::string& name, const std::string& value,
                         const std::optional<FoundAttribute>& found, const std::string& set_name) {
    const std::string set_id = found ? found->set_id : set_name.empty() ? resource.id() + "-" + block : set_name;
    const std::string id = found ? found->id : as_id(set_id + "-" + name);
    Element set{block, {{"id", set_id}}};
    set.add(Element{"nvpair", {{"id", id}, {"name", name}, {"value", value}}});
    cib::Operation op;
    op.verb = cib::Verb::modify;
    op.section = "resources";
    op.expand_score = true;
    op.input = Element{resource.name(), {{"id", resource.id()}}};
    op.input->add(std::move(set));
    return op;
}

std::optional<Error> update(const ResourceCall& call, const Element& resource, const std::string& name,
                            const std::optional<FoundAttribute>& found) {
    const std::string block = block_of(call.options);
    const std::string value = call.options.get("parameter-value");
    auto op = update_of(resource, block, name, value, found, call.options.get("set-name"));
    const Element& set = op.input->children().front();
    if (auto done = call.store.apply(op); !done) return done.error();
    call.report.text(fmt::format("Set '{}' option: id={}{} name={} value={}\n", resource.id(), set.children().front().id(),
                                 found ? "" : " set=" + set.id(), name, value));
    return std::nullopt;
}

}  // namespace

Exit ResourceCall::failed(const Error& error) const {
    for (const auto& c : store.complaints()) context.err += cib::to_string(c) + "\n";
    report.error(exit_of(error), fmt::format("Error performing operation: {}", status_words(exit_of(error))));
    if (!error.message.empty()) context.err += fmt::format("({})\n", error.message);
    return exit_of(error);
}

Exit get_parameter(const ResourceCall& call, const std::string& name) {
    const Element* resource = find_resource(call.cib, call.id);
    cib::EvalContext evaluation;
    evaluation.now = call.context.now;
    const cib::IdIndex index{*call.cib.child("configuration")};
    const auto values = cib::resolve(*resource, block_of(call.options), evaluation, index);
    const auto* value = values.find(name);
    // What a template or, for meta attributes, the resource around it says holds, too.
    cib::NameValues inherited;
    if (!value && resource->has("template")) {
        if (const Element* t = find_resource(call.cib, resource->get("template"))) {
            inherited = cib::resolve(*t, block_of(call.options), evaluation, index);
            value = inherited.find(name);
        }
    }
    if (!value && call.options.has("meta")) {
        if (const Element* parent = parent_of(call.cib, resource->id())) {
            inherited = cib::resolve(*parent, block_of(call.options), evaluation, index);
            value = inherited.find(name);
        }
    }
    if (!value) {
        const std::string words = fmt::format("Attribute '{}' not found for '{}'", name, call.id);
        call.report.plain_error(words);
        return kNoSuch;
    }
    call.report.add(std::string{value->value} + "\n",
                    Element{"item", {{"name", name}, {"value", std::string{value->value}}}});
    return kOk;
}

Exit set_parameter(const ResourceCall& call, const std::string& name) {
    if (!call.options.has("parameter-value")) return call.report.error(kUsage, "You need to supply a value with the -v option");
    const Element* resource = find_resource(call.cib, call.id);
    const Target target = target_of(call, name, "update");
    // A group's members that have a value of their own follow.
    if (resource->name() == "group" && call.options.has("meta")) {
        std::vector<Found> inside;
        find_in(*resource, "meta_attributes", name, {}, inside);
        for (const auto& f : inside) {
            if (f.resource == resource->id()) continue;
            if (auto error = update(call, *find_resource(call.cib, f.resource), name, f.attribute)) return call.failed(*error);
        }
    }
    if (auto error = update(call, *target.resource, name, target.found)) return call.failed(*error);
    return kOk;
}

Exit delete_parameter(const ResourceCall& call, const std::string& name) {
    const Target target = target_of(call, name, "delete");
    if (!target.found) return kOk;
    cib::Operation op;
    op.verb = cib::Verb::remove;
    op.section = "resources";
    op.input = Element{"nvpair", {{"id", target.found->id}, {"name", name}}};
    if (auto done = call.store.apply(op); !done) return call.failed(done.error());
    call.report.text(fmt::format("Deleted '{}' option: id={} name={}\n", target.resource->id(), target.found->id, name));
    return kOk;
}

}  // namespace muster::classic
