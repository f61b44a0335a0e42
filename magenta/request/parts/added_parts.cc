#include "magenta/request/parts/added_parts.h"

#include <fmt/core.h>

#include <algorithm>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/request/words.h"

namespace magenta {
namespace {

struct RoleName {
  std::string_view name;
  PartRole role;
};

constexpr RoleName kRoleNames[] = {{"soprano", PartRole::kSoprano}, {"melody", PartRole::kSoprano},
                                   {"alto", PartRole::kAlto},       {"tenor", PartRole::kTenor},
                                   {"bass", PartRole::kBass},       {"chords", PartRole::kChords}};

const RoleName* FindRole(const std::string& name) {
  const auto* const found = std::find_if(std::begin(kRoleNames), std::end(kRoleNames),
                                         [&](const RoleName& known) { return known.name == name; });
  return found == std::end(kRoleNames) ? nullptr : found;
}

absl::Status AddMissing(const std::vector<PartRole>& given, std::vector<PartRole>& roles) {
  bool adds = false;
  for (const PartRole role :
       {PartRole::kSoprano, PartRole::kAlto, PartRole::kTenor, PartRole::kBass}) {
    const auto is_in = [role](const std::vector<PartRole>& some) {
      return std::find(some.begin(), some.end(), role) != some.end();
    };
    if (is_in(given) || is_in(roles)) continue;
    roles.push_back(role);
    adds = true;
  }
  if (adds) return absl::OkStatus();
  return UsageError("add=harmony: soprano, alto, tenor and bass are all there",
                    "Name the parts to add, or the bars to fill");
}

}  // namespace

absl::StatusOr<std::vector<PartRole>> ParseRoles(std::string_view text,
                                                 const std::vector<PartRole>& given) {
  std::vector<PartRole> roles;
  for (const std::string_view piece : WordsOf(text, ',')) {
    const std::string name = InLowerCase(piece);
    if (const RoleName* const found = FindRole(name)) {
      roles.push_back(found->role);
    } else if (name == "harmony") {
      MAGENTA_RETURN_IF_ERROR(AddMissing(given, roles));
    } else {
      return UsageError(fmt::format("add: {} is no part that can be added", ShownText(name)),
                        "Give soprano (or melody), alto, tenor, bass, chords or harmony, several "
                        "by commas");
    }
  }
  return roles;
}

std::optional<PartRole> RoleNamed(std::string_view name) {
  const RoleName* const found = FindRole(InLowerCase(name));
  return found == nullptr ? std::nullopt : std::optional(found->role);
}

std::string NameOfRole(PartRole role) {
  switch (role) {
    case PartRole::kSoprano: return "Soprano";
    case PartRole::kAlto: return "Alto";
    case PartRole::kTenor: return "Tenor";
    case PartRole::kBass: return "Bass";
    case PartRole::kChords: return "Chords";
  }
  return "";
}

std::vector<VoiceRole> VoicesOfRole(PartRole role) {
  switch (role) {
    case PartRole::kSoprano: return {VoiceRole::kMelody};
    case PartRole::kAlto: return {VoiceRole::kAlto};
    case PartRole::kTenor: return {VoiceRole::kTenor};
    case PartRole::kBass: return {VoiceRole::kBass};
    case PartRole::kChords: break;
  }
  return {VoiceRole::kChordTop, VoiceRole::kChordInner, VoiceRole::kChordBottom};
}

int MiddleOfRole(VoiceRole role) {
  switch (role) {
    case VoiceRole::kMelody: return 72;
    case VoiceRole::kAlto: return 66;
    case VoiceRole::kTenor: return 58;
    case VoiceRole::kBass: return 48;
    case VoiceRole::kChordTop: return 65;
    case VoiceRole::kChordInner: return 60;
    case VoiceRole::kChordBottom: return 55;
  }
  return 60;
}

// Programs from 0: 0 to 7 pianos, to 15 bells, to 23 organs, to 31 guitars, to 39 basses, to 51
// strings, 52 to 55 voices, then winds and others.
int ProgramOfRole(PartRole role, std::optional<int> beside) {
  constexpr int kPiano = 0, kGuitar = 24, kBassGuitar = 33, kViolin = 40, kStrings = 48,
                kChoir = 52, kBrass = 56;
  if (role == PartRole::kChords) return kPiano;
  if (!beside.has_value()) return kChoir;
  if (*beside < kGuitar) return *beside;  // those have all ranges
  if (*beside < kViolin) return role == PartRole::kBass ? kBassGuitar : kGuitar;
  if (*beside >= kChoir && *beside < kBrass) return kChoir;
  return kStrings;
}

}  // namespace magenta
