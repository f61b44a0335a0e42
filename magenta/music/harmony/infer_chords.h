#pragma once
// Chord symbols for music that has none, from the notes that sound.

#include <cstdint>

#include "absl/status/status.h"
#include "magenta/music.pb.h"

namespace magenta {

/// Beats of a piece whose chords are inferred, at most: 4.5 hours of quarters at 120 a minute.
inline constexpr int64_t kMaxInferredBeats = int64_t{1} << 15;

/// Adds chord symbols to `sequence` (annotations of type CHORD_SYMBOL, in seconds): one where the
/// chord changes, on beats, from the beat of the first note on. Drums and effects (programs from
/// 112 on) are not heard. Errors (exit 3): it has chord symbols already, it has no notes to hear,
/// or it lasts longer than kMaxInferredBeats. Time grows with notes and beats; at most about
/// 120 MiB beside the sequence.
absl::Status InferChords(NoteSequence& sequence);

}  // namespace magenta
