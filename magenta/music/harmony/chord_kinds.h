#pragma once
// The kinds of chords that note-seq names, with their degrees.

#include <span>
#include <string_view>

namespace magenta {

/// One kind: how it is written, and its degrees ("1 b3 5").
struct ChordKindRow {
  std::string_view texts;    // alternatives, with a blank between two; the first names it
  std::string_view degrees;  // with a blank between two
};

/// In note-seq's order, which decides where pitches fit several kinds. One row's first text is
/// empty (major), its `texts` begins with a blank.
std::span<const ChordKindRow> ChordKinds();

}  // namespace magenta
