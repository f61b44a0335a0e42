#pragma once
// What a score reader leaves out, and where.

#include <cstdint>
#include <string>

namespace magenta {

/// Something in a score that the NoteSequence does not hold (lyrics, ornaments, ...), or that was
/// understood only with a guess. One a kind: `line` is that of the first, counted from 1 in the
/// file (0 when no line is known), `count` says how many there are.
struct ScoreWarning {
  int line = 0;
  std::string text;
  int64_t count = 1;
};

/// "line 12: lyrics", "line 12: lyrics (3 times)"
inline std::string WarningLine(const ScoreWarning& warning) {
  std::string text = warning.line > 0 ? "line " + std::to_string(warning.line) + ": " : "";
  text += warning.text;
  if (warning.count > 1) text += " (" + std::to_string(warning.count) + " times)";
  return text;
}

/// What ABC's reader says of D.C., D.S. and the like: as for the reference, the order of play comes
/// from its repeats and endings alone.
inline constexpr char kJumpsLeftOut[] =
    "jumps (D.C., D.S., coda, fine): the notes stand once, as written";

}  // namespace magenta
