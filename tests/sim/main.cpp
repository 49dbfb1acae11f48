// muster-sim: clusters in one thread under faults that a seed decides.
//   muster-sim [--world replica|cluster] [--seeds N] [--from N] [--seed N] [--planted NAME] [--log]
// --seed runs that one and prints its log; --planted must be found: exit status 0 if it was.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "base/planted.h"
#include "tests/sim/cluster_world.h"
#include "tests/sim/replica_world.h"

namespace {

using namespace muster;

struct Options {
    std::uint64_t seeds = 200;
    std::uint64_t from = 1;
    std::optional<std::uint64_t> seed;
    bool log = false;
    bool cluster = false;  // the whole cluster instead of the replica alone
    Bug bug = Bug::none;
};

int usage() {
    fmt::print(stderr, "usage: muster-sim [--world replica|cluster] [--seeds N] [--from N] [--seed N] [--log] [--planted NAME]\nplanted bugs:");
    for (const auto name : kBugNames) fmt::print(stderr, " {}", name);
    fmt::print(stderr, "\n");
    return 2;
}

bool choose_bug(Options& o, std::string_view name) {
    for (std::size_t i = 0; i < kBugNames.size(); ++i) {
        if (kBugNames[i] == name) {
            o.bug = static_cast<Bug>(i);
            o.cluster = o.cluster || o.bug >= Bug::start_before_fencing;
            return true;
        }
    }
    return false;
}

sim::Report run_one(std::uint64_t seed, bool cluster, bool log) {
    sim::ReplicaWorld::LogSink sink;
    if (log) sink = [](const std::string& line) { fmt::print("{}\n", line); };
    return cluster ? sim::ClusterWorld{seed, sink}.run() : sim::ReplicaWorld{seed, sink}.run();
}

int run(const Options& o) {
    const auto start = std::chrono::steady_clock::now();
    sim::Report sum;
    const std::uint64_t first = o.seed.value_or(o.from);
    const std::uint64_t last = o.seed ? first : o.from + o.seeds - 1;
    for (std::uint64_t seed = first; seed <= last; ++seed) {
        const sim::Report r = run_one(seed, o.cluster, o.log || o.seed.has_value());
        sum.events += r.events;
        sum.commits += r.commits;
        sum.acknowledged += r.acknowledged;
        sum.eras += r.eras;
        sum.faults += r.faults;
        if (!r.ok) {
            fmt::print("seed {}: {}\n", seed, r.failure);
            if (o.bug != Bug::none) {
                fmt::print("found in seed {} of {}\n", seed - first + 1, o.seeds);
                return 0;
            }
            fmt::print("replay with: muster-sim --world {} --seed {}\n", o.cluster ? "cluster" : "replica", seed);
            return 1;
        }
    }
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();
    fmt::print("{} seeds: {} events, {} faults, {} eras, {} commits, {} acknowledged edits; {} ms\n", last - first + 1,
               sum.events, sum.faults, sum.eras, sum.commits, sum.acknowledged, ms);
    if (o.bug == Bug::none) return 0;
    fmt::print("the planted bug was not found\n");
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    Options o;
    for (int i = 1; i < argc; ++i) {
        const std::string_view key = argv[i];
        const char* value = i + 1 < argc ? argv[i + 1] : nullptr;
        if (key == "--log") {
            o.log = true;
            continue;
        }
        if (!value) return usage();
        ++i;
        if (key == "--world") o.cluster = std::string_view{value} == "cluster";
        else if (key == "--seeds") o.seeds = std::strtoull(value, nullptr, 10);
        else if (key == "--from") o.from = std::strtoull(value, nullptr, 10);
        else if (key == "--seed") o.seed = std::strtoull(value, nullptr, 10);
        else if (key != "--planted" || !choose_bug(o, value)) return usage();
    }
#ifdef MUSTER_PLANTED_BUGS
    planted_bug = o.bug;
#else
    if (o.bug != Bug::none) {
        fmt::print(stderr, "this build has no planted bugs: use the preset `planted`\n");
        return 2;
    }
#endif
    try {
        return run(o);
    } catch (const std::exception& e) {
        fmt::print(stderr, "muster-sim: {}\n", e.what());
        return 1;
    }
}
