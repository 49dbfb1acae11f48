// crm_simulate as scripts and agents call it: the status, and what the cluster would do about it ("crm_simulate -Ls", of which
// azure-events reads the summary).  Changes, graphs and what-if are with `crm simulate`.
#include <fmt/format.h>

#include "base/os/files.h"
#include "base/xml/parse.h"
#include "cib/model/read.h"
#include "policy-engine/plan.h"
#include "tools/classic/mon.h"
#include "tools/classic/programs.h"
#include "tools/classic/report.h"
#include "tools/classic/store.h"

namespace muster::classic {
namespace {

const std::vector<Option>& known_options() {
    static const std::vector<Option> all = with_common({
        {"live-check", 'L', Takes::nothing, "Ask the running cluster"},
        {"xml-file", 'x', Takes::value, "Look at this file"},
        {"xml-pipe", 'p', Takes::nothing, "Look at standard input"},
        {"show-scores", 's', Takes::nothing, "Show the scores that decide where resources run"},
        {"run", 'R', Takes::nothing, "Find out what would be done (always)"},
        {"simulate", 'S', Takes::nothing, "The same; crm simulate --run plays it to its end"},
        {"quiet", 'Q', Takes::nothing, "Say less"},
    });
    return all;
}

Result<xml::Element> load(Context& context, const Options& options) {
    const bool file = options.has("xml-file");
    if (!file && !options.has("xml-pipe")) {
        auto store = open_store(context);
        if (!store) return tl::make_unexpected(store.error());
        return (*store)->read();
    }
    auto bytes = file ? os::read_file(options.get("xml-file")) : context.read_stdin();
    if (!bytes) return tl::make_unexpected(Error{ErrorCode::io, bytes.error().message});
    return xml::parse(*bytes);
}

void add_scores(std::string& out, const policy::Plan& plan) {
    out += "Assignment Scores:\n";
    for (const auto& s : plan.scores) out += fmt::format("  * {} allocation score on {}: {}\n", s.resource, s.node, to_string(s.score));
    out += "\n";
}

// One line for each change; nothing after the heading means that nothing is to be done.
void add_summary(std::string& out, const policy::Plan& plan) {
    out += "Transition Summary:\n";
    for (const auto& r : plan.reasons) {
        if (r.decision == "leave" || r.decision == "stay-stopped") continue;
        std::string what = r.decision;
        what[0] = static_cast<char>(what[0] - 'a' + 'A');
        const std::string where = !r.from.empty() && !r.to.empty() && r.from != r.to ? r.from + " -> " + r.to : r.to.empty() ? r.from : r.to;
        if (r.decision == "fence") out += fmt::format("  * Fence {}{}\n", r.resource, r.text.empty() ? "" : " '" + r.text + "'");
        else out += fmt::format("  * {:<10} {}     ( {} ){}\n", what, r.resource, where, r.text.empty() ? "" : "  due to " + r.text);
    }
}

}  // namespace

Exit crm_simulate(Context& context) {
    Exit status = kOk;
    const auto options = begin(context, "what the cluster would do", known_options(), status);
    if (!options) return status;
    Report report{context, *options};
    if (report.xml()) return report.finish(report.error(kUsage, "--output-as=xml is not offered here; crm simulate --json is"));
    const auto document = load(context, *options);
    if (!document) return report.finish(report.error(exit_of(document.error()), document.error().message));
    const auto cib = cib::from_element(*document);
    if (!cib) return report.finish(report.error(kConfig, cib.error().message));
    if (!options->has("quiet")) {
        MonWishes wishes;
        wishes.sections = {"nodes", "resources"};
        wishes.inactive = true;
        context.out += "Current cluster status:\n";
        print_text(context, *document, mon_view(*document, context.now), wishes);
        context.out += "\n";
    }
    const policy::Plan plan = policy::plan(*cib, context.now, {options->has("show-scores")});
    for (const auto& m : plan.messages) context.err += fmt::format("{}: {}\n", m.error ? "error" : "warning", m.text);
    if (options->has("show-scores")) add_scores(context.out, plan);
    add_summary(context.out, plan);
    return report.finish(kOk);
}

}  // namespace muster::classic
