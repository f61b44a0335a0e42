#pragma once
// The primer of a command line, and the request that asks a model to go on from it.

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/generator.pb.h"

namespace magenta::cli {

/// What the user said about the primer. The first of melody and midi that is not empty counts.
struct PrimerFlags {
  std::string melody;  // "[60, -2, 62]"
  std::string midi;    // a file
  std::optional<double> qpm;
};

/// The primer as a NoteSequence.
struct PrimerMusic {
  NoteSequence sequence;
  /// Seconds at which it ends, trailing rests of a melody counted.
  double end = 0;
  /// Steps up to there, at the model's steps a quarter.
  double steps = 0;
  /// Quarter notes a minute at its end.
  double qpm = 120;
  /// For the user, on stderr.
  std::vector<std::string> notes;
};

/// Reads the primer; middle C when neither is given. Errors: a list that is none, an event outside
/// -2..127, no note at all (exit 2); a file that is missing, no MIDI, or without notes (exit 3).
absl::StatusOr<PrimerMusic> ReadPrimerFlags(const PrimerFlags& flags, int steps_per_quarter);

/// Asks for the steps from the primer's end up to `num_steps` in all. `reference_windows`: for
/// those that the reference asks for (PARITY section 5). Error (exit 2): the primer leaves no step.
absl::StatusOr<GenerateSequenceRequest> MakeRequest(const PrimerMusic& primer, int num_steps,
                                                    int steps_per_quarter, bool reference_windows);

}  // namespace magenta::cli
