#pragma once
// Chord symbols as text: "Am7b5/Eb" is a root, a kind, changes of its degrees, and a bass.
// Source of the rules: docs/rules.md section 14 (note-seq's chord_symbols_lib).

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music/harmony/chord_code.h"
#include "magenta/music/harmony/chord_kinds.h"

namespace magenta {

/// How no chord is written.
inline constexpr std::string_view kNoChordText = "N.C.";
/// A longer symbol, in bytes, is refused.
inline constexpr size_t kMaxChordSymbolSize = 256;

/// A letter with its sharps or flats.
struct NoteName {
  char letter = 'C';   // A to G
  int alteration = 0;  // semitones: sharps above 0, flats below

  /// 0 (C) to 11 (B).
  int PitchClass() const;
  /// "C", "F##", "Bb".
  std::string Text() const;
  /// The name `semitones` (mod 12) higher: as many letters up as fit, then accidentals, so that
  /// Bb + 1 is Cb and C + 1 is Db.
  NoteName Transposed(int semitones) const;
  bool operator==(const NoteName&) const = default;
};

/// A symbol that was parsed. A value, cheap to copy: its kind is shared, not copied.
class ChordSymbol {
 public:
  /// No chord.
  ChordSymbol() = default;

  bool IsNoChord() const { return kind_ == nullptr; }
  /// C for no chord, like the bass.
  const NoteName& root() const { return root_; }
  /// What follows the slash; else the root.
  const NoteName& bass() const { return bass_; }

  /// "Bbm7(add9)/F": as it was written, or as note-seq would read it where only we could.
  std::string Text() const;
  /// The same chord `semitones` (mod 12) higher. Kind and changes stay as text; no chord stays.
  ChordSymbol Transposed(int semitones) const;

  /// Changes that contradict the chord ("Cadd3", "Cno7") are an error of the following (exit 2):
  /// root, bass, text and transposition can be had all the same.

  /// 0..11, the kind's degrees in order and then those added; a pitch class may come twice, and the
  /// bass is not added. Empty for no chord.
  absl::StatusOr<std::vector<int>> PitchClasses() const;
  /// By the degrees 1, 3 and 5; kOther for no chord.
  absl::StatusOr<ChordQuality> Quality() const;
  /// All of it in a number.
  absl::StatusOr<ChordCode> Code() const;

 private:
  struct Kind {
    std::string text;  // kind and changes
    absl::StatusOr<std::vector<ChordDegree>> degrees;
  };
  friend class ChordSymbolParser;

  NoteName root_;
  NoteName bass_;
  bool has_bass_ = false;
  std::shared_ptr<const Kind> kind_;
};

/// Whose spelling is taken.
enum class ChordSpelling {
  kReference,  // what note-seq parses, and no more
  kCommon,     // also "C7sus4", "CΔ7", "C°", "Cø", "F♯m", "Cmi7", "Am7-5", "C 69", "NC", ...
};

/// Parses `text`; what note-seq parses means the same in either spelling. Errors (exit 2) name the
/// symbol and what of it is not understood. Linear in the size of `text`.
absl::StatusOr<ChordSymbol> ParseChordSymbol(std::string_view text,
                                             ChordSpelling spelling = ChordSpelling::kCommon);

}  // namespace magenta
