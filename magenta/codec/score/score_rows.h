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

/// The place of an interval among 49, from two octaves down to two up; what lies further apart
/// counts octaves nearer.
int IntervalPlace(int semitones);

/// The blocks of nn/relative_sizes.h, cut into tables.
struct ScoreRows {
  explicit ScoreRows(const ScoreCodecOptions& options);

  /// Values that are cut off: ages, intervals (from the middle on), time shifts.
  static constexpr int kAges = 33;
  static constexpr int kIntervals = 49;
  static constexpr int kLeaps = 26;  // -12..12, none
  static constexpr int kLevels = kMarkLevels + 1;
  static constexpr int kDistances = 12;
  static constexpr int kBarsLeft = 10;  // 0 .. 7, more, nobody knows
  static constexpr int kMeters = 24;
  /// Relations of candidates.
  /// Shifts, once a kind: to the pitch of the voice itself; to those of others, by their kinds.
  /// Under a sheet also to the next pitch that is given, in the voice itself and in others.
  enum Shift {
    kToOwn,
    kToOther,
    kToDecided,
    kShifts,
    kToOwnNext = kShifts,
    kToOtherNext,
    kSheetShifts
  };
  /// Where voices' motions are told also these, whose levels are MotionLevel.
  enum Mark {
    kChordMark,
    kMovedChordMark,
    kVoiceMark,
    kTimeMark,
    kArrivalMark,
    kMarks,
    kMotionMark = kMarks,
    kMotionMarks
  };
  enum MotionLevel {
    kParallelFifth,
    kParallelOctave,
    kSimilarToFifth,
    kSimilarToOctave,
    kCrosses,
    kOverlaps,
    kUnison,
    kOctave,
    kAgainst,  // in contrary motion
    kMotionLevels
  };
  static_assert(kMotionLevels <= kMarkLevels);
  enum Value {
    kRecent,
    kWhole,
    kHeard,
    kHeardAfter,
    kTogether,
    kTimeHeard,
    kArrivalHeard,
    kValues,
    // Under a sheet.
    kAheadNear = kValues,
    kAheadFar,
    kChordTone,
    kChordRoot,
    kKeyTone,
    kSheetValues
  };

  int kinds = 0, pitches = 0;
  /// Pitches that heads tell apart by a row each: all, or under a sheet, where they are relations
  /// alone, pitch classes.
  int head_pitches = 0;
  RelativeSizes sizes;
  // State rows. Those of a voice stand once a kind, those of a pair of voices once a pair of kinds.
  RowTable cycle, other_cycle, elapsed, sounding, age, leap, pair, classes;
  // Head rows.
  RowTable head_kind, head_cycle, head_sounding, head_age, head_leap, head_other, decided_pitch,
      decided_move, decided_distance, best_chord, best_moved, best_voice, best_time, time_elapsed,
      time_pitch, time_moves;
  // Under a sheet: state rows, then head rows.
  RowTable bars_left, key, density, meter, chord_root, chord_tones, given, ahead, ahead_time;
  RowTable head_bars_left, head_density, head_end, head_until, own_next, own_next_time, other_next,
      other_next_time, time_fixed, time_meter;

  // Where intervals are told, one an interval of 0 to 11 semitones: head rows, once a kind, of
  // voices that are decided over the lowest of these; values of a pitch that begins, and of what
  // sounds on, over the lowest, and over each, once a kind.
  RowTable chord, over_lowest, held_over_lowest, over_decided, held_over_decided;

  int ShiftOf(Shift shift, int kind) const { return shift * kinds + kind; }
  int PairAt(int kind_a, int kind_b, int interval) const {
    return pair[(kind_a * kinds + kind_b) * kIntervals + interval];
  }
  /// Under a sheet: from the voice before one of `kind`, or from the first.
  int NeighbourAt(bool from_first, int kind, int interval) const {
    return pair[((from_first ? kinds : 0) + kind) * kIntervals + interval];
  }
};

}  // namespace magenta
