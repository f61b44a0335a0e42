#pragma once
// The kinds of chords that note-seq names, and their degrees.

#include <string_view>
#include <vector>

namespace magenta {

/// A degree of a chord: 1 is the root, 9 a second an octave higher.
struct ChordDegree {
  int degree = 1;
  int alteration = 0;  // semitones from the major scale's
  bool operator==(const ChordDegree&) const = default;
};

/// Of "b3", "#5", "bb7" or "13". Only for well-formed text.
ChordDegree ChordDegreeOf(std::string_view text);

/// One kind.
struct ChordKind {
  std::vector<std::string_view> texts;  // how it is written; the first names it, "" for major
  std::vector<ChordDegree> degrees;
};

/// In note-seq's order, which decides where pitches fit several kinds.
const std::vector<ChordKind>& ChordKinds();

}  // namespace magenta
