// The planner's stages apart, by Google Benchmark: bench_policy_stages CIB.xml... [--benchmark_OPTIONS]
#include <benchmark/benchmark.h>

#include <iostream>
#include <string>
#include <vector>

#include "base/os/files.h"
#include "cib/model/read.h"
#include "cib/model/write.h"
#include "policy-engine/cluster_view.h"
#include "policy-engine/graph_xml.h"
#include "policy-engine/plan.h"

using namespace muster;

namespace {

const WallTime kNow = WallTime::from_seconds(1'700'100'000);

struct Input {
    std::string name;
    std::string bytes;
    cib::Cib cib;
    policy::Plan plan;
};

void add(const Input& in) {
    const auto stage = [&](const char* what, auto work) {
        benchmark::RegisterBenchmark((in.name + "/" + what).c_str(), [work](benchmark::State& state) {
            for (auto _ : state) benchmark::DoNotOptimize(work());
        })->Unit(benchmark::kMillisecond);
    };
    stage("read", [&in] { return cib::read(in.bytes).has_value(); });
    stage("plan", [&in] { return policy::plan(in.cib, kNow).graph.actions.size(); });
    stage("graph_xml", [&in] { return policy::graph_xml(in.plan.graph).size(); });
    stage("cluster_view", [&in] { return policy::cluster_view(in.cib, kNow).resources.size(); });
    stage("write", [&in] { return cib::write(in.cib).size(); });
}

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (argc < 2) {
        std::cerr << "usage: bench_policy_stages CIB.xml... [--benchmark_OPTIONS]\n";
        return 2;
    }
    std::vector<Input> inputs;
    inputs.reserve(static_cast<std::size_t>(argc));  // the benchmarks keep references
    for (int i = 1; i < argc; ++i) {
        const std::string path = argv[i];
        auto bytes = os::read_file(path);
        auto cib = bytes ? cib::read(*bytes) : Result<cib::Cib>{tl::make_unexpected(bytes.error())};
        if (!cib) {
            std::cerr << "error: " << path << ": " << cib.error().message << "\n";
            return 1;
        }
        policy::Plan plan = policy::plan(*cib, kNow);
        inputs.push_back({path.substr(path.rfind('/') + 1), std::move(*bytes), std::move(*cib), std::move(plan)});
        add(inputs.back());
    }
    benchmark::RunSpecifiedBenchmarks();
}
