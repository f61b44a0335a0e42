#pragma once
// A chord as a user types it: pitches that sound together.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/kinds/kind.h"

namespace magenta {

/// Reads --primer_pitches: "[60, 64, 67]", with or without brackets, or names with octaves, "C4 E4
/// G4" (C4 = 60). At least one MIDI pitch, at most 128. Errors (exit 2) name what is none, and the
/// remedy.
absl::StatusOr<std::vector<int>> ReadTypedPitches(const std::string& text);

/// Those of `text` as a primer a quarter long at `qpm`; on a grid per second half a second.
absl::StatusOr<TypedPrimer> ParseTypedChord(const std::string& text, double qpm, Grid grid);

/// How such primers are typed.
PrimerTyping ChordTyping();

}  // namespace magenta
