#pragma once
// What a score reader leaves out, and where.

#include <string>

namespace magenta {

/// Something in a score that the NoteSequence does not hold (lyrics, ornaments, ...), or that was
/// understood only with a guess. `line` counts from 1 in the file; 0 when no line is known.
struct ScoreWarning {
  int line = 0;
  std::string text;
};

}  // namespace magenta
