#include "tools/classic/attribute.h"

#include <fmt/format.h>

#include <memory>

#include "tools/classic/live_attributes.h"
#include "tools/classic/programs.h"
#include "tools/classic/report.h"

namespace muster::classic {
namespace {

const std::vector<Option>& known_options() {
    static const std::vector<Option> all = with_common({
        {"name", 'n', Takes::value, "Option or attribute of this name"},
        {"attr-name", 0, Takes::value, "", "name"},
        {"id", 'i', Takes::value, "The one with this id"},
        {"attr-id", 0, Takes::value, "", "id"},
        {"pattern", 'P', Takes::value, "All attributes whose names match"},
        {"promotion", 'p', Takes::maybe, "Promotion score of this resource (default: OCF_RESOURCE_INSTANCE)"},
        {"set-name", 's', Takes::value, "In the set of this id"},
        {"query", 'G', Takes::nothing, "Show the value"},
        {"get-value", 0, Takes::nothing, "", "query"},
        {"update", 'v', Takes::value, "Set this value"},
        {"attr-value", 0, Takes::value, "", "update"},
        {"delete", 'D', Takes::nothing, "Delete it"},
        {"delete-attr", 0, Takes::nothing, "", "delete"},
        {"default", 'd', Takes::value, "Show this if there is none"},
        {"lifetime", 'l', Takes::value, "reboot or forever"},
        {"node", 'N', Takes::value, "A node attribute of this node"},
        {"uname", 'U', Takes::value, "", "node"},
        {"node-uname", 0, Takes::value, "", "node"},
        {"type", 't', Takes::value, "crm_config nodes status rsc_defaults op_defaults tickets"},
        {"utilization", 'z', Takes::nothing, "A utilization attribute"},
        {"wait", 'W', Takes::value, "Accepted for compatibility: changes are always waited for"},
        {"quiet", 'q', Takes::nothing, "Print only the value"},
        {"quiet-classic", 'Q', Takes::nothing, "", "quiet"},
        {"inhibit-policy-engine", '!', Takes::nothing, "Accepted for compatibility"},
    });
    return all;
}

bool is_status(const AttributeRequest& r) {
    return r.type == "status" || r.lifetime == "reboot";
}

Result<AttributeRequest> request_of(Context& context, const Options& options) {
    AttributeRequest r;
    for (const auto& name : options.order()) {
        if (name == "query") r.verb = AttributeVerb::query;
        if (name == "update") r.verb = AttributeVerb::update;
        if (name == "delete") r.verb = AttributeVerb::remove;
    }
    r.wanted = {options.get("name"), options.get("pattern"), options.get("id")};
    r.value = options.get("update");
    r.type = options.get("type");
    r.node = options.get("node");
    r.lifetime = options.get("lifetime");
    r.for_node = options.has("node") || options.has("lifetime") || options.has("promotion") || options.has("utilization");
    r.set = options.get("set-name");
    r.has_default = options.has("default");
    r.fallback = options.get("default");
    r.utilization = options.has("utilization");
    r.quiet = options.has("quiet");
    if (options.has("promotion")) {
        std::string resource = options.get("promotion");
        if (resource.empty()) resource = context.env("OCF_RESOURCE_INSTANCE");
        if (resource.empty()) {
            return fail("-p/--promotion must be called from an OCF resource agent or with a resource ID specified");
        }
        r.wanted.name = "master-" + resource;
        if (r.lifetime.empty()) r.lifetime = "reboot";
    }
    if (r.verb == AttributeVerb::remove && r.wanted.any()) return fail("Error: must specify attribute name or pattern to delete");
    if (r.verb == AttributeVerb::update && r.wanted.any()) return fail("Error: must specify attribute name or pattern to update");
    if (!r.wanted.pattern.empty() && r.verb != AttributeVerb::query && !is_status(r)) {
        return fail("Error: pattern can only be used with query, or with till-reboot update or delete");
    }
    return r;
}

std::string options_set(const std::string& type) {
    return type == "crm_config" ? "cib-bootstrap-options" : type + "-options";
}

void print(Report& report, const AttributeScope& scope, const AttributeRequest& r, const std::string& name, const std::string& value) {
    xml::Element e{"attribute", {{"name", name}, {"value", value}, {"scope", scope.section}}};
    report.add(r.quiet ? value + "\n" : fmt::format("scope={}  name={} value={}\n", scope.section, name, value), std::move(e));
}

Exit no_such(Report& report) {
    return report.error(kNoSuch, "Error performing operation: No such device or address");
}

Exit ask_for_id(Context& context, Report& report, const AttributeRequest& r, const std::vector<FoundAttribute>& found) {
    std::string text = fmt::format("Multiple attributes match name={}\n", r.wanted.name);
    for (const auto& f : found) text += fmt::format("  Value: {} \t(id={})\n", f.value, f.id);
    context.out += text;
    return report.error(kMultiple, "Please choose from one of the matches below and supply the 'id' with --attr-id");
}

Exit query(Report& report, const AttributeScope& scope, const AttributeRequest& r, const std::vector<FoundAttribute>& found,
           Context& context) {
    if (found.empty()) {
        if (!r.has_default || r.wanted.name.empty()) return no_such(report);
        print(report, scope, r, r.wanted.name, r.fallback);
        return kOk;
    }
    if (found.size() > 1 && !r.wanted.name.empty()) return ask_for_id(context, report, r, found);
    for (const auto& f : found) print(report, scope, r, f.name, f.value);
    return kOk;
}

Exit change_failed(Context& context, Report& report, const Store& store, const AttributeScope& scope,
                   const AttributeRequest& r, const Error& error) {
    if (r.verb == AttributeVerb::update) {
        context.err += fmt::format("Error setting {}={} (section={}, set={}): {}\n", r.wanted.name, r.value, scope.section,
                                   r.set.empty() ? (scope.section == "crm_config" ? "<null>" : scope.set_id) : r.set,
                                   classic_words(error));
    }
    for (const auto& c : store.complaints()) context.err += cib::to_string(c) + "\n";
    if (!error.message.empty()) context.err += fmt::format("({})\n", error.message);
    return report.error(exit_of(error), fmt::format("Error performing operation: {}", classic_words(error)));
}

Exit update(Context& context, Report& report, Store& store, const AttributeScope& scope, const AttributeRequest& r,
            const std::vector<FoundAttribute>& found) {
    if (found.size() > 1 && r.wanted.pattern.empty()) return ask_for_id(context, report, r, found);
    std::vector<cib::Operation> operations;
    for (const auto& f : found) operations.push_back(set_operation(scope, f.name, r.value, &f));
    if (found.empty() && r.wanted.pattern.empty()) {
        operations.push_back(set_operation(scope, r.wanted.name, r.value, nullptr));
    }
    for (const auto& op : operations) {
        if (auto done = store.apply(op); !done) return change_failed(context, report, store, scope, r, done.error());
    }
    return kOk;
}

Exit remove(Context& context, Report& report, Store& store, const AttributeScope& scope, const AttributeRequest& r,
            const std::vector<FoundAttribute>& found) {
    if (found.size() > 1 && r.wanted.pattern.empty()) return ask_for_id(context, report, r, found);
    for (const auto& f : found) {
        if (auto done = store.apply(delete_operation(scope, f)); !done) {
            return change_failed(context, report, store, scope, r, done.error());
        }
        const char* what = scope.section == "nodes" || scope.section == "status" ? "attribute" : "option";
        // With --id the tool has always said "(null)" here.
        report.text(fmt::format("Deleted {} {}: id={} name={}\n", scope.section, what, r.wanted.id.empty() ? f.id : "(null)", f.name));
    }
    return kOk;
}

}  // namespace

Result<AttributeScope> scope_of(Context& context, Store& store, const xml::Element& cib, const AttributeRequest& r) {
    AttributeScope scope;
    scope.only_set = r.set;
    std::string type = r.type;
    if (type.empty()) type = !r.for_node ? "crm_config" : r.lifetime == "reboot" ? "status" : "nodes";
    if (type == "nodes" && r.lifetime == "reboot") type = "status";
    if (type == "crm_config" || type == "rsc_defaults" || type == "op_defaults" || type == "tickets") {
        scope.section = type;
        scope.block = type == "crm_config" ? "cluster_property_set" : type == "tickets" ? "instance_attributes" : "meta_attributes";
        scope.set_id = r.set.empty() ? options_set(type) : r.set;
        return scope;
    }
    if (type != "nodes" && type != "status") return fail(fmt::format("Invalid section type \"{}\"", type));
    scope.section = type;
    scope.block = r.utilization ? "utilization" : "instance_attributes";
    scope.node_name = r.node.empty() ? local_node(context, store) : r.node;
    scope.node_id = node_id_of(cib, scope.node_name);
    if (scope.node_id.empty()) return fail(ErrorCode::not_found, fmt::format("Could not map name={} to a UUID", scope.node_name));
    scope.set_id = r.set.empty() ? type + "-" + scope.node_id + (r.utilization ? "-utilization" : "") : r.set;
    return scope;
}

Exit run_attribute(Context& context, const AttributeRequest& r, const Options& options) {
    Report report{context, options};
    auto store = open_store(context);
    if (!store) {
        return report.finish(report.error(exit_of(store.error()), "Error connecting to the CIB manager: " + store.error().message));
    }
    if ((*store)->live() && r.type != "crm_config" && (is_status(r))) {
        return report.finish(run_live_attribute(context, report, **store, r));
    }
    auto document = (*store)->read();
    if (!document) {
        return report.finish(report.error(exit_of(document.error()),
                                          fmt::format("Error performing operation: {}", classic_words(document.error()))));
    }
    auto scope = scope_of(context, **store, *document, r);
    if (!scope) {
        const bool unknown_node = scope.error().code == ErrorCode::not_found;
        return report.finish(report.error(unknown_node ? kNoSuch : kUsage, scope.error().message));
    }
    const auto found = find_attributes(*document, *scope, r.wanted);
    switch (r.verb) {
        case AttributeVerb::query: return report.finish(query(report, *scope, r, found, context));
        case AttributeVerb::update: return report.finish(update(context, report, **store, *scope, r, found));
        case AttributeVerb::remove: return report.finish(remove(context, report, **store, *scope, r, found));
    }
    return kSoftware;
}

Exit crm_attribute(Context& context) {
    Exit status = kOk;
    const auto options = begin(context, "query and update cluster options and node attributes", known_options(), status);
    if (!options) return status;
    const auto request = request_of(context, *options);
    if (!request) {
        Report report{context, *options};
        return report.finish(report.error(kUsage, request.error().message));
    }
    return run_attribute(context, *request, *options);
}

}  // namespace muster::classic
