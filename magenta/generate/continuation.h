#pragma once
// "Go on from this music up to so many steps": what `magenta generate` and a posted MIDI file mean.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "magenta/generator.pb.h"

namespace magenta {

/// Where music ends, and how it goes there.
struct MusicEnd {
  double seconds = 0;
  /// From the beginning, at some steps a quarter; through all changes of tempo.
  double steps = 0;
  /// Quarter notes a minute.
  double qpm = 120;
};

/// The end of the latest note of `music`, which has at least one that is no drum. Errors (exit 3):
/// no notes, or drums alone; file and remedy are the caller's to add.
absl::StatusOr<MusicEnd> EndOfNotes(const NoteSequence& music, int steps_per_quarter);

struct ContinuationOptions {
  /// Length of the result, the steps of the music counted.
  int64_t num_steps = 128;
  int steps_per_quarter = 4;
  /// The section that the reference asks for (PARITY section 5).
  bool reference_windows = false;
  /// What num_steps and the music are called in errors.
  std::string steps_name = "--num_steps";
  std::string music_name = "the primer";
};

/// Asks to go on from `music`, which ends at `end`, at the tempo there. Error (exit 2): it leaves
/// no step.
absl::StatusOr<GenerateSequenceRequest> ContinuationOf(NoteSequence music, const MusicEnd& end,
                                                       const ContinuationOptions& options);

}  // namespace magenta
