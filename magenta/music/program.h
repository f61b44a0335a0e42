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
/// ("piano") it is the first that holds those words. Errors (exit 2): none, with the nearest name;
/// drums, which channel 10 plays.
absl::StatusOr<int> ParseProgram(std::string_view text);

/// Which of several that `text` may mean ParseProgram takes, for the user: "guitar is program 24,
/// acoustic guitar (nylon); there are also ..."; "" where it means one, or none.
std::string ProgramNote(std::string_view text);

}  // namespace magenta
