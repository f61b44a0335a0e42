#pragma once
// Drums that are typed: a grid, or Magenta's list of steps.

#include <string_view>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"

namespace magenta {

/// What a typed primer does not say itself.
struct DrumPrimerOptions {
  /// Of the model, for a list of steps.
  int steps_per_quarter = 4;
  /// Quarters a minute, unless a grid says its own.
  double qpm = 120;
};

/// One pattern of a drum grid (docs/formats/drums.md), ';' for a line's end, `pattern:` left out or
/// not: "grid: 8; CH |xxxxxxxx|; BD |x---x---|". Errors (exit 2) name line and column.
absl::StatusOr<NoteSequence> ParseDrumGrid(std::string_view text, double qpm = 120);

/// "[(36, 42), (), (42,)]", a tuple or list of MIDI pitches a step, as the reference takes it; or
/// what ParseDrumGrid takes. total_time is the end of the last step or bar, struck or not. Errors
/// (exit 2) name the place.
absl::StatusOr<NoteSequence> ParseDrumPrimer(std::string_view text,
                                             const DrumPrimerOptions& options = {});

}  // namespace magenta
