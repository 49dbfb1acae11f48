// muster-sim: clusters in one thread under faults that a seed decides.
//   muster-sim [--world replica|cluster] [--seeds N] [--from N] [--seed N] [--log] [--go-on] [--replay]
//   muster-sim-planted --planted NAME|all [--seeds N]
// --seed runs that one and prints its log; --go-on does not stop at the first failure; --replay runs each seed twice and
// compares the logs; --planted must be found: exit status 0 if it was.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
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
    bool replay = false;
    bool go_on = false;
    std::string_view planted;
};

int usage() {
    fmt::print(stderr,
               "usage: muster-sim [--world replica|cluster] [--seeds N] [--from N] [--seed N] [--log] [--replay] [--go-on] "
               "[--planted NAME|all]\nplanted bugs:");
    for (const auto name : kBugNames) fmt::print(stderr, " {}", name);
    fmt::print(stderr, "\n");
    return 2;
}

sim::Report run_one(std::uint64_t seed, bool cluster, const sim::ReplicaWorld::LogSink& sink) {
    return cluster ? sim::ClusterWorld{seed, sink}.run() : sim::ReplicaWorld{seed, sink}.run();
}

const char* name_of_world(bool cluster) { return cluster ? "cluster" : "replica"; }

// Every line of the log, its times included, in one number.
std::uint64_t digest_of(std::uint64_t seed, bool cluster) {
    std::uint64_t digest = 0;
    run_one(seed, cluster, [&](const std::string& line) { digest = hash64(line, digest); });
    return digest;
}

int replay(const Options& o) {
    for (std::uint64_t seed = o.from; seed < o.from + o.seeds; ++seed) {
        if (digest_of(seed, o.cluster) == digest_of(seed, o.cluster)) continue;
        fmt::print("seed {}: two runs of world {} differ\n", seed, name_of_world(o.cluster));
        return 1;
    }
    fmt::print("{} seeds: each ran twice, line for line the same\n", o.seeds);
    return 0;
}

int run(const Options& o) {
    const auto start = std::chrono::steady_clock::now();
    sim::ReplicaWorld::LogSink sink;
    if (o.log || o.seed) sink = [](const std::string& line) { fmt::print("{}\n", line); };
    sim::Report sum;
    std::uint64_t failures = 0;
    const std::uint64_t first = o.seed.value_or(o.from);
    const std::uint64_t count = o.seed ? 1 : o.seeds;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const sim::Report r = run_one(seed, o.cluster, sink);
        sum.events += r.events;
        sum.commits += r.commits;
        sum.acknowledged += r.acknowledged;
        sum.eras += r.eras;
        sum.faults += r.faults;
        if (r.ok) continue;
        ++failures;
        fmt::print("seed {}: {}\nreplay with: muster-sim --world {} --seed {}\n", seed, r.failure, name_of_world(o.cluster), seed);
        std::fflush(stdout);
        if (!o.go_on) return 1;
    }
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();
    fmt::print("{} seeds: {} events, {} faults, {} eras, {} commits, {} acknowledged edits; {} ms\n", count, sum.events,
               sum.faults, sum.eras, sum.commits, sum.acknowledged, ms);
    return failures == 0 ? 0 : 1;
}

// The tester's test: each deliberate breakage must be seen.
int run_planted([[maybe_unused]] const Options& o) {
#ifdef MUSTER_PLANTED_BUGS
    int missed = 0, tried = 0;
    for (std::size_t i = 1; i < kBugNames.size(); ++i) {
        if (o.planted != "all" && o.planted != kBugNames[i]) continue;
        ++tried;
        planted_bug = static_cast<Bug>(i);
        const bool cluster = planted_bug >= Bug::start_before_fencing;
        sim::Report r;
        std::uint64_t seed = o.from;
        for (; seed < o.from + o.seeds && r.ok; ++seed) r = run_one(seed, cluster, {});
        if (r.ok) {
            fmt::print("{}: NOT found in {} seeds of world {}\n", kBugNames[i], o.seeds, name_of_world(cluster));
            ++missed;
        } else {
            fmt::print("{}: found by seed {} of world {}: {}\n", kBugNames[i], seed - 1, name_of_world(cluster), r.failure);
        }
        std::fflush(stdout);
    }
    if (tried == 0) return usage();
    return missed == 0 ? 0 : 1;
#else
    fmt::print(stderr, "this program has no planted bugs: use muster-sim-planted\n");
    return 2;
#endif
}

}  // namespace

int main(int argc, char** argv) {
    Options o;
    for (int i = 1; i < argc; ++i) {
        const std::string_view key = argv[i];
        const char* value = i + 1 < argc ? argv[i + 1] : nullptr;
        bool* const flag = key == "--log" ? &o.log : key == "--replay" ? &o.replay : key == "--go-on" ? &o.go_on : nullptr;
        if (flag) {
            *flag = true;
            continue;
        }
        if (!value) return usage();
        ++i;
        if (key == "--world") o.cluster = std::string_view{value} == "cluster";
        else if (key == "--seeds") o.seeds = std::strtoull(value, nullptr, 10);
        else if (key == "--from") o.from = std::strtoull(value, nullptr, 10);
        else if (key == "--seed") o.seed = std::strtoull(value, nullptr, 10);
        else if (key == "--planted") o.planted = value;
        else return usage();
    }
    try {
        if (!o.planted.empty()) return run_planted(o);
        return o.replay ? replay(o) : run(o);
    } catch (const std::exception& e) {
        fmt::print(stderr, "muster-sim: {}\n", e.what());
        return 1;
    }
}
