#pragma once
// Cuts a sequence where its tempo or meter changes, so that each part can be quantised.
// Source of the rules: docs/rules.md section 2 (note-seq's split_note_sequence_on_time_changes).

#include <vector>

#include "magenta/music.pb.h"

namespace magenta {

/// MIDI's controllers of pedals.
inline constexpr int kSustainPedal = 64, kSostenutoPedal = 66, kSoftPedal = 67;

/// The parts of `sequence` between changes of meter or tempo, each shifted to begin at 0 seconds,
/// with subsequence_info. A sequence without notes (total_time 0) gives none.
///
/// A note belongs to the part it starts in and ends with it at the latest. Meter, key, tempo, chord
/// and pedals (controllers 64, 66, 67) in force where a part begins are repeated at its 0 seconds;
/// pitch bends and other controllers are left out. Quantised steps are left out too: seconds alone
/// are cut. Names, pedals and the like follow only instruments that play in the part, so that the
/// parts together are no larger than what they came from, however many cuts there are.
/// Notes of a sequence that is given away are moved, not copied.
std::vector<NoteSequence> SplitOnTimeChanges(NoteSequence sequence);

/// The same parts between other places: `cuts` are in seconds, rising, at least two, from 0 on.
std::vector<NoteSequence> SplitAt(NoteSequence sequence, std::vector<double> cuts);

/// Where it is cut, in seconds, rising: after 0 and before total_time, where the meter or the tempo
/// becomes another one than before (4/4 and 120 at the beginning).
std::vector<double> TimeChanges(const NoteSequence& sequence);

}  // namespace magenta
