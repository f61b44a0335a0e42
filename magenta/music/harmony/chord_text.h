#pragma once
// Which texts of a score are chord symbols: beside those that can be read, those that are meant as
// one, which a reader keeps so that they can be named.

#include <string>
#include <string_view>
#include <vector>

#include "magenta/music.pb.h"

namespace magenta {

/// Whether `text` is a chord symbol or is meant as one. That is what parses, in the common
/// spelling, and what begins with a root (H is the German B) and is no word: of "Gxyz", "H7",
/// "Fsus9x" some chord is meant; "Chorus", "Allegro", "B section" and "D.C." are words.
bool LooksLikeChordSymbol(std::string_view text);

/// The chord symbols of `sequence` that can't be read, each once: "\"H7\" is no chord symbol: ...,
/// at 3.5 s (4 times)". Of more than ten the rest are counted.
std::vector<std::string> UnreadableChords(const NoteSequence& sequence);

}  // namespace magenta
