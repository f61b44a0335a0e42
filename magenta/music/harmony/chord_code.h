#pragma once
// A chord as one number a step: what a model that is conditioned on chords reads.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace magenta {

/// The shape of a chord's triad. The numbers are those of note-seq.
enum class ChordQuality {
  kMajor = 0,
  kMinor = 1,
  kAugmented = 2,
  kDiminished = 3,
  kOther = 4,  // without a third or a fifth, or altered otherwise
};

/// A chord packed into 23 bits: from the lowest, 12 for its pitch classes (bit p is set where pitch
/// class p sounds), 4 for the root, 4 for the bass, 3 for the quality. kNoChord is no chord at all;
/// no other packs into 0, since a triad has pitch classes and what is no triad has a quality.
using ChordCode = int32_t;

/// "N.C.", nobody plays chords.
inline constexpr ChordCode kNoChord = 0;
/// Every code is less than this.
inline constexpr ChordCode kChordCodeEnd = 5 << 20;

/// What a ChordCode holds. Pitch classes are 0 (C) to 11 (B).
struct ChordFields {
  int root = 0;
  int bass = 0;
  ChordQuality quality = ChordQuality::kMajor;
  int pitch_classes = 0;  // bit p: pitch class p; the bass is not added
  bool operator==(const ChordFields&) const = default;
};

/// `fields` must be of a chord (checked: root and bass 0..11, 12 bits of pitch classes).
ChordCode PackChord(const ChordFields& fields);
/// The fields of a code that is not kNoChord and IsChordCode() (checked).
ChordFields UnpackChord(ChordCode code);
/// Whether PackChord() could have given `code`, or it is kNoChord.
bool IsChordCode(ChordCode code);

/// The chord `semitones` higher (or lower); kNoChord stays.
ChordCode TransposeChord(ChordCode code, int semitones);

/// Classes of the triad codec: no chord, and four qualities on twelve roots.
inline constexpr int kTriadClasses = 49;
/// 0 for kNoChord, 1 + root major, 13 + root minor, 25 + root augmented, 37 + root diminished;
/// nullopt for other qualities, which that codec has no class for.
std::optional<int> TriadClass(ChordCode code);
/// "C", "C#", ..., "Eb", ..., as note-seq spells roots: of pitch class 0 to 11 (checked).
std::string_view ChordRootName(int pitch_class);

/// The symbol of a class 0..48 (checked) as note-seq spells it: "N.C.", "C#", "C#m", "Ebaug",
/// "Bdim".
std::string TriadSymbol(int triad_class);

/// Inputs of the pitch codec: no chord, root, pitch classes, bass.
inline constexpr int kChordPitchInputs = 37;
/// The inputs that are 1, ascending: 0 alone for kNoChord, else 1 + root, 13 + each pitch class and
/// 25 + bass.
std::vector<int> ChordPitchInputs(ChordCode code);

}  // namespace magenta
