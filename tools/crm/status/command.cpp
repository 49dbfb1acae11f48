#include "tools/crm/status/command.h"

#include <chrono>
#include <set>
#include <thread>

#include "base/text.h"
#include "crmd/protocol/crmd.pb.h"
#include "tools/client/client.h"
#include "tools/crm/levels/request.h"
#include "tools/crm/levels/view.h"
#include "tools/crm/status/screen.h"

namespace muster::crm {
namespace {

constexpr int kCanNotFindOut = 4;
constexpr int kStatusUsage = 64;

struct Wanted {
    status::TextOptions text;
    bool quiet = false;
    bool watch = false;
    bool ops = false;
    bool failcounts = false;
};

// The words that crmsh's status takes; those of older layouts show the same screen.
Result<Wanted> read_words(const Context& context, const Args& args) {
    static const std::set<std::string> same{"inactive", "timing", "tickets", "noheaders", "simple", "html"};
    Wanted out;
    out.text.width = context.width;
    out.text.color = context.color;
    for (const auto& w : args.words) {
        if (w.text == "bynode") {
            out.text.by_node = true;
        } else if (w.text == "verbose" || w.text == "full" || w.text == "detail" || w.text == "-v") {
            out.text.verbose = out.text.by_node = true;
            out.ops = out.ops || w.text == "full";
        } else if (w.text == "brief") {
            out.text.brief = true;
        } else if (w.text == "quiet") {
            out.quiet = true;
        } else if (w.text == "ops") {
            out.ops = true;
        } else if (w.text == "failcounts") {
            out.failcounts = true;
        } else if (w.text == "--watch") {
            out.watch = true;
        } else if (same.count(w.text) == 0 && w.text != "xml" && w.text != "json") {
            return fail("status: unknown word '" + w.text + "'");
        }
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
    for (const auto& f : state->fencing()) {
        if (f.state() == "done" || f.state() == "void") continue;
        out.fencing.push_back({f.target(), f.state(), f.executor(), f.reason(), f.error()});
    }
    out.waiting.assign(state->waiting_for().begin(), state->waiting_for().end());
    out.actions_total = state->actions_total();
    out.actions_done = state->actions_done();
    out.actions_in_flight = state->actions_in_flight();
    out.idle = state->idle();
    return out;
}

void fail_counts(std::ostream& out, const cib::Cib& cib) {
    out << "\nFAIL COUNTS\n";
    for (const auto& node : cib.status.nodes) {
        for (const auto& set : node.transient.children()) {
            for (const auto& nv : set.children()) {
                if (nv.get("name").rfind("fail-count-", 0) == 0) out << "  " << node.uname << " " << nv.get("name").substr(11) << " " << nv.get("value") << "\n";
            }
        }
    }
}

void operations(std::ostream& out, const cib::Cib& cib) {
    out << "\nOPERATIONS\n";
    for (const auto& node : cib.status.nodes) {
        for (const auto& r : node.history) {
            for (const auto& op : r.ops) {
                out << "  " << node.uname << " " << r.id << " " << op.operation;
                if (op.interval_ms > 0) out << " every " << to_string(milliseconds{op.interval_ms});
                out << ": exit " << op.rc;
                if (op.exec_time_ms >= 0) out << ", took " << op.exec_time_ms << " ms";
                if (op.last_rc_change > 0) out << ", " << to_iso8601(WallTime::from_seconds(op.last_rc_change));
                out << "\n";
            }
        }
    }
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
    const auto plan = policy::plan(*cib, now);
    const auto facts = live_facts(context);
    const auto screen = status::build({*cib, view, plan, facts, now});
    if (wanted.quiet) return status::exit_status(screen);
    if (form == "json") {
        context.out << status::json(screen);
    } else if (form == "xml") {
        context.out << status::xml(screen);
    } else {
        context.out << status::text(screen, wanted.text);
        if (wanted.failcounts) fail_counts(context.out, *cib);
        if (wanted.ops) operations(context.out, *cib);
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
