#pragma once
// Seconds <-> quarter notes, through all changes of tempo; and a sequence whose tempo changes as if
// it were played at one tempo, beat for beat, so that it can stand on a grid as a whole.

#include <vector>

#include "magenta/music.pb.h"
#include "magenta/music/grid.h"

namespace magenta {

/// The tempos of a sequence, in order of time; 120 quarters a minute before the first one. A tempo
/// that is no number above 0, or at a time that is none, does not count.
class TempoMap {
 public:
  explicit TempoMap(const NoteSequence& sequence);

  /// Quarter notes from the beginning up to `seconds`; both only rise.
  double QuartersAt(double seconds) const;
  /// The inverse, but for rounding.
  double SecondsAt(double quarters) const;
  /// Quarter notes a minute at `seconds`, a tempo that begins there counted.
  double QpmAt(double seconds) const;
  /// Whether there is more than one tempo, the 120 before a first late one counted.
  bool HasChanges() const;

 private:
  struct Segment {
    double seconds;
    double quarters;
    double qpm;
  };
  const Segment& From(double seconds) const;
  std::vector<Segment> segments_;  // the first one at 0
};

/// Steps of `grid` from the beginning up to `seconds`, through all changes of tempo.
double StepsAt(const TempoMap& tempos, double seconds, Grid grid);

/// Seconds of a sequence <-> seconds at one tempo. Both only rise. It has segments of its own
/// instead of going by TempoMap's quarters, since what is played at that one tempo stays where it
/// is to the bit: its ratio is 1, while to quarters and back would round.
class StraightTime {
 public:
  /// Of `sequence`, at the tempo that it has at `at` seconds. Its tempos are above 0 (checked);
  /// before the first there are 120 quarters a minute. Changes at times that are no number don't
  /// count.
  /// Straight time begins at `lead` seconds.
  StraightTime(const NoteSequence& sequence, double at, double lead = 0);

  /// Quarter notes a minute.
  double qpm() const { return qpm_; }
  double Straighten(double seconds) const;
  /// The inverse of Straighten, but for rounding.
  double Restore(double seconds) const;

 private:
  /// From one tempo to the next.
  struct Segment {
    double seconds;
    double straight;
    double ratio;  // straight seconds a second
  };

  double qpm_ = 120;
  std::vector<Segment> segments_;
};

/// `sequence` in straight time, with the tempo and the meter that it has at `at` seconds alone.
/// Notes, chord symbols and total_time are moved; whatever else has a time is left out.
NoteSequence Straightened(const NoteSequence& sequence, const StraightTime& time, double at);

}  // namespace magenta
