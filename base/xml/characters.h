// What XML allows as a character: by the byte, as UTF-8, as a reference.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace muster::xml {

// What a byte may be, by a look-up: the inner loops ask nothing else.
enum : std::uint8_t { kNameStart = 1, kNameRest = 2, kBlank = 4, kPlainValue = 8, kPlainText = 16 };

constexpr std::array<std::uint8_t, 256> make_classes() {
    std::array<std::uint8_t, 256> t{};
    for (int c = 0; c < 256; ++c) {
        std::uint8_t k = 0;
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || c >= 0x80;
        const bool digit = c >= '0' && c <= '9';
        if (letter) k |= kNameStart;
        if (letter || digit || c == '-' || c == '.') k |= kNameRest;
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') k |= kBlank;
        const bool plain = c >= 0x20 && c < 0x80 && c != '<' && c != '&';
        if (plain && c != '"' && c != '\'') k |= kPlainValue;
        if ((plain && c != ']') || c == '\n' || c == '\t') k |= kPlainText;
        t[static_cast<std::size_t>(c)] = k;
    }
    return t;
}
inline constexpr auto kClass = make_classes();

inline bool is(char c, std::uint8_t what) { return (kClass[static_cast<unsigned char>(c)] & what) != 0; }

// Length of the UTF-8 sequence at p, 0 if it is none that XML allows.
std::size_t utf8_length(const char* p, const char* end);

// Appends what a reference stands for ("lt", "#10", "#xA": without & and ;); false if it is none that XML allows.
bool append_reference(std::string& out, std::string_view name);

}  // namespace muster::xml
