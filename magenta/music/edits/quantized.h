#pragma once
// Seconds or steps: most edits move seconds, and would leave the steps of a quantised sequence
// wrong.

#include <string_view>

#include "absl/status/status.h"
#include "magenta/music.pb.h"

namespace magenta {

/// Whether `sequence` stands on steps, of quarters or of seconds.
bool IsQuantized(const NoteSequence& sequence);

/// OK, or the error (kFailedPrecondition) of a sequence that stands on steps. `edit` says what
/// could not be done: "stretched".
absl::Status CheckInSeconds(const NoteSequence& sequence, std::string_view edit);

}  // namespace magenta
