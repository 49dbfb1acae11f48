#include "tools/crm/status/command.h"

#include <chrono>
#include <map>
#include <thread>

#include "base/text.h"
#include "crmd/protocol/crmd.pb.h"
#include "tools/client/client.h"
#include "tools/crm/levels/request.h"
#include "tools/crm/levels/view.h"
#include "tools/crm/status/reason.h"
#include "tools/crm/status/screen.h"
#include "tools/crm/status/sections.h"

namespace muster::crm {
namespace {

constexpr int kCanNotFindOut = 4;
constexpr int kStatusUsage = 64;

struct Wanted {
    status::TextOptions text;
    bool quiet = false;
    bool watch = false;
    bool inactive = false, attributes = false, tickets = false, failures = false;  // sections below the screen
    bool ops = false, timing = false;
};

// The words that crmsh's status takes, and ours.
Result<Wanted> read_words(const Context& context, const Args& args) {
    Wanted out;
    out.text.width = context.width;
    out.text.color = context.color;
    // A word switches on what it stands for.
    const std::map<std::string, std::vector<bool*>> words{
        {"bynode", {&out.text.by_node}},
        {"brief", {&out.text.brief}},
        {"verbose", {&out.text.verbose, &out.text.by_node}},
        {"detail", {&out.text.verbose, &out.text.by_node}},
        {"-v", {&out.text.verbose, &out.text.by_node}},
        {"full", {&out.text.verbose, &out.text.by_node, &out.inactive, &out.attributes, &out.tickets, &out.failures, &out.ops, &out.timing}},
        {"simple", {&out.text.headline_only}},
        {"noheaders", {&out.text.no_headline}},
        {"inactive", {&out.inactive}},
        {"attributes", {&out.attributes}},
        {"tickets", {&out.tickets}},
        {"failcounts", {&out.failures}},
        {"failures", {&out.failures}},
        {"ops", {&out.ops}},
        {"history", {&out.ops}},
        {"timing", {&out.ops, &out.timing}},
        {"quiet", {&out.quiet}},
        {"--watch", {&out.watch}},
        {"xml", {}},
        {"json", {}},
    };
    for (const auto& w : args.words) {
        const auto it = words.find(w.text);
        if (w.text == "html") return fail("status: no html here; crm -o json status is for programs, crm_mon --as-html FILE writes a page");
        if (it == words.end()) return fail("status: unknown word '" + w.text + "'");
        for (bool* flag : it->second) *flag = true;
    }
    return out;
}

status::LiveFacts live_facts(Context& context) {
    status::LiveFacts out;
    auto crmd = running(context);
    if (!crmd || *crmd == nullptr) return out;
    auto state = (*crmd)->cluster_state();
    if (!state) return out;
    out.live = true;
    out.dc = state->dc();
    std::map<std::pair<std::string, bool>, const crmd::proto::FencingInProgress*> newest;  // of each node; to let in is not to cut off
    for (const auto& f : state->fencing()) {
        const crmd::proto::FencingInProgress*& last = newest[{f.target(), f.action() == "on"}];
        if (last == nullptr || std::pair{last->changed_at(), last->attempt()} < std::pair{f.changed_at(), f.attempt()}) last = &f;
    }
    for (const auto& [what, f] : newest) {
        if (f->state() == "done" || f->state() == "void") continue;
        out.fencing.push_back({f->target(), f->state(), f->executor(), f->reason(), f->error(), f->attempt()});
    }
    out.waiting.assign(state->waiting_for().begin(), state->waiting_for().end());
    out.actions_total = state->actions_total();
    out.actions_done = state->actions_done();
    out.actions_in_flight = state->actions_in_flight();
    out.idle = state->idle();
    return out;
}

void more_sections(std::ostream& out, const status::Input& input, const Wanted& wanted) {
    if (wanted.inactive) status::inactive_section(out, input);
    if (wanted.attributes) status::attributes_section(out, input.cib);
    if (wanted.tickets) status::tickets_section(out, input.cib);
    if (wanted.failures) status::failures_section(out, input.cib);
    if (wanted.ops) status::operations_section(out, input.cib, wanted.timing);
}

int once(Context& context, const Wanted& wanted, const std::string& form) {
    auto cib = stored(context);
    if (!cib) {
        context.fail(cib.error());
        return kCanNotFindOut;
    }
    // A saved document says what time it was.
    WallTime now = context.now();
    const auto* then = cib->find("execution-date");
    const bool live = (*context.store())->live();
    if (!live && then != nullptr) now = WallTime::from_seconds(parse_int(*then).value_or(now.to_seconds()));
    const auto view = policy::cluster_view(*cib, now);
    const auto plan = status::plan_with_causes(*cib, now);
    const auto facts = live_facts(context);
    const status::Input input{*cib, view, plan, facts, now};
    const auto screen = status::build(input);
    if (wanted.quiet) return status::exit_status(screen);
    if (form == "json") {
        context.out << status::json(screen);
    } else if (form == "xml") {
        context.out << status::xml(screen);
    } else {
        context.out << status::text(screen, wanted.text);
        more_sections(context.out, input, wanted);
    }
    context.out << std::flush;
    return status::exit_status(screen);
}

// Redraws when something happens, and every two seconds for the clock.
int watch(Context& context, const Wanted& wanted) {
    bool subscribed = false;
    while (true) {
        context.out << "\033[H\033[2J";
        const int status = once(context, wanted, "text");
        if (status == kCanNotFindOut) return status;
        auto crmd = running(context);
        if (!crmd || *crmd == nullptr || (!subscribed && !(*crmd)->subscribe())) {
            std::this_thread::sleep_for(std::chrono::seconds{2});
            continue;
        }
        subscribed = true;
        // Events come in crowds: a redraw for each crowd.
        if ((*crmd)->next_event(seconds{2})) {
            while ((*crmd)->next_event(milliseconds{200})) {}
        }
    }
}

}  // namespace

int status_command(Context& context, const Args& args) {
    auto wanted = read_words(context, args);
    if (!wanted) {
        context.usage(args, wanted.error().message);
        return kStatusUsage;
    }
    std::string form = context.options.output;
    for (const auto& w : args.words) {
        if (w.text == "xml" || w.text == "json") form = w.text;
    }
    return wanted->watch ? watch(context, *wanted) : once(context, *wanted, form);
}

}  // namespace muster::crm
