#pragma once
// The meters of a piece as a score prints them. Every change of meter is a bar line, and has its
// sign; but the bars that musicians write short, without a meter of their own, are of the meter
// beside them.

#include <vector>

#include "magenta/music.pb.h"
#include "magenta/music/tempo_map.h"

namespace magenta {

/// Bars of one meter, from one bar line on.
struct MeterStretch {
  /// As printed.
  int numerator = 4;
  int denominator = 4;
  /// Quarters from the beginning. The last one's end is infinite unless it is a short bar.
  double start = 0;
  double end = 0;

  /// Quarters in a bar, more than 0.
  double bar() const { return 4.0 * numerator / denominator; }
};

/// What MeterStretches finds.
struct PrintedMeters {
  /// At least one, the first from 0 on, each from the end of the one before.
  std::vector<MeterStretch> stretches;
  /// Whether a meter was left out that no score has (3/7, 1/128), or one behind the music's end.
  bool has_unwritable = false;
  bool has_late = false;
};

/// The meters of `sequence`, whose music ends at `end` quarters; 4/4 where it names none. A short
/// bar, of the meter beside it, is a single one with a shorter meter of its own that is
/// - the first one, before a meter that stays, or that the third stretch lacks the first one for (a
///   pickup), or what lies before a section that begins within the first bar;
/// - the last one of a piece with a pickup;
/// - at the beginning or the end of a section (a repeat sign cuts it);
/// - one of several that are one bar of the meter together, which goes on behind them.
PrintedMeters MeterStretches(const NoteSequence& sequence, const TempoMap& tempos, double end);

}  // namespace magenta
