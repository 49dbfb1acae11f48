// Large messages are cut at 64 KiB (libcpg's own cutting sleeps, and shows others a message in pieces over views) and
// put together again where they are delivered.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cluster/messaging.h"

namespace muster::cluster {

inline constexpr std::size_t kPartSize = 64 * 1024;
inline constexpr std::size_t kMostMessage = 64u << 20;
inline constexpr std::size_t kMostSendQueue = 16u << 20;

// Ready to send, each with a header of 17 bytes; `number` counts the sender's messages.
std::vector<std::string> cut(std::string_view message, std::uint64_t number);

class Assembler {
  public:
    // The whole message when this part was its last.  A part whose beginning was never delivered to us (we joined in
    // its middle) is dropped without a word; nonsense is an error.
    Result<std::optional<std::string>> add(const Member& sender, std::string_view part);
    void forget(const Member& sender);  // it left: what it began is never finished
    void clear() { open_.clear(); }

  private:
    struct Open {
        std::uint64_t number = 0;
        std::uint32_t next = 0;
        std::string bytes;
    };
    std::map<Member, Open> open_;
};

}  // namespace muster::cluster
