#pragma once
// The sustain pedal as lengths of notes. Source of the rules: note-seq's
// apply_sustain_control_changes.

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"
#include "magenta/music/split.h"

namespace magenta {

/// `sequence` with each note that ends while its instrument's pedal (`controller`, down from 64 on)
/// is down held until the pedal goes up, the same pitch starts again, or the last event; drums
/// stay. Of notes of one pitch that start together the last is kept. Errors: a quantised sequence
/// (kFailedPrecondition).
absl::StatusOr<NoteSequence> WithSustain(NoteSequence sequence, int controller = kSustainPedal);

}  // namespace magenta
