#pragma once
// General MIDI's 128 instruments: their names and numbers.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace magenta {

/// "flute" for 73: General MIDI level 1, in small letters. "" outside 0..127.
std::string_view ProgramName(int program);

/// The program (0..127, as in MIDI and NoteSequences) that `text` names: a number, or a name in any
/// case with blanks, '-' or '_' between its words ("Tenor Sax", "tenor_sax"). Of a part of a name
/// ("piano") it is the first that holds those words. Error (exit 2) with the nearest name.
absl::StatusOr<int> ParseProgram(std::string_view text);

}  // namespace magenta
