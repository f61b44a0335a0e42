#pragma once
// Moves a sequence up or down, chord symbols and keys too. Source of the rules: note-seq's
// transpose_note_sequence.

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"

namespace magenta {

struct TransposeOptions {
  /// Notes (but drums) that would leave min_pitch .. max_pitch are left out; MIDI pitches.
  int min_pitch = 0;
  int max_pitch = 127;
  /// Else chord symbols are left out, since they would not be right any more.
  bool chords = true;
};

struct Transposition {
  NoteSequence sequence;
  /// Notes that were left out.
  int deleted_notes = 0;
};

/// `sequence`, in seconds or on steps, `semitones` higher; drums stay. total_time is the end of the
/// last note that is kept. Errors (kInvalidArgument): a chord symbol that can't be read.
absl::StatusOr<Transposition> TransposeSequence(NoteSequence sequence, int semitones,
                                                const TransposeOptions& options = {});

}  // namespace magenta
