#include "tools/crm/ra/conformance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "tools/crm/ra/leftovers.h"

namespace muster::crm {
namespace {

using Verdict = ConformanceCheck::Verdict;

// What a status means: an init script's "status" speaks a language of its own.
const char* rc_name(const std::string& klass, const std::string& operation, int rc) {
    static constexpr const char* kNames[] = {"ok", "error", "bad arguments", "unimplemented", "no permission",
                                             "not installed", "not configured", "not running", "promoted", "failed promoted"};
    static constexpr const char* kStatus[] = {"running", "dead, but its pid file is there", "dead, but its lock file is there", "not running", "unknown"};
    if (klass == "lsb" && operation == "status") return rc >= 0 && rc < 5 ? kStatus[rc] : "means nothing in LSB";
    if (klass == "lsb") return rc >= 0 && rc < 8 ? kNames[rc] : "means nothing in LSB";
    if (rc == 190 || rc == 191) return rc == 190 ? "degraded" : "degraded, promoted";
    return rc >= 0 && rc < 10 ? kNames[rc] : "means nothing in OCF";
}

// How a run ended, if not with a status of its own.
std::string without_status(const AgentUnderTest& agent, const std::string& operation, const AgentRun& run) {
    if (run.timed_out) return fmt::format("{} was not done after {} and was killed", operation, muster::to_string(agent.timeout));
    if (run.signal != 0) return fmt::format("{} was killed by signal {} ({})", operation, run.signal, strsignal(run.signal));
    return {};
}

std::string last_line(const std::string& text) {
    const auto trimmed = trim(text);
    return std::string{trimmed.substr(trimmed.rfind('\n') == std::string_view::npos ? 0 : trimmed.rfind('\n') + 1)};
}

class Examination {
  public:
    Examination(const AgentUnderTest& agent, const std::function<void(const ConformanceCheck&)>& each) : agent_{agent}, each_{each} {}

    std::vector<ConformanceCheck> ocf() {
        AgentMeta meta;
        if (!read_meta(meta)) return list_;
        before_start(meta);
        if (!life(meta)) note(Verdict::failed, "the rest", "left out: it could not be started");
        leftovers();
        return list_;
    }

    std::vector<ConformanceCheck> lsb() {
        before_ = look_around(agent_.scratch, agent_.alone ? "" : process_mark());
        header();
        expect("status while stopped", "status", {3});
        expect("stop while stopped", "stop", {0});
        if (expect("start", "start", {0})) {
            expect("status while running", "status", {0});
            expect("start while running", "start", {0});
            expect("status after the second start", "status", {0});
            expect("stop", "stop", {0});
            expect("status after stop", "status", {3});
            expect("stop after stop", "stop", {0});
        }
        expect("an action that does not exist", "no-such-action", {1, 2, 3});
        leftovers();
        return list_;
    }

  private:
    void note(Verdict verdict, std::string name, std::string detail, Duration took = Duration{0}) {
        list_.push_back({verdict, std::move(name), std::move(detail), took});
        each_(list_.back());
    }

    bool expect(const std::string& name, const std::string& operation, const std::vector<int>& wanted, const Parameters& more = {}) {
        const AgentRun run = run_agent(agent_, operation, more);
        std::string detail = without_status(agent_, operation, run);
        const bool right = detail.empty() && std::find(wanted.begin(), wanted.end(), run.rc) != wanted.end();
        if (!right) {
            const auto named = [&](int rc) { return fmt::format("{} ({})", rc, rc_name(agent_.name.klass, operation, rc)); };
            if (detail.empty()) detail = fmt::format("{} gave {}, expected {}", operation, named(run.rc), named(wanted[0]));
            if (const std::string said = last_line(run.err.empty() ? run.out : run.err); !said.empty()) detail += ": " + said;
        }
        note(right ? Verdict::passed : Verdict::failed, name, detail, run.took);
        check_advised_time(operation, run.took);
        return right;
    }

    void check_advised_time(const std::string& operation, Duration took) {
        for (const auto& a : advised_) {
            const auto limit = a.name == operation && !a.timeout.empty() ? parse_interval(a.timeout) : Result<milliseconds>{milliseconds{0}};
            if (!limit || limit->count() == 0 || took <= *limit) continue;
            note(Verdict::failed, "time of " + operation, fmt::format("took longer than the {} that its meta-data advises", a.timeout), took);
            return;
        }
    }

