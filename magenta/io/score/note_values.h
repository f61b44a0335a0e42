#pragma once
// Stretches of time as note values.

#include <utility>
#include <vector>

#include "magenta/io/score/notation.h"

namespace magenta {

/// Whether `ticks` is a power of two from a 64th on, or one with a dot: one printed note.
bool IsNoteValue(int ticks);

/// [begin, end) of a measure, cut into note values: at the strongest beats within, where it is none
/// by itself. `shift` is where the measure begins in its full bar (for a pickup). Ticks; a rest
/// below a 64th stands as it is.
std::vector<std::pair<int, int>> CutIntoValues(const WrittenMeasure& measure, int begin, int end,
                                               int shift);

/// The same within a triplet: lengths are two thirds of values.
std::vector<std::pair<int, int>> CutIntoTripletValues(int begin, int end);

}  // namespace magenta
