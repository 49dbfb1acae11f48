// crm_mon: the cluster's status.
#include "tools/classic/mon.h"

#include <fmt/format.h>

#include "base/os/files.h"
#include "base/text.h"
#include "base/time.h"
#include "base/xml/write.h"
#include "crmd/protocol/crmd.pb.h"
#include "tools/classic/live.h"
#include "tools/classic/programs.h"

namespace muster::classic {
namespace {

const std::vector<Option>& known_options() {
    static const std::vector<Option> all = with_common({
        {"one-shot", '1', Takes::nothing, "Show the status once and exit"},
        {"group-by-node", 'n', Takes::nothing, "Group resources by node"},
        {"inactive", 'r', Takes::nothing, "Show inactive resources, too"},
        {"failcounts", 'f', Takes::nothing, "Show fail counts"},
        {"operations", 'o', Takes::nothing, "Show operations"},
        {"timing-details", 't', Takes::nothing, "Show operations with their times"},
        {"tickets", 'c', Takes::nothing, "Show tickets"},
        {"fence-history", 'm', Takes::maybe, "Show fencing history"},
        {"neg-locations", 'L', Takes::maybe, "Show negative location constraints"},
        {"show-node-attributes", 'A', Takes::nothing, "Show node attributes"},
        {"hide-headers", 'D', Takes::nothing, "Leave the summary out"},
        {"show-detail", 'R', Takes::nothing, "Show more about nodes and clones"},
        {"brief", 'b', Takes::nothing, "Say less"},
        {"pending", 'j', Takes::nothing, "Accepted for compatibility: pending operations are always shown"},
        {"simple-status", 's', Takes::nothing, "One line"},
        {"include", 'I', Takes::value, "Sections to show"},
        {"exclude", 'U', Takes::value, "Sections to leave out"},
        {"node", 0, Takes::value, "Only this node"},
        {"resource", 0, Takes::value, "Only this resource"},
        {"interval", 'i', Takes::value, "How often to look at least (default 5s)"},
        {"daemonize", 'd', Takes::nothing, "Go to the background and write --as-html again and again"},
        {"pid-file", 'p', Takes::value, "With --daemonize: where its process id is written"},
        {"as-html", 'h', Takes::value, "Write the status to this file"},
        {"as-xml", 'X', Takes::nothing, "Old XML form"},
        {"web-cgi", 'w', Takes::nothing, "Accepted for compatibility"},
        {"disable-ncurses", 'N', Takes::nothing, "Accepted for compatibility"},
        {"quiet", 'Q', Takes::nothing, "Say less"},
    });
    return all;
}

std::string section_named(std::string_view name) {
    static const std::map<std::string, std::string, std::less<>> kNames = {
        {"summary", "summary"},       {"dc", "summary"},         {"stack", "summary"},   {"times", "summary"},     {"counts", "summary"},
        {"options", "summary"},       {"nodes", "nodes"},        {"resources", "resources"}, {"attributes", "attributes"},
        {"failcounts", "failcounts"}, {"operations", "operations"}, {"tickets", "tickets"}, {"bans", "bans"}, {"failures", "failures"}};
    const auto at = kNames.find(name);
    return at == kNames.end() ? std::string{} : at->second;
}

const std::set<std::string> kEverything = {"summary", "nodes", "resources", "attributes", "failcounts", "operations", "tickets", "bans"};

Result<MonWishes> wishes_of(const Options& o, bool xml) {
    MonWishes w;
    w.sections = {"summary", "nodes", "resources"};
    if (xml) w.sections.insert({"attributes", "operations", "bans"});
    if (o.has("failcounts")) w.sections.insert("failcounts");
    if (o.has("operations") || o.has("timing-details")) w.sections.insert({"operations"});
    if (o.has("tickets")) w.sections.insert("tickets");
    if (o.has("show-node-attributes")) w.sections.insert("attributes");
    if (o.has("hide-headers")) w.sections.erase("summary");
    std::size_t included = 0;
    std::size_t excluded = 0;
    for (const auto& name : o.order()) {
        if (name != "include" && name != "exclude") continue;
        const bool add = name == "include";
        const std::string list = o.all(name)[add ? included++ : excluded++];
        for (const auto word : split(list, ',')) {
            if (word == "all" || word == "none") {
                w.sections = (word == "all") == add ? kEverything : std::set<std::string>{};
                continue;
            }
            if (word == "default") {
                w.sections = {"summary", "nodes", "resources"};
                continue;
            }
            const std::string section = section_named(word);
            if (section.empty() && !starts_with(word, "fencing") && word != "bans" && word != "maint-mode") {
                return fail(fmt::format("--{} options: {} is not a section", name, word));
            }
            if (add) w.sections.insert(section);
            else w.sections.erase(section);
        }
    }
    w.inactive = o.has("inactive");
    w.by_node = o.has("group-by-node");
    w.detail = o.has("show-detail");
    w.brief = o.has("brief");
    w.simple = o.has("simple-status");
    w.only_node = o.get("node");
    w.only_resource = o.get("resource");
    return w;
}

Result<xml::Element> load(Context& context) {
    auto store = open_store(context);
    if (!store) return tl::make_unexpected(store.error());
    auto cib = (*store)->read();
    if (cib && !cib->child("configuration")) return fail("the CIB has no configuration");
    return cib;
}

Exit not_there(Report& report, const Error& error) {
    if (error.code == ErrorCode::unavailable) return report.error(kDisconnect, "Error: cluster is not available on this node (" + error.message + ")");
    return report.error(exit_of(error), error.message);
}

// The exporter's form: the same content under the old root.
Exit old_xml(Context& context, const xml::Element& cib, const MonWishes& wishes) {
    xml::Element root{"crm_mon", {{"version", "2.1.5"}}};
    print_xml(root, cib, mon_view(cib, context.now), wishes);
    context.out += "<?xml version=\"1.0\"?>\n" + xml::write_pretty(root);
    return kOk;
}

// The monitor itself: shows the status again whenever the cluster says that something changed.
Exit follow(Context& context, const MonWishes& wishes) {
    auto crmd = connect_crmd(context);
    if (!crmd) return not_connected(context, crmd.error());
    if (auto done = crmd->subscribe(); !done) return not_connected(context, done.error());
    for (;;) {
        const auto cib = load(context);
        if (!cib) return not_connected(context, cib.error());
        context.now = context.clock();
        context.out += "\x1b[H\x1b[2J";
        print_text(context, *cib, mon_view(*cib, context.now), wishes);
        context.flush();
        const auto event = crmd->next_event(seconds{5});
        if (!event && event.error().code != ErrorCode::timeout) return not_connected(context, event.error());
    }
}

Exit write_page(Context& context, const Options& options, const std::string& text) {
    const std::string page = "<!DOCTYPE html>\n<html><head><title>Cluster status</title></head><body><pre>\n" + replace_all(xml::escape(text), "&#10;", "\n") +
                             "</pre></body></html>\n";
    const std::string path = options.has("as-html") ? options.get("as-html") : options.get("output-to", "-");
    if (path == "-") {
        context.out += page;
        return kOk;
    }
    auto kept = os::write_file_atomic(path, page, 0644);
    return kept ? kOk : context.complain(kCannotCreate, kept.error().message);
}

Exit write_html(Context& context, const Options& options, const xml::Element& cib, const MonWishes& wishes) {
    Context text = context;
    text.out.clear();
    print_text(text, cib, mon_view(cib, context.now), wishes);
    return write_page(context, options, text.out);
}

// In the background, for the agent ClusterMon.  A cluster that does not answer is told on the page, and asked again.
Exit keep_page(Context& context, const Options& options, MonWishes wishes) {
    const std::string path = options.has("as-html") ? options.get("as-html") : options.get("output-to");
    if (path.empty() || path == "-") return context.complain(kUsage, "--daemonize needs a file to write: --as-html=FILE, or --output-as=html --output-to=FILE");
    const auto interval = parse_interval(options.get("interval", "5s"));
    if (!interval || interval->count() <= 0) return context.complain(kUsage, "--interval=" + options.get("interval") + ": expected a time, such as 15s");
    if (auto away = context.detach(options.get("pid-file")); !away) return context.complain(kCannotCreate, away.error().message);
    for (;; context.wait(*interval)) {
        context.now = context.clock();
        const auto cib = load(context);
        if (!cib) {
            write_page(context, options, "The cluster does not answer: " + cib.error().message + "\n");
            continue;
        }
        if (!wishes.only_resource.empty()) wishes.selected = selection(*cib, mon_view(*cib, context.now), wishes.only_resource);
        write_html(context, options, *cib, wishes);
        context.err.clear();  // nobody reads it; a full disk may have room again
    }
}

}  // namespace

Exit crm_mon(Context& context) {
    Exit status = kOk;
    const auto options = begin(context, "the cluster's status", known_options(), status);
    if (!options) return status;
    Report report{context, *options};
    const bool old_form = options->has("as-xml");
    auto wishes = wishes_of(*options, report.xml() || old_form);
    if (!wishes) return report.finish(report.error(kUsage, wishes.error().message));
    const bool html = options->has("as-html") || options->get("output-as") == "html";
    const bool once = options->has("one-shot") || options->has("simple-status") || report.xml() || old_form || html || options->has("output-as");
    const bool on_file = !context.env("CIB_file").empty() || !context.env("CIB_shadow").empty();
    if (options->has("daemonize")) return keep_page(context, *options, *wishes);
    if (!once && !on_file) return follow(context, *wishes);
    const auto cib = load(context);
    if (!cib) return report.finish(not_there(report, cib.error()));
    if (!wishes->only_resource.empty()) wishes->selected = selection(*cib, mon_view(*cib, context.now), wishes->only_resource);
    if (old_form) return old_xml(context, *cib, *wishes);
    if (html) return write_html(context, *options, *cib, *wishes);
    const MonView view = mon_view(*cib, context.now);
    if (report.xml()) {
        xml::Element parts{"parts"};
        print_xml(parts, *cib, view, *wishes);
        for (const auto& p : parts.children()) report.element(p);
    } else {
        print_text(context, *cib, view, *wishes);
    }
    return report.finish(kOk);
}

}  // namespace muster::classic
