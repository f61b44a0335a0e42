#pragma once
// Parts that a request adds to a piece: what they are, where they lie among others, how they sound.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music/score/sheet.h"

namespace magenta {

/// From high to low.
enum class PartRole { kSoprano, kAlto, kChords, kTenor, kBass };

/// What is written where nothing is given.
inline constexpr std::string_view kPartsOfNoPiece = "soprano,alto,tenor,bass";

/// The roles that `text` names, by commas, in any case: soprano (or melody), alto, tenor, bass,
/// chords, and harmony: soprano, alto, tenor and bass but for those that are `given`. Errors
/// (exit 2): none of these; harmony, and nothing is missing.
absl::StatusOr<std::vector<PartRole>> ParseRoles(std::string_view text,
                                                 const std::vector<PartRole>& given);

/// The role that a part called `name` says it has, in any case: "Alto"; of others none.
std::optional<PartRole> RoleNamed(std::string_view name);
/// "Soprano".
std::string NameOfRole(PartRole role);
/// The voices of such a part, from high to low.
std::vector<VoiceRole> VoicesOfRole(PartRole role);
/// The pitch (MIDI) about which such a voice lies.
int MiddleOfRole(VoiceRole role);
/// A General MIDI program for it beside a part of program `beside`, if there is one.
int ProgramOfRole(PartRole role, std::optional<int> beside);

}  // namespace magenta
