#pragma once
// The grid that events stand on: so many steps per quarter note, or per second.

#include "magenta/base/check.h"

namespace magenta {

/// How time is cut into steps. Music that is written stands on steps per quarter, whatever its
/// tempo; music as it was played on steps per second, without meter and tempo.
class Grid {
 public:
  /// Magenta's for melodies, 4 per quarter.
  constexpr Grid() = default;
  /// `steps` > 0 (checked).
  static Grid PerQuarter(int steps) { return Grid(false, steps); }
  static Grid PerSecond(int steps) { return Grid(true, steps); }

  bool is_per_second() const { return per_second_; }
  /// Steps of the unit, a quarter or a second.
  int steps() const { return steps_; }
  /// Steps per quarter (checked: not of a grid per second).
  int steps_per_quarter() const {
    MAGENTA_CHECK(!per_second_);
    return steps_;
  }
  /// At `qpm` quarter notes a minute.
  double StepsPerSecond(double qpm) const { return per_second_ ? steps_ : steps_ * qpm / 60.0; }

  double StepsPerQuarter(double qpm) const { return per_second_ ? steps_ * 60.0 / qpm : steps_; }
  /// Seconds that a step lasts at `qpm`.
  double StepSeconds(double qpm) const { return per_second_ ? 1.0 / steps_ : 60.0 / qpm / steps_; }

  bool operator==(const Grid&) const = default;

 private:
  Grid(bool per_second, int steps) : per_second_(per_second), steps_(steps) {
    MAGENTA_CHECK(steps > 0);
  }
  bool per_second_ = false;
  int steps_ = 4;
};

}  // namespace magenta
