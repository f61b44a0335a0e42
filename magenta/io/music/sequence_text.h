#pragma once
// The texts of a NoteSequence: protocol buffers hold UTF-8 alone, and a message with any other text
// can be written but not read again.

#include <string>

#include "magenta/music.pb.h"

namespace magenta {

/// Makes `text` UTF-8 by the rule of ToUtf8; what is UTF-8 stays untouched.
void MakeUtf8(std::string& text);

/// MakeUtf8 for every text of `sequence`. Its time does not grow with the number of notes.
void MakeTextUtf8(NoteSequence& sequence);

}  // namespace magenta
