// Scores as Pacemaker Explained defines them ("Scores"): integers clipped to +-1,000,000, which mean infinity.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace muster {

class Score {
  public:
    static constexpr std::int32_t kInfinity = 1'000'000;

    constexpr Score() = default;
    constexpr explicit Score(std::int64_t v)
        : value_{static_cast<std::int32_t>(std::clamp<std::int64_t>(v, -kInfinity, kInfinity))} {}
    static constexpr Score infinity() { return Score{kInfinity}; }
    static constexpr Score banned() { return Score{-kInfinity}; }

    constexpr std::int32_t value() const { return value_; }
    constexpr bool is_infinity() const { return value_ == kInfinity; }
    constexpr bool is_banned() const { return value_ == -kInfinity; }

    // A ban wins over a wish, infinity over any number.
    friend constexpr Score operator+(Score a, Score b) {
        if (a.is_banned() || b.is_banned()) return banned();
        if (a.is_infinity() || b.is_infinity()) return infinity();
        return Score{std::int64_t{a.value_} + b.value_};
    }
    constexpr Score& operator+=(Score b) { return *this = *this + b; }
    constexpr Score operator-() const { return Score{-std::int64_t{value_}}; }
    friend constexpr auto operator<=>(Score, Score) = default;

  private:
    std::int32_t value_ = 0;
};
static_assert(Score::infinity() + Score::banned() == Score::banned());

// "INFINITY", "+INFINITY", "-INFINITY", "inf" forms, or an integer (clipped).
Result<Score> parse_score(std::string_view text);
// "INFINITY", "-INFINITY" or the number.
std::string to_string(Score score);

}  // namespace muster
