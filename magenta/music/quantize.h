#pragma once
// Seconds to steps. The only way to a QuantizedSequence is Quantize(), so a function that takes one
// can't be handed seconds.
//
// Source of the rules: PARITY section 2 (note-seq's sequences_lib.quantize_note_sequence).

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"

namespace magenta {

/// A NoteSequence with one tempo, one meter and quantized steps on every note.
class QuantizedSequence {
 public:
  /// The sequence; steps stand in its notes' quantized_start_step and quantized_end_step.
  const NoteSequence& proto() const { return sequence_; }
  int steps_per_quarter() const { return sequence_.quantization_info().steps_per_quarter(); }
  int64_t total_steps() const { return sequence_.total_quantized_steps(); }
  /// Quarter notes a minute.
  double qpm() const { return sequence_.tempos(0).qpm(); }
  /// Steps in a bar; not always whole (7/32 at 4 steps a quarter).
  double steps_per_bar() const;

 private:
  friend absl::StatusOr<QuantizedSequence> Quantize(NoteSequence sequence, int steps_per_quarter);
  explicit QuantizedSequence(NoteSequence sequence) : sequence_(std::move(sequence)) {}
  NoteSequence sequence_;
};

/// Why a sequence could not be quantised.
enum class QuantizeFailure {
  kMultipleTimeSignatures,
  kBadTimeSignature,
  kMultipleTempos,
  kNegativeTime,
};

/// `sequence` on a grid of `steps_per_quarter` (> 0). Errors (kFailedPrecondition) name the time in
/// seconds and say that splitting mends it; QuantizeFailureOf() tells them apart.
absl::StatusOr<QuantizedSequence> Quantize(NoteSequence sequence, int steps_per_quarter);

/// The kind of error that Quantize() returned; nullopt for any other status.
std::optional<QuantizeFailure> QuantizeFailureOf(const absl::Status& status);

/// Steps a second at `qpm`.
double StepsPerSecond(int steps_per_quarter, double qpm);

/// int(seconds * steps_per_second + (1 - cutoff)): the nearest step for a cutoff of 0.5.
int64_t QuantizeToStep(double seconds, double steps_per_second, double cutoff = 0.5);

}  // namespace magenta
