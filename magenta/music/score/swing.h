#pragma once
// Swing: of each quarter the second eighth comes late, at two thirds of it or so, where one writes
// even eighths.

#include <cstdint>
#include <optional>

#include "magenta/music/quantize.h"

namespace magenta {

/// Between ticks (kTicksPerQuarter) as they sound and as they are written. A value.
class Swing {
 public:
  /// Straight.
  Swing() = default;
  /// The second eighth begins at this part of each quarter, between 0 and 1 (checked); quarters are
  /// counted from `bar_line`, a tick.
  Swing(double second, int64_t bar_line);

  bool is_straight() const { return second_ == kEven; }
  double Straighten(double ticks) const;
  double Swung(double ticks) const;

 private:
  static constexpr double kEven = 0.5;
  double second_ = kEven;
  double bar_line_ = 0;
};

/// How `piece`, quantized to kTicksPerQuarter, swings: straight, unless at least four quarters, and
/// three times as many as have even eighths or triplets, begin something late in their second half
/// and nothing else but on the beat.
Swing SwingOf(const QuantizedSequence& piece, int64_t bar_line);

/// `piece` with even eighths; nullopt where it would be a little too long.
std::optional<QuantizedSequence> WithoutSwing(const QuantizedSequence& piece, const Swing& swing);

}  // namespace magenta
