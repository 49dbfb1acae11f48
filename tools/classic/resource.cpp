// crm_resource: resources, from every side.
#include "tools/classic/resource.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"
#include "tools/classic/attribute_scope.h"
#include "tools/classic/live.h"
#include "tools/classic/programs.h"

namespace muster::classic {
namespace {

const std::vector<Option>& known_options() {
    static const std::vector<Option> all = with_common({
        {"list", 'L', Takes::nothing, "All resources with their state"},
        {"list-raw", 'l', Takes::nothing, "Names of all primitives"},
        {"list-operations", 'O', Takes::nothing, "Active operations (with -r, -N)"},
        {"list-all-operations", 'o', Takes::nothing, "All operations (with -r, -N)"},
        {"list-standards", 0, Takes::nothing, "Kinds of agents"},
        {"list-ocf-providers", 0, Takes::nothing, "Providers of OCF agents"},
        {"list-agents", 0, Takes::value, "Agents of a kind, or kind:provider"},
        {"list-ocf-alternatives", 0, Takes::value, "Providers of this OCF agent"},
        {"show-metadata", 0, Takes::value, "Meta-data of an agent"},
        {"query-xml", 'q', Takes::nothing, "The resource's XML, templates expanded"},
        {"query-xml-raw", 'w', Takes::nothing, "The resource's XML"},
        {"locate", 'W', Takes::nothing, "Where it runs"},
        {"constraints", 'a', Takes::nothing, "Its location and colocation constraints"},
        {"stack", 'A', Takes::nothing, "The same, followed along colocations"},
        {"why", 'Y', Takes::nothing, "Why it runs or does not"},
        {"validate", 0, Takes::nothing, "Check its configuration with the agent"},
        {"cleanup", 'C', Takes::nothing, "Forget its failures"},
        {"refresh", 'R', Takes::nothing, "Forget its history and probe again"},
        {"set-parameter", 'p', Takes::value, "Set this parameter (with -v)"},
        {"get-parameter", 'g', Takes::value, "Show this parameter"},
        {"delete-parameter", 'd', Takes::value, "Delete this parameter"},
        {"move", 'M', Takes::nothing, "Move it to -N NODE, or away"},
        {"ban", 'B', Takes::nothing, "Keep it away from -N NODE"},
        {"clear", 'U', Takes::nothing, "Undo moves and bans"},
        {"expired", 'e', Takes::nothing, "With -U: only what has expired"},
        {"lifetime", 'u', Takes::value, "For -M and -B: how long (PT1H)"},
        {"promoted", 0, Takes::nothing, "For -M, -B, -U: the promoted role only"},
        {"master", 0, Takes::nothing, "", "promoted"},
        {"delete", 'D', Takes::nothing, "Delete it from the configuration (with -t)"},
        {"fail", 'F', Takes::nothing, "Tell the cluster that it failed"},
        {"restart", 0, Takes::nothing, "Stop and start it"},
        {"wait", 0, Takes::nothing, "Wait until the cluster is idle"},
        {"resource", 'r', Takes::value, "The resource"},
        {"node", 'N', Takes::value, "The node"},
        {"host-uname", 'H', Takes::value, "", "node"},
        {"resource-type", 't', Takes::value, "Element of the resource, for -D"},
        {"parameter-value", 'v', Takes::value, "The value for -p"},
        {"meta", 'm', Takes::nothing, "Meta attributes"},
        {"utilization", 'z', Takes::nothing, "Utilization attributes"},
        {"set-name", 's', Takes::value, "Only in the set of this id"},
        {"nvpair", 'i', Takes::value, "Accepted for compatibility"},
        {"operation", 'n', Takes::value, "For -C: only failures of this operation"},
        {"interval", 'I', Takes::value, "For -C -n: its interval"},
        {"class", 0, Takes::value, "For --validate: kind of the agent"},
        {"provider", 0, Takes::value, "For --validate: its provider"},
        {"agent", 0, Takes::value, "For --validate: its name"},
        {"option", 0, Takes::value, "For --validate: NAME=VALUE"},
        {"timeout", 'T', Takes::value, "For --restart and --wait: how long at most"},
        {"recursive", 0, Takes::nothing, "Accepted for compatibility"},
        {"force", 'f', Takes::nothing, "As it was said, without thinking of parents and children"},
        {"quiet", 'Q', Takes::nothing, "Only the value"},
    });
    return all;
}

Exit wait_for_idle(const ResourceCall& call) {
    if (!call.store.live()) return kOk;  // a file has nothing in flight
    const auto within = parse_interval(call.options.get("timeout", "1h"));
    if (!within) return call.report.error(kUsage, within.error().message);
    auto crmd = connect_crmd(call.context);
    if (!crmd) return call.failed(crmd.error());
    auto done = crmd->wait_idle(*within);
    return done ? kOk : call.failed(done.error());
}

Exit cleanup(const ResourceCall& call, bool all_history) {
    const FailureRequest request{call.id, call.options.get("node"), call.options.get("operation"), call.options.get("interval"), false};
    if (call.store.live()) return live_cleanup(call.context, request, all_history);
    if (call.id.empty()) return kOk;
    call.report.text(fmt::format("Dry run: skipping clean-up of {} on {} due to CIB_file\n", call.id,
                                 request.node.empty() ? "all nodes" : request.node));
    return kOk;
}

Exit remove(const ResourceCall& call) {
    if (!call.options.has("resource-type")) return call.report.error(kUsage, "You need to specify a resource type with -t");
    cib::Operation op;
    op.verb = cib::Verb::remove;
    op.section = "resources";
    op.input = xml::Element{call.options.get("resource-type"), {{"id", call.id}}};
    auto done = call.store.apply(op);
    return done ? kOk : call.failed(done.error());
}

Exit restart(const ResourceCall& call) {
    if (!call.store.live()) return call.report.error(kUnimplemented, "a restart needs a running cluster");
    const auto set_role = [&](bool stopped) {
        cib::Operation op;
        op.section = "resources";
        const std::string set = call.id + "-meta_attributes";
        xml::Element pair{"nvpair", {{"id", set + "-target-role"}, {"name", "target-role"}, {"value", "Stopped"}}};
        if (!stopped) {
            op.verb = cib::Verb::remove;
            op.input = std::move(pair);
        } else {
            op.verb = cib::Verb::modify;
            op.input = xml::Element{find_resource(call.cib, call.id)->name(), {{"id", call.id}}};
            op.input->add(xml::Element{"meta_attributes", {{"id", set}}}).add(std::move(pair));
        }
        return call.store.apply(op);
    };
    if (auto done = set_role(true); !done) return call.failed(done.error());
    const Exit waited = wait_for_idle(call);
    if (auto done = set_role(false); !done) return call.failed(done.error());
    return waited == kOk ? wait_for_idle(call) : waited;
}

Exit on_resource(const ResourceCall& call) {
    const Options& o = call.options;
    if (o.has("get-parameter")) return get_parameter(call, o.get("get-parameter"));
    if (o.has("set-parameter")) return set_parameter(call, o.get("set-parameter"));
    if (o.has("delete-parameter")) return delete_parameter(call, o.get("delete-parameter"));
    if (o.has("locate")) return locate_resource(call);
    if (o.has("query-xml")) return show_configuration(call, false);
    if (o.has("query-xml-raw")) return show_configuration(call, true);
    if (o.has("constraints")) return show_constraints(call, false);
    if (o.has("stack")) return show_constraints(call, true);
    if (o.has("why")) return show_why(call);
    if (o.has("restart")) return restart(call);
    if ((o.has("move") || o.has("ban")) && call.id.find(':') != std::string::npos) {
        call.report.error(kInvalidParameter, fmt::format("Cannot operate on clone resource instance '{}'", call.id));
        call.report.plain_error("Error performing operation: Invalid parameter");
        return kInvalidParameter;
    }
    if (o.has("move")) return move_resource(call);
    if (o.has("ban")) return ban_resource(call);
    if (o.has("clear")) return clear_constraints(call);
    return list_resources(call);
}

Exit run(const ResourceCall& call) {
    const Options& o = call.options;
    if (o.has("cleanup")) return cleanup(call, false);
    if (o.has("refresh")) return cleanup(call, true);
    if (o.has("wait")) return wait_for_idle(call);
    if (o.has("delete")) return remove(call);
    if (o.has("list-operations") || o.has("list-all-operations")) return list_history(call, o.has("list-all-operations"));
    if (o.has("list-raw")) return list_names(call);
    if (o.has("clear") && o.has("expired") && call.id.empty()) return clear_constraints(call);
    if (o.has("list") || call.id.empty()) {
        const bool needs = o.has("get-parameter") || o.has("set-parameter") || o.has("delete-parameter") || o.has("locate") ||
                           o.has("move") || o.has("ban") || o.has("clear") || o.has("query-xml") || o.has("why") || o.has("restart") ||
                           o.has("constraints") || o.has("stack") || o.has("query-xml-raw");
        if (needs) return call.report.error(kUsage, "Must supply a resource ID with -r");
        return list_resources(call);
    }
    if (!find_resource(call.cib, call.id)) {
        call.report.error(kNoSuch, fmt::format("Resource '{}' not found", call.id));
        call.report.plain_error("Error performing operation: No such object");
        return kNoSuch;
    }
    return on_resource(call);
}

std::optional<std::string> misuse(const Options& o) {
    const bool agent = o.has("class") || o.has("provider") || o.has("agent");
    if (agent && o.has("resource")) return "--resource cannot be used with --class, --agent, and --provider";
    if (agent && !o.has("validate")) return "--class, --agent, and --provider can only be used with --validate and --force-*";
    return std::nullopt;
}

}  // namespace

Exit crm_resource(Context& context) {
    Exit status = kOk;
    const auto options = begin(context, "resources of the cluster", known_options(), status);
    if (!options) return status;
    Report report{context, *options};
    if (!options->rest().empty()) {
        std::string text = "non-option ARGV-elements:\n";
        for (std::size_t i = 0; i < options->rest().size(); ++i) {
            text += fmt::format("[{} of {}] {}\n", i + 1, options->rest().size(), options->rest()[i]);
        }
        return report.finish(report.error(kUsage, text));
    }
    if (const auto words = misuse(*options)) return report.finish(report.error(kUsage, *words));
    if (options->has("validate") || options->has("fail")) {
        return report.finish(report.error(kUnimplemented, "this command is not supported; see crm ra validate"));
    }
    if (const auto done = run_agent_query(context, report, *options)) return report.finish(*done);
    auto store = open_store(context);
    if (!store) return report.finish(report.error(exit_of(store.error()), store.error().message));
    auto cib = (*store)->read();
    if (!cib) {
        return report.finish(report.error(exit_of(cib.error()), fmt::format("Error performing operation: {}", status_words(exit_of(cib.error())))));
    }
    const ResourceCall call{context, *options, report, **store, *cib, options->get("resource")};
    return report.finish(run(call));
}

}  // namespace muster::classic
