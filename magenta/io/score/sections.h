#pragma once
// Playing out the repeats of a score.

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"

namespace magenta {

/// The sequence with its repeats (section_annotations, section_groups) played out: each section
/// runs from its annotation to the next one, and the groups say the order. section_groups is empty
/// in the result, and section_annotations mark where each played section begins. Unchanged when
/// it has no groups. Notes that sound over the end of a section are cut there. Tempos, meters and
/// keys are repeated at a section's start where they differ from what stood before.
/// Errors: a group names a section that does not exist, sections out of order, or more than
/// 1,000,000 notes and other events or 100,000 sections would be played.
absl::StatusOr<NoteSequence> UnrollSections(const NoteSequence& sequence);

}  // namespace magenta
