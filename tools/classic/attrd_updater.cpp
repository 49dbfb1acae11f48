// attrd_updater: transient and private node attributes.
#include <fmt/format.h>

#include "base/time.h"
#include "crmd/protocol/crmd.pb.h"
#include "tools/classic/attribute_scope.h"
#include "tools/classic/live.h"
#include "tools/classic/live_attributes.h"
#include "tools/classic/programs.h"
#include "tools/classic/report.h"

namespace muster::classic {
namespace {

namespace proto = crmd::proto;

const std::vector<Option>& known_options() {
    static const std::vector<Option> all = with_common({
        {"name", 'n', Takes::value, "The attribute's name"},
        {"pattern", 'P', Takes::value, "All attributes whose names match"},
        {"update", 'U', Takes::value, "Set this value"},
        {"update-classic", 'v', Takes::value, "", "update"},
        {"update-both", 'B', Takes::value, "Set this value and the delay (-d)"},
        {"update-delay", 'Y', Takes::nothing, "Set only the delay (-d)"},
        {"query", 'Q', Takes::nothing, "Show the value"},
        {"delete", 'D', Takes::nothing, "Unset the attribute"},
        {"refresh", 'R', Takes::nothing, "Write all values again"},
        {"delay", 'd', Takes::value, "Changes within this time are written together"},
        {"dampening", 0, Takes::value, "", "delay"},
        {"set", 's', Takes::value, "Accepted for compatibility"},
        {"node", 'N', Takes::value, "The node (default: this one)"},
        {"all", 'A', Takes::nothing, "With -Q: on all nodes"},
        {"lifetime", 'l', Takes::value, "Accepted for compatibility: always until reboot"},
        {"private", 'p', Takes::nothing, "Never write it to the CIB"},
        {"utilization", 'z', Takes::nothing, "A utilization attribute"},
        {"wait", 'W', Takes::value, "Accepted for compatibility"},
        {"quiet", 'q', Takes::nothing, "Accepted for compatibility"},
    });
    return all;
}

// Scripts cut this line at its quotes.
void show(Report& report, const std::string& name, const std::string& node, const std::string& value) {
    report.add(fmt::format("name=\"{}\" host=\"{}\" value=\"{}\"\n", name, node, value),
               xml::Element{"attribute", {{"name", name}, {"host", node}, {"value", value}}});
}

Exit query_live(Report& report, client::Crmd& crmd, const Options& options, const std::string& node) {
    proto::Message m;
    auto& get = *m.mutable_get_attributes();
    get.set_name(options.get("name"));
    get.set_lifetime("reboot");
    if (options.has("all")) {
        get.set_all_nodes(true);
    } else {
        get.set_node(node);
    }
    const auto answer = crmd.request(std::move(m));
    if (!answer && answer.error().code != ErrorCode::not_found) {
        return report.error(exit_of(answer.error()), answer.error().message);
    }
    bool any = false;
    if (answer) {
        for (const auto& a : answer->attributes().attribute()) {
            show(report, a.name(), a.node(), a.value());
            any = true;
        }
    }
    if (any) return kOk;
    return report.error(kNoSuch, fmt::format("Could not query value of {}: attribute does not exist", options.get("name")));
}

Exit change_live(Report& report, client::Crmd& crmd, const Options& options, const std::string& node) {
    proto::Message m;
    auto& set = *m.mutable_set_attribute();
    set.set_node(node);
    set.set_name(options.get("name"));
    set.set_pattern(options.get("pattern"));
    set.set_lifetime("reboot");
    set.set_private_(options.has("private"));
    if (options.has("utilization")) set.set_set_type("utilization");
    if (options.has("delay")) {
        const auto delay = parse_interval(options.get("delay"));
        if (!delay) return report.error(kUsage, delay.error().message);
        set.set_dampen_ms(delay->count());
    }
    if (options.has("delete")) {
        set.set_unset(true);
    } else {
        set.set_value(options.has("update-both") ? options.get("update-both") : options.get("update"));
        set.set_expand(true);
    }
    const auto answer = crmd.request(std::move(m));
    if (!answer) {
        return report.error(exit_of(answer.error()), fmt::format("Could not update {}={}: {}", options.get("name"),
                                                                 set.value(), answer.error().message));
    }
    return kOk;
}

// On a file there is no daemon with values of its own: transient attributes are those of the status section.
Exit run_on_file(Context& context, Report& report, Store& store, const Options& options) {
    if (options.has("private")) return report.error(kUnimplemented, "private attributes need a running cluster");
    auto document = store.read();
    if (!document) return report.error(exit_of(document.error()), document.error().message);
    AttributeScope scope;
    scope.section = "status";
    scope.block = options.has("utilization") ? "utilization" : "instance_attributes";
    const std::string node = options.get("node", local_node(context, store));
    scope.node_id = node_id_of(*document, node);
    scope.set_id = "status-" + scope.node_id;
    if (options.has("query")) {
        bool any = false;
        for (const auto* state : document->child("status") ? document->child("status")->children_named("node_state")
                                                           : std::vector<const xml::Element*>{}) {
            if (!options.has("all") && state->get("uname") != node) continue;
            scope.node_id = state->id();
            for (const auto& f : find_attributes(*document, scope, {options.get("name"), {}, {}})) {
                show(report, f.name, state->get("uname"), f.value);
                any = true;
            }
        }
        return any ? kOk : report.error(kNoSuch, fmt::format("Could not query value of {}: attribute does not exist", options.get("name")));
    }
    if (scope.node_id.empty()) return report.error(kNoSuch, fmt::format("node {} is unknown", node));
    const auto found = find_attributes(*document, scope, {options.get("name"), options.get("pattern"), {}});
    const std::string value = options.has("update-both") ? options.get("update-both") : options.get("update");
    std::vector<cib::Operation> operations;
    for (const auto& f : found) {
        operations.push_back(options.has("delete") ? delete_operation(scope, f) : set_operation(scope, f.name, value, &f));
    }
    if (found.empty() && !options.has("delete") && !options.has("pattern")) {
        operations.push_back(set_operation(scope, options.get("name"), value, nullptr));
    }
    for (const auto& op : operations) {
        if (auto done = store.apply(op); !done) return report.error(exit_of(done.error()), done.error().message);
    }
    return kOk;
}

Exit run(Context& context, Report& report, const Options& options) {
    const bool changes = options.has("update") || options.has("update-both") || options.has("delete");
    if (options.has("refresh") || options.has("update-delay")) return kOk;  // values are written as they come: nothing is held back
    if (!options.has("name") && !(options.has("pattern") && changes)) {
        return report.error(kUsage, "Command requires --name or --pattern argument");
    }
    if (!changes && !options.has("query")) return report.error(kUsage, "Must supply a command: -U, -B, -Q or -D");
    if (options.has("update-both") && !options.has("delay")) return report.error(kUsage, "-B/--update-both needs -d/--delay");
    auto store = open_store(context);
    if (!store) return report.error(exit_of(store.error()), store.error().message);
    if (!(*store)->live()) return run_on_file(context, report, **store, options);
    auto crmd = connect_crmd(context);
    if (!crmd) return report.error(kDisconnect, crmd.error().message);
    const std::string node = options.get("node", local_node(context, **store));
    return options.has("query") ? query_live(report, *crmd, options, node) : change_live(report, *crmd, options, node);
}

}  // namespace

Exit attrd_updater(Context& context) {
    Exit status = kOk;
    const auto options = begin(context, "transient node attributes", known_options(), status);
    if (!options) return status;
    Report report{context, *options};
    return report.finish(run(context, report, *options));
}

}  // namespace muster::classic
