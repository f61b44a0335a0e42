#pragma once
// Seconds to steps. A QuantizedSequence comes from Quantize(), or from TakeQuantized(), which
// trusts steps that another program made, so a function that takes one can't be handed seconds.
//
// Source of the rules: docs/rules.md section 2 (note-seq's sequences_lib.quantize_note_sequence).

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"
#include "magenta/music/grid.h"

namespace magenta {

/// A NoteSequence with quantized steps on every note; on a grid per quarter with one tempo and one
/// meter.
class QuantizedSequence {
 public:
  /// The sequence; steps stand in its notes' quantized_start_step and quantized_end_step.
  const NoteSequence& proto() const { return sequence_; }
  Grid grid() const {
    const auto& info = sequence_.quantization_info();
    return info.steps_per_second() > 0 ? Grid::PerSecond(info.steps_per_second())
                                       : Grid::PerQuarter(info.steps_per_quarter());
  }
  /// Of a grid per quarter (checked).
  int steps_per_quarter() const { return grid().steps_per_quarter(); }
  /// The step on which the last note ends; at most kMaxSteps.
  int64_t total_steps() const { return sequence_.total_quantized_steps(); }
  /// Quarter notes a minute.
  double qpm() const { return sequence_.tempos(0).qpm(); }
  /// Steps in a bar, more than 0; not always whole (7/32 at 4 steps per quarter). Of a grid per
  /// quarter (checked).
  double steps_per_bar() const;
  /// The same on the same steps, every note but drums moved by `semitones`.
  QuantizedSequence Transposed(int semitones) const;
  /// The sequence, given away.
  NoteSequence Release() && { return std::move(sequence_); }

 private:
  friend absl::StatusOr<QuantizedSequence> Quantize(NoteSequence sequence, Grid grid);
  friend absl::StatusOr<QuantizedSequence> TakeQuantized(NoteSequence sequence);
  explicit QuantizedSequence(NoteSequence sequence) : sequence_(std::move(sequence)) {}
  NoteSequence sequence_;
};

/// The last step that a note may end on, 24 days at 120 qpm and 4 steps per quarter: a file that
/// claims more must not cost the memory it claims.
inline constexpr int64_t kMaxSteps = int64_t{1} << 24;

/// Why a sequence could not be quantised.
enum class QuantizeFailure {
  kMultipleTimeSignatures,
  kBadTimeSignature,
  kMultipleTempos,
  kNegativeTime,
  kBadTempo,  // not a number above 0
  kTooLong,   // past kMaxSteps, or a time that is not a number
};

/// "multiple_time_signatures", ...: the names of reports.
const char* QuantizeFailureName(QuantizeFailure failure);
/// "sequences_discarded_because_multiple_time_signatures", ...: those of the reference's counters.
const char* QuantizeCounterName(QuantizeFailure failure);

/// `sequence` on `grid`; steps that it had are replaced. A grid per second asks for no meter, and
/// of tempos that they are numbers above 0; of several the first one is qpm(). Notes that would
/// last 0 steps last 1. Errors (kFailedPrecondition) name the time in seconds and, where splitting
/// mends it, say so; QuantizeFailureOf() tells them apart.
absl::StatusOr<QuantizedSequence> Quantize(NoteSequence sequence, Grid grid);

/// A sequence that stands on steps already, as another program quantised it: its steps are taken as
/// they are. Errors: those of Quantize(), and kFailedPrecondition alone where it does not stand on
/// steps.
absl::StatusOr<QuantizedSequence> TakeQuantized(NoteSequence sequence);

/// The kind of error that Quantize() returned; nullopt for any other status.
std::optional<QuantizeFailure> QuantizeFailureOf(const absl::Status& status);

/// int(seconds * steps_per_second + (1 - cutoff)): the nearest step for a cutoff of 0.5. What an
/// int64 can't hold becomes its nearest bound, not-a-number the largest.
int64_t QuantizeToStep(double seconds, double steps_per_second, double cutoff = 0.5);

}  // namespace magenta
