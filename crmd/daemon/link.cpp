#include "crmd/daemon/link.h"

#include <algorithm>

namespace muster::crmd {
namespace {
constexpr Duration kLongestPause = milliseconds{500};
constexpr std::size_t kMostQueuedToDaemon = 64u << 20;
}  // namespace

Link::Link(os::Reactor& reactor, std::string path, Handlers handlers)
    : reactor_{reactor}, path_{std::move(path)}, handlers_{std::move(handlers)} {}

Link::~Link() { reactor_.cancel(retry_); }

void Link::connect() {
    retry_ = 0;
    auto made = os::connect_frames(reactor_, path_);
    if (!made) {
        retry_ = reactor_.after(pause_, [this] { connect(); });
        pause_ = std::min(pause_ * 2, kLongestPause);
        return;
    }
    pause_ = milliseconds{20};
    connection_ = *made;
    connection_->start([this](std::string_view frame) { handlers_.frame(frame); }, [this](const std::string&) { lost(); });
    handlers_.up();
}

void Link::lost() {
    // Its own callback runs: let go of it only afterwards.
    reactor_.soon([gone = std::move(connection_)] {});
    connection_.reset();
    handlers_.down();
    retry_ = reactor_.after(pause_, [this] { connect(); });
}

void Link::send(std::string_view frame) {
    if (connection_) connection_->send(frame);
}

}  // namespace muster::crmd
