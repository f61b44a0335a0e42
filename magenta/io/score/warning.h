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

/// "line 12: lyrics"
inline std::string WarningLine(const ScoreWarning& warning) {
  if (warning.line <= 0) return warning.text;
  return "line " + std::to_string(warning.line) + ": " + warning.text;
}

/// What both readers say of D.C., D.S. and the like: as for the reference, the order of play comes
/// from ABC's repeats and endings alone.
inline constexpr char kJumpsLeftOut[] =
    "jumps (D.C., D.S., coda, fine): the notes stand once, as written";

}  // namespace magenta
