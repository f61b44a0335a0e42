#include "magenta/codec/score/score_rows.h"

#include <algorithm>

namespace magenta {
namespace {

/// Gives out one table after another.
class Rows {
 public:
  explicit Rows(int first = 0) : next_(first) {}
  RowTable Take(int size) {
    const RowTable table = {next_, size};
    next_ += size;
    return table;
  }
  int taken() const { return next_; }

 private:
  int next_;
};

}  // namespace

int IntervalPlace(int semitones) {
  while (semitones > kShiftReach) semitones -= 12;
  while (semitones < -kShiftReach) semitones += 12;
  return semitones + kShiftReach;
}

ScoreRows::ScoreRows(const ScoreCodecOptions& options)
    : kinds(1 + *std::max_element(options.kinds.begin(), options.kinds.end())),
      pitches(options.pitches),
      head_pitches(options.sheets ? 12 : options.pitches) {
  Rows state;
  cycle = state.Take(options.cycle);
  other_cycle = state.Take(options.other_cycle);
  elapsed = state.Take(options.longest_shift + 1);
  sounding = state.Take(kinds * (pitches + 1));
  age = state.Take(kinds * kAges);
  leap = state.Take(kinds * kLeaps);
  pair = state.Take((options.sheets ? 2 : kinds) * kinds * kIntervals);
  classes = state.Take(24);
  if (options.sheets) {
    bars_left = state.Take(kBarsLeft);
    key = state.Take(13);
    density = state.Take(kDensities + 1);
    meter = state.Take(kMeters);
    chord_root = state.Take(14);
    chord_tones = state.Take(12);
    given = state.Take(kinds * 3);  // open; known ahead; not
    ahead = state.Take(kinds * kIntervals);
    ahead_time = state.Take(kinds * kDistances);
  }

  Rows head;
  head_kind = head.Take(kinds + 1);  // the last: time
  head_cycle = head.Take(2 * options.cycle);
  head_sounding = head.Take(kinds * (head_pitches + 1));
  head_age = head.Take(kinds * kAges);
  head_leap = head.Take(kinds * kLeaps);
  head_other = head.Take(kinds * kIntervals);
  decided_pitch = head.Take(kinds * (head_pitches + 1));
  decided_move = head.Take(kinds * (kIntervals + 2));      // silent, goes on
  decided_distance = head.Take(kinds * (kIntervals + 1));  // silent
  best_chord = head.Take(kLevels);
  best_moved = head.Take(kLevels);
  best_voice = head.Take(kLevels);
  best_time = head.Take(kLevels);
  time_elapsed = head.Take(options.longest_shift + 1);
  time_pitch = head.Take(kinds * (head_pitches + 1));
  time_moves = head.Take(kinds * 2);
  if (options.sheets) {
    head_bars_left = head.Take((kinds + 1) * kBarsLeft);
    head_density = head.Take((kinds + 1) * (kDensities + 1));
    head_end = head.Take((kinds + 1) * kDistances);
    head_until = head.Take(kinds * kDistances);
    own_next = head.Take(kinds * kIntervals);
    own_next_time = head.Take(kinds * kDistances);
    other_next = head.Take(kinds * kIntervals);
    other_next_time = head.Take(kinds * kDistances);
    time_fixed = head.Take(kDistances);
    time_meter = head.Take(kMeters);
  }

  if (options.intervals) chord = head.Take(kinds * 12);

  Rows values(options.sheets ? kSheetValues : kValues);
  if (options.intervals) {
    over_lowest = values.Take(12);
    held_over_lowest = values.Take(12);
    over_decided = values.Take(kinds * 12);
    held_over_decided = values.Take(kinds * 12);
  }

  sizes.state_rows = state.taken();
  sizes.head_rows = head.taken();
  sizes.bias_rows = kinds + 1;
  sizes.shifts = (options.sheets ? kSheetShifts : kShifts) * kinds;
  sizes.marks = options.motions ? kMotionMarks : kMarks;
  sizes.values = values.taken();
  sizes.classes = kFixedClasses + pitches + options.longest_shift;
}

}  // namespace magenta
