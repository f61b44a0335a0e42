#pragma once
// Playing out the repeats of a score.

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"

namespace magenta {

/// The sequence with its repeats (section_annotations, section_groups) played out: each section
/// runs from its annotation to the next one, and the groups say the order. section_groups is empty
/// in the result, and section_annotations mark where each played section begins. Unchanged when
/// it has no groups. A note that sounds over the end of a section sounds on where the section is
/// played into the one that stands behind it. Elsewhere it is cut. Where the playing goes ahead,
/// past a first ending, to what begins with its pitch in its part, the two are one note (a tie
/// into the first ending that holds for the second one, too); otherwise, as where it goes back, a
/// note that sounds into a section is struck again at the section's start. Tempos, meters and keys
/// are repeated at a section's start where they differ from what stood before. Errors: a group
/// names a section that does not exist, sections out of order, or more sections, notes and other
/// events than a piece may have (piece_limits.h) would be played.
absl::StatusOr<NoteSequence> UnrollSections(const NoteSequence& sequence);

}  // namespace magenta
