// What this node says to all.  Each message makes corosync's token run round the ring for a while, on all nodes and before
// everything else there: what can be said together is.
#include <algorithm>
#include <utility>

#include "crmd/core/coordinator_impl.h"
#include "crmd/core/history.h"

namespace muster::crmd {
namespace {

constexpr std::size_t kMostBundled = 64 * 1024;  // bytes; what is larger goes alone
constexpr Duration kHold = milliseconds{25};     // the longest that a result waits for others

}  // namespace

void Coordinator::Impl::broadcast(const wire::Wire& message) {
    std::string bytes;
    message.SerializeToString(&bytes);
    if (bundle_.items_size() > 0 && bundle_size_ + bytes.size() > kMostBundled) close_bundle();
    if (bundle_.items_size() == 0) {
        bundle_at_ = out_.size();
        out_.push_back(Broadcast{});
    }
    bundle_size_ += bytes.size();
    bundle_.add_items(std::move(bytes));
}

void Coordinator::Impl::close_bundle() {
    if (bundle_.items_size() == 0) return;
    std::string& bytes = std::get<Broadcast>(out_[bundle_at_]).bytes;
    if (bundle_.items_size() == 1) {
        bytes = std::move(*bundle_.mutable_items(0));
    } else {
        wire::Wire w;
        w.mutable_bundle()->Swap(&bundle_);
        w.SerializeToString(&bytes);
    }
    bundle_.Clear();
    bundle_size_ = 0;
}

void Coordinator::Impl::unbundle(NodeId sender, const std::string& bytes) {
    wire::Wire w;
    if (!w.ParseFromString(bytes))
        return log(LogLevel::error, "a message of node " + std::to_string(sender) + " is not understood");
    if (!w.has_bundle()) return deliver(sender, w);
    for (const std::string& item : w.bundle().items()) {
        wire::Wire one;
        if (one.ParseFromString(item)) deliver(sender, one);
        else log(LogLevel::error, "a part of a message of node " + std::to_string(sender) + " is not understood");
    }
}

// While at least half of what this node takes at once is still running, no processor idles for want of the next order:
// results wait a moment for others then.  What is not as expected never waits.
void Coordinator::Impl::tell_results() {
    std::erase_if(held_, [&](std::uint64_t sequence) { return unsent_.count(sequence) == 0; });  // lrmd said it twice
    if (held_.empty() || !synced_) return;
    const auto urgent = [&](std::uint64_t sequence) {
        const wire::Outcome& o = unsent_.at(sequence);
        const auto flight = state_.in_flight.find(o.action_id());
        return flight == state_.in_flight.end() || !succeeded(o, flight->second.expected_rc());
    };
    std::size_t here = 0;  // what was ordered and is not known by all to have ended
    for (const auto& [id, order] : state_.in_flight) here += order.node() == settings_.name ? 1 : 0;
    const std::size_t running = here - std::min(here, unsent_.size());
    const bool busy = here >= settings_.jobs && running > 0 && 2 * running >= settings_.jobs;
    if (busy && now_.monotonic < held_since_ + kHold && std::none_of(held_.begin(), held_.end(), urgent))
        return wake_at(held_since_ + kHold);
    for (std::uint64_t sequence : std::exchange(held_, {})) {
        wire::Wire w;
        *w.mutable_outcome() = unsent_.at(sequence);
        broadcast(w);
    }
}

}  // namespace muster::crmd
