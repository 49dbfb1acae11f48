#include "tools/simulate/simulate.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>

#include "cib/model/write.h"
#include "policy-engine/graph_xml.h"
#include "tools/simulate/changes.h"
#include "tools/simulate/load.h"
#include "tools/simulate/options.h"
#include "tools/simulate/report.h"

namespace muster::crm {
namespace {

using simulate::Options;

Result<void> write_file(const std::string& path, std::string_view bytes) {
    if (path.empty()) return {};
    if (path == "-") {
        std::cout << bytes;
        return {};
    }
    std::ofstream file{path, std::ios::binary | std::ios::trunc};
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) return fail(ErrorCode::io, fmt::format("cannot write {}", path));
    return {};
}

bool meets(const policy::OperationFault& f, const policy::Action& a) {
    return (f.resource == a.resource || f.resource == a.history_id) && f.task == a.task && f.interval == a.interval && f.node == a.node;
}

// A fault that no action can meet was mistyped.
Result<void> check_faults(const Options& o, const policy::TransitionGraph& graph) {
    const auto none = [&](auto same) { return std::none_of(graph.actions.begin(), graph.actions.end(), same); };
    for (const auto& f : o.faults) {
        if (none([&](const policy::Action& a) { return meets(f, a); })) {
            return fail(ErrorCode::not_found, fmt::format("--op-fail: the transition has no action {}_{}_{}@{}", f.resource, f.task,
                                                          f.interval.count(), f.node));
        }
    }
    for (const auto& node : o.failing_fencings) {
        if (none([&](const policy::Action& a) { return a.kind == policy::ActionKind::fencing && a.node == node; })) {
            return fail(ErrorCode::not_found, fmt::format("--fence-fail: the transition does not fence \"{}\"", node));
        }
    }
    return {};
}

using Files = std::vector<std::pair<std::string, std::string>>;  // path, bytes

// The cluster as it is to be planned for: read, and changed as was asked.
Result<WallTime> load(const Options& o, const SimulateWorld& world, Result<cib::Cib>& cib) {
    cib = simulate::load_cib(o.in, world);
    if (!cib) return tl::make_unexpected(cib.error());
    const auto now = simulate::moment(o.at, *cib, world.now);
    if (!now) return now;
    for (const auto& change : o.changes) {
        if (auto done = simulate::apply(*cib, change, *now); !done) return tl::make_unexpected(done.error());
    }
    return now;
}

void make_plan(const Options& o, const cib::Cib& cib, WallTime now, simulate::Report& report, Files& files) {
    policy::PlanOptions options;
    options.keep_scores = o.scores || !o.quiet;  // the reasons name what rules a node out
    report.scores = o.scores;
    report.plan = policy::plan(cib, now, options);
    if (!o.graph.empty()) files.emplace_back(o.graph, policy::graph_xml(report.plan.graph));
    if (!o.dot.empty()) files.emplace_back(o.dot, policy::graph_dot(report.plan.graph));
}

// The transition is played where its end is asked for.
Result<void> play(const Options& o, const cib::Cib& cib, WallTime now, simulate::Report& report, Files& files) {
    if (!o.quiet || !o.placement.empty()) report.before = policy::cluster_view(cib, now);
    if (o.run || !o.placement.empty()) {
        if (auto done = check_faults(o, report.plan.graph); !done) return done;
        policy::PlaybackOptions play{now, 0, o.faults, o.failing_fencings, true};
        report.played = policy::play(cib, report.plan.graph, play);
        report.after = policy::cluster_view(report.played->cib, now);
    }
    if (!o.placement.empty()) {  // as the last action leaves it: who is told to shut down is still there
        const policy::PlaybackOptions stay{now, 0, o.faults, o.failing_fencings, false};
        const auto end = policy::play(cib, report.plan.graph, stay);
        files.emplace_back(o.placement, simulate::placement_json(report.before, policy::cluster_view(end.cib, now)));
    }
    if (!o.save.empty()) files.emplace_back(o.save, cib::write(report.played ? report.played->cib : cib));
    if (!o.run) {
        report.played.reset();
        report.after.reset();
    }
    return {};
}

struct Work {
    Result<cib::Cib> cib;
    simulate::Report report;
};

// Everything of a run that may be refused.
Result<std::string> run(const Options& o, const SimulateWorld& world, Work& work) {
    auto& [cib, report] = work;
    const auto now = load(o, world, cib);
    if (!now) return tl::make_unexpected(now.error());
    Files files;
    if (!o.save_input.empty()) files.emplace_back(o.save_input, cib::write(*cib));
    make_plan(o, *cib, *now, report, files);
    if (auto done = play(o, *cib, *now, report, files); !done) return tl::make_unexpected(done.error());
    for (const auto& [path, bytes] : files) {
        if (auto done = write_file(path, bytes); !done) return tl::make_unexpected(done.error());
    }
    if (o.quiet) return std::string{};
    return o.json ? simulate::json(report) : simulate::text(report);
}

}  // namespace

int simulate_main(const std::vector<std::string>& arguments, const SimulateWorld& world, std::ostream& out,
                  std::ostream& err) {
    const auto options = simulate::parse_options(arguments);
    if (!options) {
        err << "error: " << options.error().message << "\n";
        return 2;
    }
    if (options->help) {
        out << simulate::usage();
        return 0;
    }
    auto work = std::make_unique<Work>();
    const auto text = run(*options, world, *work);
    [[maybe_unused]] static const Work* kept = nullptr;  // reachable, thus no leak
    if (world.last_act) kept = work.release();
    if (!text) {
        err << "error: " << text.error().message << "\n";
        return 1;
    }
    out << *text;
    return 0;
}

int simulate_main(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    SimulateWorld world;
    world.last_act = true;
    world.now = WallTime{std::chrono::duration_cast<Duration>(now).count()};
    return simulate_main(arguments, world, out, err);
}

}  // namespace muster::crm
