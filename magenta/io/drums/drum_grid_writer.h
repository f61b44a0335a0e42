#pragma once
// Drums as a drum grid (docs/formats/drums.md, "Writing").

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"

namespace magenta {

/// The drums of `sequence` (is_drum) as one pattern with its title, on the coarsest grid that they
/// lie on, else on sixteenths. ReadDrumGrids gives the same pitches on the same cells; velocities
/// become one of three; how long notes last is left out, and so are bars behind the last stroke.
/// `notes`, unless null, gets a line for what is moved or not written. Errors: no drums (exit 4);
/// more than one tempo or meter, one that a grid cannot have, more than 256 bars (exit 3).
absl::StatusOr<std::string> WriteDrumGrid(const NoteSequence& sequence,
                                          std::vector<std::string>* notes = nullptr);

}  // namespace magenta
