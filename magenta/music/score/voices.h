#pragma once
// A piece with its parts as voices: each sounds one note at a time, parts that play chords are
// several.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music/quantize.h"
#include "magenta/music/score/sheet.h"

namespace magenta {

/// Where a voice comes from.
struct VoiceSource {
  int instrument = 0;  // of the NoteSequence
  int index = 0;       // among the voices of that instrument, 0 the highest
};

/// What did not fit.
struct VoiceLosses {
  int moved = 0;  // notes off the grid: those that lie over a third of a tick from where they went
  int cut = 0;    // that the same voice's next note ended
  int dropped = 0;  // of chords of more notes than voices: inner ones
  int drums = 0;    // left out
};

struct VoicedPiece {
  /// Voices with their roles, meters with the pickup, key where a key signature says it; all is
  /// given (`notes`), nothing open, `ends` set, length up to the end of the last bar that has a
  /// note.
  Sheet sheet;
  std::vector<VoiceSource> sources;  // of each voice
  VoiceLosses losses;
};

/// Most voices that one part becomes.
inline constexpr int kMaxChordVoices = 4;

/// `piece`, quantized to kTicksPerQuarter, whose bars are counted from `bar_line` (a tick, 0 or
/// below: where its first bar begins). Parts stand from high to low by the mean of their pitches; a
/// part of one note at a time (but for at most a twentieth of its notes, which are cut) is one
/// voice: of all such parts the highest is the melody, the lowest, where there are several, the
/// bass, the upper half of the others alto, the lower tenor. A part that plays chords becomes two
/// to kMaxChordVoices: top, inner ones, bottom; each note goes to the voice whose last note lies
/// nearest, none above a note of a voice before it. Drums are left out. Errors (exit 3): no notes
/// but drums; more voices than kMaxVoices, with the number and the remedy.
absl::StatusOr<VoicedPiece> VoicesOf(const QuantizedSequence& piece, int64_t bar_line);

}  // namespace magenta
