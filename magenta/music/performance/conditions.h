#pragma once
// What conditions a performance: how dense its notes are, and which pitch classes sound how long.
// Source of the rules: docs/rules.md section 16 (magenta's performance_controls).

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music/event.h"

namespace magenta {

/// From a step on.
struct Conditions {
  int64_t step = 0;
  /// Nothing conditions it, whatever the others say.
  bool disabled = false;
  double notes_per_second = 15;
  /// How much of each pitch class sounds, C first; all 0 or less: as of all alike.
  std::array<double, 12> pitch_classes = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  bool operator==(const Conditions&) const = default;
};

/// What `events` (of a form that is no kWholeNotes) say themselves, wherever time has passed: the
/// notes that begin within the next 3 seconds, and how long pitches sound in the next 5; the shift
/// that crosses these counts whole, and pitches a hundredth of a second more. At least one.
std::vector<Conditions> ConditionsOf(std::span<const Event> events);

/// What holds on `step` of `all`, by rising steps and at least one (checked): before all of them
/// the first.
const Conditions& ConditionsAt(std::span<const Conditions> all, int64_t step);

/// `all`, by rising steps, as a control: fifteen numbers each, floats by their bits.
std::vector<Event> WriteConditions(std::span<const Conditions> all);
/// The reverse. Error (exit 3): it is no such control.
absl::StatusOr<std::vector<Conditions>> ReadConditions(std::span<const Event> control);

}  // namespace magenta
