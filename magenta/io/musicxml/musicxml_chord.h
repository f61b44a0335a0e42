#pragma once
// <harmony> as the chord symbols that Magenta writes: "Am7", "F6(add9)", "C/E", "N.C.".

#include <optional>
#include <pugixml.hpp>
#include <string>

namespace magenta {

/// The symbol of a <harmony>, `transpose` semitones up; nothing when it has no root or a kind that
/// is not known.
std::optional<std::string> ChordSymbolText(pugi::xml_node harmony, int transpose);

}  // namespace magenta
