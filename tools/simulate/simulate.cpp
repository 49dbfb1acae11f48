#include "tools/simulate/simulate.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>

#include "base/os/files.h"
#include "base/text.h"
#include "cib/model/read.h"
#include "cib/model/write.h"
#include "cib/rules/iso8601.h"
#include "policy-engine/graph_xml.h"
#include "tools/simulate/changes.h"
#include "tools/simulate/options.h"
#include "tools/simulate/report.h"

namespace muster::crm {
namespace {

using simulate::Options;

Result<cib::Cib> load(const Options& o, const SimulateWorld& world) {
    if (o.in.empty()) {
        if (!world.running_cluster) return fail("no CIB was given: use --in FILE");
        return world.running_cluster();
    }
    std::string bytes;
    if (o.in == "-") {
        bytes.assign(std::istreambuf_iterator<char>{std::cin}, {});
    } else {
        auto file = os::read_file(o.in);
        if (!file) return tl::make_unexpected(file.error());
        bytes = std::move(*file);
    }
    auto cib = cib::read(bytes);
    if (!cib) return fail(cib.error().code, fmt::format("{}: {}", o.in == "-" ? "standard input" : o.in, cib.error().message));
    return cib;
}

// --at, else when the document says that it is to be evaluated, else now.
Result<WallTime> moment(const Options& o, const cib::Cib& cib, WallTime now) {
    if (!o.at.empty()) {
        const auto t = cib::parse_date_time(o.at);
        if (!t) return fail("--at " + t.error().message);
        return *t;
    }
    if (const std::string* date = cib.find("execution-date")) {
        if (const auto s = parse_int(*date); s && *s > 0) return WallTime::from_seconds(*s);
    }
    return now;
}

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

// Everything of a run that may be refused.
Result<std::string> run(const Options& o, const SimulateWorld& world) {
    auto cib = load(o, world);
    if (!cib) return tl::make_unexpected(cib.error());
    const auto now = moment(o, *cib, world.now);
    if (!now) return tl::make_unexpected(now.error());
    for (const auto& change : o.changes) {
        if (auto done = simulate::apply(*cib, change, *now); !done) return tl::make_unexpected(done.error());
    }
    std::vector<std::pair<std::string, std::string>> files;
    if (!o.save_input.empty()) files.emplace_back(o.save_input, cib::write(*cib));

    simulate::Report report;
    policy::PlanOptions plan_options;
    plan_options.keep_scores = o.scores;
    report.scores = o.scores;
    report.plan = policy::plan(*cib, *now, plan_options);
    if (!o.graph.empty()) files.emplace_back(o.graph, policy::graph_xml(report.plan.graph));
    if (!o.dot.empty()) files.emplace_back(o.dot, policy::graph_dot(report.plan.graph));

    const bool talk = !o.quiet;
    if (talk || !o.placement.empty()) report.before = policy::cluster_view(*cib, *now);
    if (o.run || !o.placement.empty()) {
        policy::PlaybackOptions play{*now, 0, o.faults, o.failing_fencings, true};
        report.played = policy::play(*cib, report.plan.graph, play);
        report.after = policy::cluster_view(report.played->cib, *now);
    }
    if (!o.placement.empty()) files.emplace_back(o.placement, simulate::placement_json(report.before, *report.after));
    if (!o.save.empty()) {
        files.emplace_back(o.save, cib::write(report.played ? report.played->cib : *cib));
    }
    if (!o.run) {
        report.played.reset();
        report.after.reset();
    }
    for (const auto& [path, bytes] : files) {
        if (auto done = write_file(path, bytes); !done) return tl::make_unexpected(done.error());
    }
    if (!talk) return std::string{};
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
    const auto text = run(*options, world);
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
    world.now = WallTime{std::chrono::duration_cast<Duration>(now).count()};
    return simulate_main(arguments, world, out, err);
}

}  // namespace muster::crm
