#pragma once
// What models of several voices learn from: pieces as voices (music/score/voices.h), a stretch of
// bars after another.

#include <span>

#include "magenta/kinds/kind.h"

namespace magenta {

/// Pitches that examples stay within.
inline constexpr int kLowestScorePitch = 24, kHighestScorePitch = 107;

/// min_bars and max_bars.
std::span<const ExampleOption> ScoreExampleOptions();

/// The stretches of `sequence`, which is on a grid of kTicksPerQuarter and begins on a bar line
/// (MusicKind::HearsBars). Of more than max_bars bars it gives several, of nearly as many bars
/// each. An example's control is a sheet (WriteSheet) in which every voice is open; its events are
/// EventsOf that. The piece begins with its first note, and a stretch ends as pieces do where the
/// piece ends (not where a part of it does: subsequence_info). What sounds from one stretch into
/// the next is struck again there; a voice that is silent in a stretch is left out of it, and so
/// is a part that doubles others (Doubling): networks that learned from such took two voices that
/// met in an octave for instruments that go on together. A piece beyond the range of pitches is
/// moved by octaves.
Examples ExtractScoreExamples(const QuantizedSequence& sequence, const ExampleOptions& options);

}  // namespace magenta
