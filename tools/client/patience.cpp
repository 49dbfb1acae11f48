#include "tools/client/patience.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "crmd/protocol/crmd.pb.h"

namespace muster::client {
namespace {

constexpr milliseconds kTellAfter{1000};
constexpr milliseconds kPause{50};

class Wait {
  public:
    explicit Wait(const Patience& patience) : patience_{patience} {}
    bool over() const { return elapsed() >= patience_.most; }
    void go_on(const std::string& what) {
        if (!told_ && elapsed() >= kTellAfter && patience_.tell) {
            patience_.tell(fmt::format("waiting, up to {} s: {}", patience_.most.count() / 1000, what));
            told_ = true;
        }
        std::this_thread::sleep_for(kPause);
    }

  private:
    milliseconds elapsed() const {
        return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began_);
    }
    const Patience& patience_;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    bool told_ = false;
};

// Whether somebody is there who starts crmd.
bool musterd_runs() {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc", ignored}) {
        std::string name;
        if (std::getline(std::ifstream{entry.path() / "comm"}, name) && name == "musterd") return true;
    }
    return false;
}

std::string what_is_missing(const crmd::proto::ClusterState& state) {
    std::string text = state.dc_reason().empty() ? "there is no DC yet" : "there is no DC yet: " + state.dc_reason();
    for (const std::string& what : state.waiting_for()) {
        if (what.find(state.dc_reason()) == std::string::npos) text += "; " + what;
    }
    return text;
}

}  // namespace

Result<Crmd> connect(const std::string& program, const Patience& patience) {
    Wait wait{patience};
    while (true) {
        auto crmd = Crmd::connect(program);
        if (crmd || crmd.error().code != ErrorCode::unavailable) return crmd;
        if (!musterd_runs()) return crmd;
        if (wait.over()) {
            return fail(ErrorCode::unavailable, crmd.error().message + "; musterd runs here: `journalctl -u muster` has what keeps crmd from its work");
        }
        wait.go_on(crmd.error().message);
    }
}

bool await_dc(Crmd& crmd, const Patience& patience) {
    Wait wait{patience};
    while (true) {
        const auto state = crmd.cluster_state();
        if (!state) return false;
        if (!state->dc().empty()) return !state->dc_acting();
        if (wait.over()) return false;
        wait.go_on(what_is_missing(*state));
    }
}

}  // namespace muster::client
