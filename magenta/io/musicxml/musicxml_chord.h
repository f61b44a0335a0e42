#pragma once
// <harmony> as the chord symbols that Magenta writes: "Am7", "F6(add9)", "C/E", "N.C.".

#include <pugixml.hpp>
#include <string>
#include <string_view>

namespace magenta {

/// The symbol of a <harmony>, `transpose` semitones up. Of a kind that is not known its text, as it
/// is written ("C7sus4"), else its name ("C(Neapolitan)"): what is no chord stays, to be named.
std::string ChordSymbolText(pugi::xml_node harmony, int transpose);

/// Whether a note of it is altered by more than two semitones: a root or bass has the name of its
/// pitch then ("F" for C and 5), and a degree is none, to be named.
bool IsAlteredFar(pugi::xml_node harmony);

/// <harmony> of a chord symbol: "Am7", "F#m7b5", "C(add9)/E", read again as the same chord. As kind
/// "other" with its text where MusicXML has no such kind or the symbol is no chord, and "N.C." and
/// the like as no chord.
std::string HarmonyElement(std::string_view symbol);

}  // namespace magenta
