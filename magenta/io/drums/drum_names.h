#pragma once
// What the lines of a drum grid are called: "BD", "CH" (docs/formats/drums.md has the table).

#include <optional>
#include <string>
#include <string_view>

namespace magenta {

/// The MIDI pitch that a line's name means, in any case: "BD", "hh", "58". nullopt for what is no
/// name and no pitch 0..127.
std::optional<int> DrumPitchOf(std::string_view name);

/// "BD" for 36; the number for a pitch that has no name.
std::string DrumNameOf(int pitch);

/// Where a pitch's line stands in a part that is written: cymbals first, the bass drum after the
/// other drums of a kit, hand percussion last.
int DrumLineOrder(int pitch);

/// "CR, RD, ...": all names, for errors.
std::string DrumNames();

}  // namespace magenta
