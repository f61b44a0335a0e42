#pragma once
// Where bars and beats stand: seconds to quarter notes to bars.

#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"
#include "magenta/music/tempo_map.h"

namespace magenta {

/// A bar; positions in quarter notes since the beginning.
struct Bar {
  double start = 0;
  double end = 0;
  /// Quarter notes in a beat: 1 for n/4, 0.5 for n/8.
  double beat = 1;
  /// What it is counted as: 0 for a pickup, else from 1 on. The parts of a bar that a repeat cuts
  /// (meter_map.h) are one.
  int number = 1;
};

/// The bars of a sequence.
class BarGrid {
 public:
  /// From `sequence`'s tempos and meters (120 qpm and 4/4 where it has none), long enough for every
  /// note. A meter that begins in the midst of a bar cuts it. Errors (exit 3): a time that is
  /// negative or no number, or more than 20000 bars.
  static absl::StatusOr<BarGrid> Make(const NoteSequence& sequence);

  /// Position of `seconds` (>= 0) in quarter notes.
  double QuarterAt(double seconds) const { return tempos_.QuartersAt(seconds); }

  /// In order, without gaps, at least one.
  const std::vector<Bar>& bars() const { return bars_; }
  /// How many there are, a pickup counted, and the parts of a cut bar as one.
  int count() const { return bars_.back().number - bars_.front().number + 1; }

 private:
  explicit BarGrid(const NoteSequence& sequence) : tempos_(sequence) {}
  void Number(const NoteSequence& sequence);

  TempoMap tempos_;
  std::vector<Bar> bars_;
};

}  // namespace magenta
