// stonith_admin: fence, confirm, history, devices.
#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "base/time.h"
#include "crmd/protocol/crmd.pb.h"
#include "tools/classic/live.h"
#include "tools/classic/programs.h"
#include "tools/classic/report.h"
#include "tools/classic/resource.h"

namespace muster::classic {
namespace {

namespace proto = crmd::proto;

const std::vector<Option>& known_options() {
    static const std::vector<Option> all = with_common({
        {"list-installed", 'I', Takes::nothing, "Fence agents of this machine"},
        {"list-registered", 'L', Takes::nothing, "Fencing devices of the configuration"},
        {"fence", 'F', Takes::value, "Turn this node off"},
        {"unfence", 'U', Takes::value, "Turn this node on"},
        {"reboot", 'B', Takes::value, "Reboot this node"},
        {"confirm", 'C', Takes::value, "Say that this node is off (be sure that it is)"},
        {"history", 'H', Takes::value, "Fencings of this node (\"*\": of all)"},
        {"last", 'h', Takes::value, "The newest fencing of this node"},
        {"metadata", 'M', Takes::nothing, "Meta-data of the agent of -a"},
        {"agent", 'a', Takes::value, "A fence agent"},
        {"timeout", 't', Takes::value, "Longest fencing"},
        {"tolerance", 0, Takes::value, "Do nothing if the node was fenced within this time"},
        {"delay", 'y', Takes::value, "Accepted for compatibility"},
        {"force", 'f', Takes::nothing, "Accepted for compatibility"},
        {"quiet", 'q', Takes::nothing, "Say less"},
    });
    return all;
}

Exit failed(Report& report, const Error& error) { return report.error(exit_of(error), error.message); }

Exit fence(Context& context, Report& report, const Options& options, const std::string& node, const char* action) {
    auto crmd = connect_crmd(context);
    if (!crmd) return failed(report, crmd.error());
    const auto timeout = parse_interval(options.get("timeout", "120s"));
    if (!timeout) return report.error(kUsage, timeout.error().message);
    proto::Message m;
    m.mutable_fence()->set_node(node);
    m.mutable_fence()->set_action(action);
    m.mutable_fence()->set_reason("asked for with stonith_admin");
    m.mutable_fence()->set_timeout_ms(timeout->count());
    m.mutable_fence()->set_tolerate_recent(options.has("tolerance"));
    const auto answer = crmd->request(std::move(m), *timeout + seconds{5});
    return answer ? kOk : failed(report, answer.error());
}

Exit confirm(Context& context, Report& report, const std::string& node) {
    auto crmd = connect_crmd(context);
    if (!crmd) return failed(report, crmd.error());
    proto::Message m;
    m.mutable_confirm_fenced()->set_node(node);
    const auto answer = crmd->request(std::move(m));
    return answer ? kOk : failed(report, answer.error());
}

Exit history(Context& context, Report& report, const std::string& node) {
    auto crmd = connect_crmd(context);
    if (!crmd) return failed(report, crmd.error());
    const auto state = crmd->cluster_state();
    if (!state) return failed(report, state.error());
    xml::Element list{"fence_history"};
    for (const auto& f : state->fencing()) {
        if (node != "*" && f.target() != node) continue;
        const std::string when = to_iso8601(WallTime::from_seconds(f.changed_at()));
        report.text(fmt::format("{} of {} by {}: {} ({}), {}{}\n", f.action(), f.target(), f.executor().empty() ? "nobody yet" : f.executor(), f.state(),
                                f.reason(), when, f.error().empty() ? "" : ": " + f.error()));
        list.add(xml::Element{"fence_event", {{"action", f.action()}, {"target", f.target()}, {"status", f.state()}, {"delegate", f.executor()},
                                              {"client", f.author()}, {"completed", when}}});
    }
    if (report.xml()) report.element(std::move(list));
    return kOk;
}

void devices_below(const xml::Element& e, std::vector<std::string>& names) {
    for (const auto& c : e.children()) {
        if (c.name() == "primitive" && c.get("class") == "stonith") names.push_back(c.id());
        if (!c.is_comment() && is_resource(c)) devices_below(c, names);
    }
}

Exit devices(Context& context, Report& report) {
    auto store = open_store(context);
    if (!store) return failed(report, store.error());
    const auto cib = (*store)->read();
    if (!cib) return failed(report, cib.error());
    std::vector<std::string> names;
    if (const auto* resources = cib::find_section(*cib, "resources")) devices_below(*resources, names);
    for (const auto& n : names) report.add(n + "\n", xml::Element{"device", {{"id", n}}});
    report.text(names.empty() ? "No fence devices found\n" : fmt::format("{} fence devices found\n", names.size()));
    return kOk;
}

}  // namespace

Exit stonith_admin(Context& context) {
    Exit status = kOk;
    const auto options = begin(context, "fencing", known_options(), status);
    if (!options) return status;
    Report report{context, *options};
    for (const auto& [name, action] : {std::pair{"fence", "off"}, std::pair{"reboot", "reboot"}, std::pair{"unfence", "on"}}) {
        if (options->has(name)) return report.finish(fence(context, report, *options, options->get(name), action));
    }
    if (options->has("confirm")) return report.finish(confirm(context, report, options->get("confirm")));
    if (options->has("history")) return report.finish(history(context, report, options->get("history")));
    if (options->has("last")) return report.finish(history(context, report, options->get("last")));
    if (options->has("list-registered")) return report.finish(devices(context, report));
    if (options->has("list-installed") || (options->has("metadata") && options->has("agent"))) {
        const bool list = options->has("list-installed");
        const auto asked = list ? std::vector<std::string>{"--list-agents", "stonith"}
                                : std::vector<std::string>{"--show-metadata", "stonith:" + options->get("agent")};
        const auto query = parse_options({{"list-agents", 0, Takes::value, ""}, {"show-metadata", 0, Takes::value, ""}}, asked);
        const auto done = run_agent_query(context, report, *query);
        return report.finish(done.value_or(kSoftware));
    }
    return report.finish(report.error(kUsage, "a command is needed: -I, -L, -F, -B, -U, -C, -H or -M -a AGENT"));
}

}  // namespace muster::classic
