// Small words on text.  Locale never matters: ASCII rules only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

std::string_view trim(std::string_view text);
// Split at each separator; empty pieces are kept.
std::vector<std::string_view> split(std::string_view text, char separator);
// Split at runs of blanks, tabs and newlines; no empty pieces.
std::vector<std::string_view> split_words(std::string_view text);
std::string join(const std::vector<std::string>& pieces, std::string_view separator);
std::string to_lower(std::string_view text);
bool iequals(std::string_view a, std::string_view b);
inline bool starts_with(std::string_view t, std::string_view p) { return t.substr(0, p.size()) == p; }
inline bool ends_with(std::string_view t, std::string_view p) {
    return t.size() >= p.size() && t.substr(t.size() - p.size()) == p;
}
// The whole text as a decimal integer with optional sign; values beyond int64 are clipped.
std::optional<std::int64_t> parse_int(std::string_view text);
// true/yes/y/on/1 and false/no/n/off/0, any case (the CIB's boolean type).
std::optional<bool> parse_bool(std::string_view text);
// "node2" before "node10": runs of digits compare as numbers.
bool natural_less(std::string_view a, std::string_view b);
std::string replace_all(std::string text, std::string_view from, std::string_view to);
// Edit distance (insert, delete, change, swap of neighbours), for "did you mean".
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace muster
