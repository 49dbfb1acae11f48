#include "base/score.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "base/text.h"

namespace muster {

void assertion_failed(const char* expression, const char* file, int line) noexcept {
    std::fprintf(stderr, "muster: assertion failed: %s (%s:%d)\n", expression, file, line);
    std::abort();
}

Result<Score> parse_score(std::string_view text) {
    const std::string_view t = trim(text);
    const bool minus = !t.empty() && t.front() == '-';
    const std::string_view word = (!t.empty() && (t.front() == '-' || t.front() == '+')) ? t.substr(1) : t;
    if (iequals(word, "INFINITY") || iequals(word, "inf")) {
        return minus ? Score::banned() : Score::infinity();
    }
    if (const auto n = parse_int(t)) return Score{*n};
    return fail(fmt::format("score \"{}\": expected an integer, INFINITY or -INFINITY", text));
}

std::string to_string(Score score) {
    if (score.is_infinity()) return "INFINITY";
    if (score.is_banned()) return "-INFINITY";
    return std::to_string(score.value());
}

}  // namespace muster
