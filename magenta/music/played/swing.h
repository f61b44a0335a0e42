#pragma once
// Swing: the second half of each beat comes late, at two thirds of it or so, where one writes two
// even halves.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "magenta/music/quantize.h"

namespace magenta {

/// Between ticks (kTicksPerQuarter) as they sound and as they are written. A value.
class Swing {
 public:
  /// Where the beats are that swing.
  struct Beats {
    int64_t length = 0;              // ticks: a quarter, or an eighth where sixteenths swing
    std::vector<int64_t> bar_lines;  // they are counted from each of these, ascending; not empty
    std::vector<int64_t> straight;   // the first ticks of those that don't swing, ascending
  };

  /// Straight.
  Swing() = default;
  /// The second half begins at this part of each beat, between 0 and 1 (checked).
  Swing(double second, Beats beats);

  bool is_straight() const { return second_ == kEven; }
  /// Ticks of a beat; 0 where it is straight.
  int64_t beat() const { return beats_.length; }
  double Straighten(double ticks) const { return Bend(ticks, second_, kEven); }
  double Swung(double ticks) const { return Bend(ticks, kEven, second_); }
  /// As Straighten(), of a note's beginning: in a beat that swings it stands on the beat, on the
  /// second half or on the next beat, whichever is nearest as it sounds.
  double StraightOnset(double ticks) const;
  /// As this, but straight in beats at whose thirds, written ones, any of `onsets` stands: of a
  /// triplet.
  Swing BesideTriplets(std::span<const int64_t> onsets) const;

 private:
  struct Beat {
    double start = 0;
    bool swings = false;
  };
  Beat BeatAt(double ticks) const;
  /// `ticks`, where `from` of each beat becomes `to`.
  double Bend(double ticks, double from, double to) const;

  static constexpr double kEven = 0.5;
  double second_ = kEven;
  Beats beats_;
};

/// How `piece`, quantized to kTicksPerQuarter, swings, its eighths or else its sixteenths; beats
/// are counted from each of `bar_lines` (ticks, ascending, not empty) on. It is straight, unless in
/// four quarters of beats at least something begins late, once, and in the middle of them all at
/// not much over two thirds of the beat (dotted notes come at 3/4) and over half of it later than
/// what is on beats; in a third as many at most something begins once at another place, and in no
/// more several things do, one after another, as in triplets. All these beats do not swing.
Swing SwingOf(const QuantizedSequence& piece, std::span<const int64_t> bar_lines);

/// `piece` with even halves of beats; nullopt where it would be a little too long.
std::optional<QuantizedSequence> WithoutSwing(const QuantizedSequence& piece, const Swing& swing);

}  // namespace magenta
