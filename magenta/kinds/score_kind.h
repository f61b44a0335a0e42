#pragma once
// Pieces of several voices as a kind of music. Its events are those of music/score/sheet.h, under a
// sheet that stands beside them as their control.

#include <memory>

#include "magenta/kinds/kind.h"

namespace magenta {

struct ScoreKindOptions {
  /// MIDI pitches that the model plays: low <= pitch < low + pitches.
  int low = 24;
  int pitches = 84;
};

/// ReadPrimer takes all parts up to generate_start_step as voices (music/score/voices.h), and goes
/// on from there with all of them; what VoicesOf changed is said in Primer::notes. An input without
/// notes is a melody that is silent.
std::shared_ptr<const MusicKind> MakeScoreKind(const ScoreKindOptions& options);

}  // namespace magenta
