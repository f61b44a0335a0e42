#pragma once
// Drum grids: patterns as drummers write them (docs/formats/drums.md), as NoteSequences.

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/io/score/warning.h"
#include "magenta/music.pb.h"

namespace magenta {

/// One pattern of a file.
struct DrumGridPattern {
  /// The main part, then its variations and fills as they stand, in seconds; is_drum, instrument 9,
  /// velocities 100, 120 (accent) and 50 (ghost note). reference_number is the place in the file
  /// from 1, `pattern:` the title, `style:` the genre, `by:` the artist. Each bar is a section, and
  /// section_groups string them together to 8 bars or more: UnrollSections plays that. Number and
  /// title alone when `status` is an error.
  NoteSequence sequence;
  /// Headers that mean nothing, one entry a kind.
  std::vector<ScoreWarning> left_out;
  /// Why this pattern could not be read; line and column are named.
  absl::Status status;
};

/// Quarters a minute of a pattern without `tempo:`.
inline constexpr double kDrumGridQpm = 120;

/// One entry a pattern, in file order; lines before the first `pattern:` are a pattern without a
/// title. `text` is as ToUtf8 takes it, with any line ends. Errors: no pattern at all, more than
/// 100000, or more than a piece may hold, all patterns together (piece_limits.h).
absl::StatusOr<std::vector<DrumGridPattern>> ReadDrumGrids(std::string_view text,
                                                           double default_qpm = kDrumGridQpm);

/// Whether the first line of `text` that is no comment begins a pattern.
bool BeginsAsDrumGrid(std::string_view text);

}  // namespace magenta
