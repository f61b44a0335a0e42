#pragma once
// The values of ABC's information fields: K:, M:, L:, Q:, P: and the properties of K: and V:.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "magenta/io/score/score_time.h"
#include "magenta/music.pb.h"

namespace magenta {

/// Semitones that a key adds to the notes C D E F G A B (index 0 to 6).
using AbcAccidentals = std::array<int, 7>;

/// Index of a note letter (either case) in AbcAccidentals; -1 for any other character.
int AbcLetterIndex(char letter);

/// How a voice sounds beside how it is written.
struct AbcVoiceProperties {
  /// What a clef adds, in semitones: -12 for treble-8, 24 for bass+15, 0 for a plain one. Clefs
  /// that only print their 8 (treble_8, treble^8) and other clefs sound as written.
  std::optional<int> clef_shift;
  std::optional<int> octave_shift;  ///< octave=, in semitones; it counts instead of the clef's
  std::optional<int> transpose;     ///< transpose=, t=, shift= or sound=, in semitones
  std::string name;                 ///< name= or nm=
  std::string left_out;             ///< a property that would sound, and is not read
};

/// K:, read.
struct AbcKey {
  AbcAccidentals accidentals{};
  /// Key and mode when a tonic is given; mode NOT_SPECIFIED otherwise (K:none, K:^f).
  NoteSequence::KeySignature::Key tonic = NoteSequence::KeySignature::C;
  NoteSequence::KeySignature::Mode mode = NoteSequence::KeySignature::NOT_SPECIFIED;
  /// False for "K:clef=bass", which changes the voice and no key.
  bool has_key = true;
  AbcVoiceProperties properties;
};

/// Semitones from one written note to another ("shift=CD": 2); nothing when `text` is not two
/// notes.
std::optional<int> ParseAbcInterval(std::string_view text);

/// "G", "F#m", "A Mixolydian", "D exp _b ^f", "Hp", "none", "C clef=bass octave=-1"; nothing
/// when it is none of these.
std::optional<AbcKey> ParseAbcKey(std::string_view text);

/// "clef=treble-8 name="Tenor" transpose=-2": what stands after the voice's name in V:.
AbcVoiceProperties ParseAbcProperties(std::string_view text);

/// A meter; numerator 0 stands for none (free meter).
struct AbcMeter {
  int numerator = 0;
  int denominator = 1;
};

/// "6/8", "C", "C|", "none", "(2+3)/8", "2+3/8", "4"; nothing when unreadable.
std::optional<AbcMeter> ParseAbcMeter(std::string_view text);

/// "1/8" of a whole note; nothing when unreadable or over 4 or under 1/1024.
std::optional<ScoreFraction> ParseAbcUnitLength(std::string_view text);

/// Q:, read.
struct AbcTempo {
  /// Length of the beat in whole notes; 0/1: the unit note length L:, times `unit_multiple`.
  ScoreFraction beat{0, 1};
  int64_t unit_multiple = 1;
  /// Beats a minute; 0: words alone, no tempo.
  double rate = 0;
};

/// "1/4=120", "120", "C3=40", "1/4 3/8=40", "\"Allegro\" 1/4=120 \"x\""; nothing when unreadable.
std::optional<AbcTempo> ParseAbcTempo(std::string_view text);

/// The order of parts that a header's P: asks for: "ABA", "A.B.A", "((AB)3C)2" as letters, played
/// out; nothing when unreadable or longer than 1000 parts.
std::optional<std::string> ParseAbcPartOrder(std::string_view text);

/// `text` without blanks at both ends.
std::string_view StripBlanks(std::string_view text);

}  // namespace magenta
