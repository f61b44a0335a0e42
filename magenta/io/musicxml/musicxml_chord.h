#pragma once
// <harmony> as the chord symbols that Magenta writes: "Am7", "F6(add9)", "C/E", "N.C.".

#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

namespace magenta {

/// The symbol of a <harmony>, `transpose` semitones up; nothing when it has no root or a kind that
/// is not known.
std::optional<std::string> ChordSymbolText(pugi::xml_node harmony, int transpose);

/// <harmony> of a chord symbol: "Am7", "F#m7b5", "C(add9)/E"; its text as it is where the figure is
/// of no kind that MusicXML has, and "N.C." and the like as no chord.
std::string HarmonyElement(std::string_view symbol);

}  // namespace magenta
