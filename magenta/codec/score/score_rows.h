#pragma once
// Where the score codec's inputs lie: one place for each thing that a decision may see.

#include "magenta/codec/score/score_codec.h"
#include "magenta/nn/relative_sizes.h"

namespace magenta {

/// Rows or relations of a block that belong together.
struct RowTable {
  int begin = 0;
  int size = 0;
  int operator[](int i) const { return begin + i; }
};

/// The blocks of nn/relative_sizes.h, cut into tables.
struct ScoreRows {
  explicit ScoreRows(const ScoreCodecOptions& options);

  /// Values that are cut off: ages, intervals (from the middle on), time shifts.
  static constexpr int kAges = 33;
  static constexpr int kIntervals = 49;
  static constexpr int kLeaps = 26;  // -12..12, none
  static constexpr int kLevels = kMarkLevels + 1;
  /// Relations of candidates.
  /// Shifts, once a kind: to the pitch of the voice itself; to those of others, by their kinds.
  enum Shift { kToOwn, kToOther, kToDecided, kShifts };
  enum Mark { kChordMark, kMovedChordMark, kVoiceMark, kTimeMark, kArrivalMark, kMarks };
  enum Value {
    kRecent,
    kWhole,
    kHeard,
    kHeardAfter,
    kTogether,
    kTimeHeard,
    kArrivalHeard,
    kValues
  };

  int kinds = 0, pitches = 0;
  RelativeSizes sizes;
  // State rows. Those of a voice stand once a kind, those of a pair of voices once a pair of kinds.
  RowTable cycle, other_cycle, elapsed, sounding, age, leap, pair, classes;
  // Head rows.
  RowTable head_kind, head_cycle, head_sounding, head_age, head_leap, head_other, decided_pitch,
      decided_move, decided_distance, best_chord, best_moved, best_voice, best_time, time_elapsed,
      time_pitch, time_moves;

  int ShiftOf(Shift shift, int kind) const { return shift * kinds + kind; }
  int PairAt(int kind_a, int kind_b, int interval) const {
    return pair[(kind_a * kinds + kind_b) * kIntervals + interval];
  }
};

}  // namespace magenta
