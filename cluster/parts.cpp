#include "cluster/parts.h"

#include <algorithm>
#include <utility>

namespace muster::cluster {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kHeader = 17;  // version, number (8), index (4), count (4)

void put(std::string& out, std::uint64_t v, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>((v >> shift) & 0xFF));
}
std::uint64_t get(std::string_view bytes, std::size_t at, std::size_t count) {
    std::uint64_t v = 0;
    for (std::size_t i = 0; i < count; ++i) v = (v << 8) | static_cast<unsigned char>(bytes[at + i]);
    return v;
}

}  // namespace

std::vector<std::string> cut(std::string_view message, std::uint64_t number) {
    constexpr std::size_t room = kPartSize - kHeader;
    const std::size_t count = std::max<std::size_t>(1, (message.size() + room - 1) / room);
    std::vector<std::string> parts;
    parts.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::string_view body = message.substr(std::min(message.size(), i * room), room);
        std::string part;
        part.reserve(kHeader + body.size());
        part.push_back(kVersion);
        put(part, number, 8);
        put(part, i, 4);
        put(part, count, 4);
        part += body;
        parts.push_back(std::move(part));
    }
    return parts;
}

Result<std::optional<std::string>> Assembler::add(const Member& sender, std::string_view part) {
    const std::string who = "node " + std::to_string(sender.node);
    if (part.size() < kHeader || part[0] != kVersion) return fail(who + " sent a part of a message in an unknown form");
    const std::uint64_t number = get(part, 1, 8);
    const std::uint64_t index = get(part, 9, 4);
    const std::uint64_t count = get(part, 13, 4);
    if (index >= count || count > kMostMessage / (kPartSize - kHeader)) {
        return fail(who + " sent part " + std::to_string(index) + " of " + std::to_string(count));
    }
    const std::string_view body = part.substr(kHeader);
    if (count == 1) return std::optional<std::string>{std::string{body}};
    Open& open = open_[sender];
    if (index == 0) open = Open{number, 0, {}};
    if (open.number != number || open.next != index) {
        open_.erase(sender);
        return std::optional<std::string>{};
    }
    open.bytes += body;
    if (++open.next < count) return std::optional<std::string>{};
    std::optional<std::string> whole{std::move(open.bytes)};
    open_.erase(sender);
    return whole;
}

void Assembler::forget(const Member& sender) { open_.erase(sender); }

}  // namespace muster::cluster