    bool read_meta(AgentMeta& meta) {
        before_ = look_around(agent_.scratch, agent_.alone ? "" : process_mark());
        const AgentRun run = run_agent(agent_, "meta-data");
        if (run.rc != 0 || run.timed_out) {
            const std::string killed = without_status(agent_, "meta-data", run);
            note(Verdict::failed, "meta-data",
                 killed.empty() ? fmt::format("ended with {}: {}", run.rc, last_line(run.err)) : killed, run.took);
            return false;
        }
        auto parsed = parse_metadata(run.out);
        if (!parsed) {
            note(Verdict::failed, "meta-data", "is not well-formed XML: " + parsed.error().message, run.took);
            return false;
        }
        meta = *parsed;
        note(Verdict::passed, "meta-data", "", run.took);
        if (meta.name != agent_.name.type) {
            note(Verdict::failed, "name in meta-data", fmt::format("is \"{}\", but the file is called {}", meta.name, agent_.name.type));
        }
        for (const char* needed : {"start", "stop", "monitor", "meta-data"}) {
            if (!has(meta, needed)) note(Verdict::failed, "actions in meta-data", fmt::format("\"{}\" is missing", needed));
        }
        if (!has(meta, "validate-all")) note(Verdict::advice, "actions in meta-data", "\"validate-all\" is not offered");
        for (const auto& a : meta.actions) {
            if (a.timeout.empty() && a.name != "meta-data") note(Verdict::advice, "timeouts in meta-data", "none is advised for " + a.name);
        }
        advised_ = meta.actions;
        return true;
    }

    static bool has(const AgentMeta& meta, const std::string& action) {
        return std::any_of(meta.actions.begin(), meta.actions.end(), [&](const auto& a) { return a.name == action; });
    }

    void before_start(const AgentMeta& meta) {
        expect("an action that does not exist", "no-such-action", {3, 2});
        if (has(meta, "validate-all")) expect("validate-all", "validate-all", {0});
        const bool needs = std::any_of(meta.parameters.begin(), meta.parameters.end(),
                                       [](const auto& p) { return p.required && p.value_default.empty(); });
        if (needs) {
            AgentUnderTest bare = agent_;
            bare.parameters.clear();
            std::swap(bare, agent_);
            expect("start without its required parameters", "start", {6, 2, 5});
            std::swap(bare, agent_);
        }
        expect("probe before start", "monitor", {7});
        expect("stop while stopped", "stop", {0});
    }

    bool life(const AgentMeta& meta) {
        if (!expect("start", "start", {0})) return false;
        expect("monitor while running", "monitor", {0}, {{"CRM_meta_interval", "10000"}});
        expect("start while running", "start", {0});
        expect("monitor after the second start", "monitor", {0}, {{"CRM_meta_interval", "10000"}});
        if (has(meta, "promote") && has(meta, "demote")) {
            expect("promote", "promote", {0});
            expect("monitor while promoted", "monitor", {8});
            expect("promote while promoted", "promote", {0});
            expect("demote", "demote", {0});
            expect("monitor after demote", "monitor", {0});
            expect("demote while not promoted", "demote", {0});
        }
        if (has(meta, "reload-agent")) {
            expect("reload-agent", "reload-agent", {0});
            expect("monitor after reload-agent", "monitor", {0});
        }
        expect("stop", "stop", {0});
        expect("monitor after stop", "monitor", {7});
        expect("stop after stop", "stop", {0});
        return true;
    }

    void leftovers() {
        const auto found = new_things(before_, look_around(agent_.scratch, agent_.alone ? "" : process_mark()));
        if (found.empty()) return note(Verdict::passed, "nothing left behind", "");
        for (const auto& thing : found) note(thing.harmless ? Verdict::advice : Verdict::failed, "nothing left behind", thing.text);
    }

    void header() {
        const auto problem = lsb_header_problem(agent_.path);
        note(problem.empty() ? Verdict::passed : Verdict::advice, "LSB header", problem);
    }

    AgentUnderTest agent_;
    const std::function<void(const ConformanceCheck&)>& each_;
    std::vector<ConformanceCheck> list_;
    std::vector<AgentAction> advised_;
    NodeTraces before_;
};

}  // namespace

std::vector<ConformanceCheck> check_conformance(const AgentUnderTest& agent, const std::function<void(const ConformanceCheck&)>& each) {
    Examination e{agent, each};
    return agent.name.klass == "lsb" ? e.lsb() : e.ocf();
}

std::string to_line(const ConformanceCheck& c) {
    const char* verdict = c.verdict == Verdict::passed ? "ok" : c.verdict == Verdict::failed ? "FAILED" : "advice";
    std::string line = fmt::format("  {:<7} {:<40}", verdict, c.name);
    if (c.took.count() > 0) line += fmt::format("{:>7} ms", c.took.count() / 1000);
    while (!line.empty() && line.back() == ' ') line.pop_back();
    if (!c.detail.empty()) line += "\n          " + c.detail;
    return line;
}

}  // namespace muster::crm
