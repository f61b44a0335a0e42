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
  int moved = 0;           // notes that begin over a third of a tick from the grid
  int cut = 0;             // that the same voice's next note ended
  int dropped = 0;         // that found no voice
  int drums = 0;           // left out
  int doubling_parts = 0;  // left out, where Doubling::kLeftOut asks for it
};

/// What happened to notes but drums, for the user: "2 notes cut by ...: heard up to there".
std::vector<std::string> LossTexts(const VoiceLosses& losses);

struct VoicedPiece {
  /// Voices with their roles, the meter, the key where signatures say one; all is given (`notes`),
  /// nothing open, `ends` set, length up to the end of the last bar that has a note.
  Sheet sheet;
  std::vector<VoiceSource> sources;  // of each voice
  VoiceLosses losses;
};

/// What becomes of parts that double others, as instruments that play with a choir do: at least
/// half of whose notes begin with one of another part, octaves aside, or at the same pitch with one
/// of the other parts together.
enum class Doubling { kKept, kLeftOut };

/// Most voices that one part becomes.
inline constexpr int kMaxChordVoices = 4;

/// `piece`, quantized to kTicksPerQuarter, whose bars are counted from `bar_line` (a tick, 0 or
/// below: where its first bar begins). Parts stand from high to low by the mean of their pitches.
///
/// A part of one note at a time (but for at most a twentieth of its notes, and ends that overlap a
/// little) is one voice: of all such parts the highest is the melody, the lowest, where there are
/// several, the bass, the upper half of the others alto, the lower tenor.
///
/// A part that plays chords becomes two to kMaxChordVoices, so many that at most a twentieth of its
/// notes finds no voice free: top, inner ones, bottom. Notes go where the jumps from each voice's
/// last note are least; no voice sounds as high as one before it. What finds no voice free ends the
/// note of one; of chords of more notes than voices inner ones are left out.
///
/// Drums are left out. Of parts that double each other lines stay before parts of chords, then what
/// has more notes, where `doubling` says so. Errors (exit 3): no notes but drums; more voices than
/// kMaxVoices, with the number and the remedy; a bar of no whole number of ticks.
absl::StatusOr<VoicedPiece> VoicesOf(const QuantizedSequence& piece, int64_t bar_line,
                                     Doubling doubling = Doubling::kKept);

/// The major key (0..11) that has the notes of `signature`.
int SignatureKey(const NoteSequence::KeySignature& signature);
/// That of the signature in force at `start` seconds; -1 where there is none, or where one of
/// another key comes before `end`.
int SignatureKeyBetween(const NoteSequence& sequence, double start, double end);

}  // namespace magenta
