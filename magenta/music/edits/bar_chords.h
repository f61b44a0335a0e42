#pragma once
// Chords inferred as note-seq infers them: a fixed number a bar, or one a beat that is annotated.
// Data that were made with note-seq's chords need them; for music, InferChords
// (magenta/music/harmony/infer_chords.h) finds better ones and asks for no grid. Source of the
// model: note-seq's chord_inference.

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "magenta/music.pb.h"

namespace magenta {

struct BarChordOptions {
  /// Of a sequence on steps of quarters; none: by its meter.
  std::optional<int> chords_per_bar;
  /// Probabilities, above 0 and below 1: that the key, or the chord, changes from one frame to the
  /// next; that a tone of a chord lies outside the key.
  double key_change = 0.001;
  double chord_change = 0.5;
  double chord_pitch_out_of_key = 0.01;
  /// How much pitches must match the chord.
  double chord_note_concentration = 100.0;
  /// The inferred keys replace the sequence's.
  bool add_key_signatures = false;
};

/// Why chords could not be inferred.
enum class BarChordFailure {
  kHasChords,
  kNotQuantized,  // neither on steps of quarters nor with beats
  kUncommonMeter,
  kNonIntegerSteps,
  kEmpty,
  kTooLong,
};

/// At most this many chords are inferred.
inline constexpr int64_t kMaxBarChords = 1000;

/// Adds a chord symbol to `sequence` wherever the chord changes. Errors (kFailedPrecondition) are
/// told apart by BarChordFailureOf; options that are no probabilities are kInvalidArgument.
absl::Status InferBarChords(NoteSequence& sequence, const BarChordOptions& options = {});

/// The kind of error that InferBarChords returned; nullopt for any other status.
std::optional<BarChordFailure> BarChordFailureOf(const absl::Status& status);

}  // namespace magenta
