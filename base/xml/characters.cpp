#include "base/xml/characters.h"

namespace muster::xml {
namespace {

bool append_code_point(std::string& out, std::uint32_t c) {
    const bool allowed = c == 9 || c == 10 || c == 13 || (c >= 0x20 && c < 0xD800) || (c >= 0xE000 && c < 0xFFFE) ||
                         (c >= 0x10000 && c < 0x110000);
    if (!allowed) return false;
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0U | (c >> 6U));
        put(0x80U | (c & 0x3FU));
    } else if (c < 0x10000) {
        put(0xE0U | (c >> 12U));
        put(0x80U | ((c >> 6U) & 0x3FU));
        put(0x80U | (c & 0x3FU));
    } else {
        put(0xF0U | (c >> 18U));
        put(0x80U | ((c >> 12U) & 0x3FU));
        put(0x80U | ((c >> 6U) & 0x3FU));
        put(0x80U | (c & 0x3FU));
    }
    return true;
}

}  // namespace

std::size_t utf8_length(const char* p, const char* end) {
    const auto at = [&](std::ptrdiff_t i) { return static_cast<unsigned char>(p[i]); };
    const auto tail = [&](std::ptrdiff_t i) { return end - p > i && (at(i) & 0xC0U) == 0x80U; };
    const unsigned first = at(0);
    if (first < 0xC2) return 0;
    if (first < 0xE0) return tail(1) ? 2 : 0;
    if (first < 0xF0) {
        if (!tail(1) || !tail(2)) return 0;
        if (first == 0xE0 && at(1) < 0xA0) return 0;
        if (first == 0xED && at(1) > 0x9F) return 0;                       // surrogates
        if (first == 0xEF && at(1) == 0xBF && at(2) > 0xBD) return 0;      // U+FFFE, U+FFFF
        return 3;
    }
    if (first > 0xF4 || !tail(1) || !tail(2) || !tail(3)) return 0;
    if (first == 0xF0 && at(1) < 0x90) return 0;
    if (first == 0xF4 && at(1) > 0x8F) return 0;
    return 4;
}

bool append_reference(std::string& out, std::string_view name) {
    constexpr struct {
        std::string_view name;
        char value;
    } kNamed[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
    for (const auto& n : kNamed) {
        if (n.name == name) return out += n.value, true;
    }
    if (name.size() < 2 || name[0] != '#') return false;
    const bool hex = name[1] == 'x';
    const std::string_view digits = name.substr(hex ? 2 : 1);
    std::uint32_t v = 0;
    if (digits.empty()) return false;
    for (const char c : digits) {
        std::uint32_t d = 16;
        if (c >= '0' && c <= '9') d = static_cast<std::uint32_t>(c - '0');
        else if (hex && c >= 'a' && c <= 'f') d = static_cast<std::uint32_t>(c - 'a') + 10;
        else if (hex && c >= 'A' && c <= 'F') d = static_cast<std::uint32_t>(c - 'A') + 10;
        if (d >= (hex ? 16U : 10U)) return false;
        v = v * (hex ? 16 : 10) + d;
        if (v >= 0x110000) return false;
    }
    return append_code_point(out, v);
}

}  // namespace muster::xml
