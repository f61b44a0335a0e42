#pragma once
// Seconds <-> quarter notes, through all changes of tempo.

#include <vector>

#include "magenta/music.pb.h"

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

}  // namespace magenta
