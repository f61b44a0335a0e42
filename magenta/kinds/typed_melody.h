#pragma once
// A melody as a user types it: a list of events, note names, or ABC.

#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music/event.h"

namespace magenta {

/// A tune in ABC, whole: with X: and K:.
struct TypedAbc {
  std::string text;
};
using TypedMelody = std::variant<std::vector<Event>, TypedAbc>;

/// Reads --primer_melody:
///   "[60, -2, 62, -1]"    a step each: MIDI pitches, -2 no event, -1 note off; () or nothing
///   around "C4 - D4 - Bb3:4 ."   a step each: names with octaves (C4 = 60; #, b), - or _ holds, .
///   or r ends
///                         the note; :N after any of them: N steps
///   "abc: GAB c2d |"      ABC; also told by a bar line or a field (K:G). Fields may stand before
///   it
/// Errors (exit 2) name the event and the remedy.
absl::StatusOr<TypedMelody> ReadTypedMelody(const std::string& text);

}  // namespace magenta
