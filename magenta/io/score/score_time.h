#pragma once
// Time inside a score: whole numbers on a grid fine enough for every tuplet in use, so that two
// voices that meet in the score meet exactly here.

#include <cstdint>

namespace magenta {

/// Grid steps per quarter note: 2^11 * 3^3 * 5 * 7 * 11 * 13, divisible by what beams, dots and
/// tuplets of 3, 5, 6, 7, 9, 10, 11, 12, 13 ask for. Other fractions are rounded to the nearest
/// step (4 ns at 120 quarters a minute).
inline constexpr int64_t kScoreUnitsPerQuarter = int64_t{2048} * 27 * 5 * 7 * 11 * 13;

/// A score longer than this is refused: 2^60 units is 130 years at 120 quarters a minute.
inline constexpr int64_t kMaxScoreUnits = int64_t{1} << 60;

/// A fraction of two small positive numbers.
struct ScoreFraction {
  int64_t numerator = 1;
  int64_t denominator = 1;
  bool operator==(const ScoreFraction&) const = default;
};

/// units * by, rounded to the nearest unit; clamped to kMaxScoreUnits. `by` is positive.
inline int64_t ScaleUnits(int64_t units, ScoreFraction by) {
  const __int128 scaled =
      (static_cast<__int128>(units) * by.numerator * 2 + by.denominator) / (2 * by.denominator);
  return scaled > kMaxScoreUnits ? kMaxScoreUnits : static_cast<int64_t>(scaled);
}

/// Units as quarter notes.
inline double UnitsToQuarters(int64_t units) {
  return static_cast<double>(units) / static_cast<double>(kScoreUnitsPerQuarter);
}

}  // namespace magenta
