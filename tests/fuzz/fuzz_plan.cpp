// Planning whatever can be read: no crash, and never an invalid graph.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "cib/model/read.h"
#include "policy-engine/graph_check.h"
#include "policy-engine/plan.h"
#include "policy-engine/playback.h"

using namespace muster;

namespace {
// Said at the end, for people: what foreign bytes order may contradict itself, so that none is no law here.
struct GivenUp {
    long plans = 0, loops = 0;
    GivenUp() = default;
    GivenUp(const GivenUp&) = delete;
    GivenUp& operator=(const GivenUp&) = delete;
    ~GivenUp() { std::cerr << loops << " orderings given up in " << plans << " plans\n"; }
} given_up;
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto cib = cib::read({reinterpret_cast<const char*>(data), size});
    if (!cib) return 0;
    const WallTime now = WallTime::from_seconds(1'700'000'000);
    const policy::Plan plan = policy::plan(*cib, now);
    ++given_up.plans;
    given_up.loops += plan.broken_loops;
    for (const auto& error : policy::graph_errors(plan.graph)) {
        std::cerr << error << "\n";
        std::abort();
    }
    policy::PlaybackOptions options;
    options.now = now;
    static_cast<void>(policy::play(*cib, plan.graph, options));
    return 0;
}
