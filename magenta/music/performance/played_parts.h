#pragma once
// Music as performances are learned from it: as it sounded, at several speeds, half a minute each.
// Source of the rules: docs/rules.md section 16 (magenta's performance_rnn pipeline).

#include <array>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"

namespace magenta {

/// Factors of time in training.
inline constexpr std::array<double, 5> kLearnedStretches = {0.95, 0.975, 1.0, 1.025, 1.05};

/// Seconds of a part.
inline constexpr double kLearnedSeconds = 30;

/// `sequence` as it sounds: with the sustain pedal as lengths of notes. At the first of `ends`
/// (seconds, ascending) after its beginning a note that it holds ends.
NoteSequence HeldByPedal(NoteSequence sequence, std::span<const double> ends);

/// `sequence` with the sustain pedal as lengths of notes, times each of `stretches`, each cut every
/// kLearnedSeconds (notes too) and shifted to begin at 0, with subsequence_info: in this order.
/// Errors (exit 3): it stands on steps.
absl::StatusOr<std::vector<NoteSequence>> PlayedParts(NoteSequence sequence,
                                                      std::span<const double> stretches);

}  // namespace magenta
