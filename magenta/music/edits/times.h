#pragma once
// Edits of a sequence's times, as note-seq's sequences_lib has them: trimmed, shifted, stretched,
// one after another. All take sequences in seconds; a quantised one is an error
// (kFailedPrecondition).

#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"

namespace magenta {

/// The notes that start in [start, end) seconds, ended at `end` at the latest; total_time likewise.
/// Nothing is moved, and nothing but notes is left out.
absl::StatusOr<NoteSequence> Trimmed(NoteSequence sequence, double start, double end);

/// Everything `seconds` later. It is no part of another sequence any more (subsequence_info).
/// Errors: `seconds` is no number above 0 (kInvalidArgument).
absl::StatusOr<NoteSequence> Shifted(NoteSequence sequence, double seconds);

/// Every time but those of sections times `factor`, every tempo divided by it. Errors: `factor` is
/// no number above 0 (kInvalidArgument).
absl::StatusOr<NoteSequence> Stretched(NoteSequence sequence, double factor);

/// One after another, each as long as its total_time, or as `durations` says (seconds, one a
/// sequence; none: as long as they are). What there is once only, like ticks_per_quarter, is the
/// last one's that has it. Redundant data are left out. Errors (kInvalidArgument): other numbers of
/// durations than of sequences, a duration below its total_time.
absl::StatusOr<NoteSequence> Concatenated(const std::vector<NoteSequence>& sequences,
                                          const std::vector<double>& durations);

/// Without meters, keys and tempos that are those of before, and without genres and composers that
/// are there twice.
NoteSequence WithoutRedundantData(NoteSequence sequence);

}  // namespace magenta
