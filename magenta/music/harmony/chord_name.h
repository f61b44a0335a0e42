#pragma once
// The symbol of a chord that sounds. Source of the rules: note-seq's pitches_to_chord_symbol.

#include <span>
#include <string>

#include "absl/status/statusor.h"

namespace magenta {

enum class ChordNaming {
  /// A symbol that ParseChordSymbol reads as these pitch classes (a bass outside the chord stands
  /// after the slash alone).
  kExact,
  /// What note-seq writes, two faults included: it adds a minor seventh as "addb7" and a major one
  /// as "add7", which mean others; and it leaves out the note that lies as far above the root as
  /// the bass lies above C.
  kReference,
};

/// Names the chord that `pitches` (MIDI, any order) make, the lowest being its bass: the root and
/// kind that explain most of them, the rest as changes. "N.C." for none. An error (exit 3) where no
/// kind fits, since a degree can't be there twice (clusters).
absl::StatusOr<std::string> NameChord(std::span<const int> pitches,
                                      ChordNaming naming = ChordNaming::kExact);

}  // namespace magenta
