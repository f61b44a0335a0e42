#pragma once
// Cuts a sequence where its tempo or meter changes, so that each part can be quantised.
// Source of the rules: PARITY section 2 (note-seq's split_note_sequence_on_time_changes).

#include <vector>

#include "magenta/music.pb.h"

namespace magenta {

/// The parts of `sequence` between changes of meter or tempo, each shifted to begin at 0 seconds,
/// with subsequence_info. A sequence without notes (total_time 0) gives none. `sequence` must not be
/// quantised (checked).
std::vector<NoteSequence> SplitOnTimeChanges(const NoteSequence& sequence);

}  // namespace magenta
