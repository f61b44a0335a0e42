#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/request/continuation.h"
#include "magenta/request/parts/parts_draft.h"
#include "magenta/request/words.h"

namespace magenta {
namespace {

constexpr int kMostInstrument = 1 << 30;
constexpr int kFirstBass = 32, kLastBass = 39;  // programs of General MIDI

std::string FreeName(const PartsDraft& draft, const std::string& name) {
  const auto is_taken = [&](const std::string& wanted) {
    const auto same = [&](std::string_view other) {
      return InLowerCase(other) == InLowerCase(wanted);
    };
    return std::any_of(draft.parts_there.begin(), draft.parts_there.end(),
                       [&](const Part& part) { return same(part.name); }) ||
           std::any_of(draft.plan.added.begin(), draft.plan.added.end(),
                       [&](const AddedPart& part) { return same(part.name); });
  };
  if (!is_taken(name)) return name;
  int number = 2;
  while (is_taken(fmt::format("{} {}", name, number))) ++number;
  return fmt::format("{} {}", name, number);
}

int ProgramOf(const PartsDraft& draft, PartRole role) {
  if (draft.args.program.has_value()) return *draft.args.program;
  const auto given = std::find_if(draft.parts.begin(), draft.parts.end(),
                                  [](const PlannedPart& part) { return !part.is_new; });
  return ProgramOfRole(
      role, given != draft.parts.end() ? std::optional(given->part.program) : std::nullopt);
}

/// A voice of a choir, and about where it lies.
struct ChoirVoice {
  PartRole role;
  int middle;
};
constexpr ChoirVoice kChoir[] = {
    {PartRole::kSoprano, 71}, {PartRole::kAlto, 64}, {PartRole::kTenor, 57}, {PartRole::kBass, 50}};

/// Whether nobody says which voice the line `part` is: its role is a guess.
bool HasGuessedRole(const PlannedPart& part) {
  const bool is_bass = InLowerCase(part.part.name).find("bass") != std::string::npos ||
                       (part.part.program >= kFirstBass && part.part.program <= kLastBass);
  return part.voices.size() == 1 && !RoleNamed(part.part.name).has_value() && !is_bass;
}

/// Of `free` roles those of `lines`, both from high to low, to which they lie nearest; the highest
/// line is the soprano where that is free, unless it is a bass alone. Empty where they are too few.
std::vector<PartRole> NearestRoles(const PartsDraft& draft, const std::vector<PlannedPart*>& lines,
                                   const std::vector<ChoirVoice>& free) {
  std::vector<PartRole> nearest;
  double least = std::numeric_limits<double>::infinity();
  for (unsigned taken = 0; taken < 1u << free.size(); ++taken) {
    if (std::popcount(taken) != static_cast<int>(lines.size())) continue;
    std::vector<PartRole> roles;
    double distance = 0;
    for (size_t i = 0; i < free.size(); ++i) {
      if ((taken >> i & 1) == 0) continue;
      const PlannedPart& line = *lines[roles.size()];
      const double mean = MeanPitch(draft.plan.sheet.voices[line.voices.front()]);
      distance += std::abs(mean - free[i].middle);
      roles.push_back(free[i].role);
    }
    const bool is_tune = lines.front()->role == PartRole::kSoprano;
    const bool is_soprano_free = free.front().role == PartRole::kSoprano;
    if (is_tune && is_soprano_free && roles.front() != PartRole::kSoprano) continue;
    if (distance < least) std::tie(least, nearest) = std::pair(distance, roles);
  }
  return nearest;
}

/// Given lines of which nobody says what they are make room for what is added: under a new soprano
/// a tune is an alto, and above a new bass the lowest of several lines a tenor.
void MakeRoom(PartsDraft& draft, std::string_view wanted) {
  std::vector<PartRole> taken;  // what is named, without what harmony would add
  for (const std::string_view name : WordsOf(wanted, ',')) {
    if (const auto role = RoleNamed(name)) taken.push_back(*role);
  }
  std::vector<PlannedPart*> lines;
  for (PlannedPart& part : draft.parts) {
    if (HasGuessedRole(part)) {
      lines.push_back(&part);
    } else {
      taken.push_back(part.role);
    }
  }
  if (lines.empty()) return;
  std::vector<ChoirVoice> free;
  for (const ChoirVoice& voice : kChoir) {
    if (std::find(taken.begin(), taken.end(), voice.role) == taken.end()) free.push_back(voice);
  }
  const std::vector<PartRole> roles = NearestRoles(draft, lines, free);
  for (size_t i = 0; i < roles.size(); ++i) {
    lines[i]->role = roles[i];
    draft.plan.sheet.voices[lines[i]->voices.front()].role = VoicesOfRole(roles[i]).front();
  }
}

/// The new part's voices stand before the first part that is lower.
void Insert(PartsDraft& draft, PartRole role, const AddedPart& added) {
  const auto next = std::find_if(draft.parts.begin(), draft.parts.end(),
                                 [&](const PlannedPart& part) { return part.role > role; });
  const int at = next == draft.parts.end() ? static_cast<int>(draft.plan.sheet.voices.size())
                                           : next->voices.front();
  const std::vector<VoiceRole> voices = VoicesOfRole(role);
  const int count = static_cast<int>(voices.size());
  for (PlannedPart& part : draft.parts) {
    for (int& voice : part.voices) voice += voice >= at ? count : 0;
  }
  PlannedPart part;
  part.part.number = 0;
  part.part.instrument = added.instrument;
  part.part.name = added.name;
  part.role = role;
  part.is_new = true;
  for (int i = 0; i < count; ++i) {
    SheetVoice voice;
    voice.role = voices[i];
    draft.plan.sheet.voices.insert(draft.plan.sheet.voices.begin() + at + i, voice);
    draft.plan.instruments.insert(draft.plan.instruments.begin() + at + i, added.instrument);
    part.voices.push_back(at + i);
  }
  draft.parts.insert(next, std::move(part));
}

}  // namespace

absl::Status AddNewParts(PartsDraft& draft) {
  std::string wanted = draft.args.parts.add;
  if (wanted.empty() && draft.plan.sheet.voices.empty()) wanted = kPartsOfNoPiece;
  if (wanted.empty()) {
    if (draft.args.program.has_value()) {
      draft.plan.notes.emplace_back("program is the sound of new parts, and none is added");
    }
    return absl::OkStatus();
  }
  if (!draft.args.program_note.empty()) draft.plan.notes.push_back(draft.args.program_note);
  MakeRoom(draft, wanted);
  std::vector<PartRole> given;
  for (const PlannedPart& part : draft.parts) given.push_back(part.role);
  MAGENTA_ASSIGN_OR_RETURN(const std::vector<PartRole> roles, ParseRoles(wanted, given));
  int voices = static_cast<int>(draft.plan.sheet.voices.size());
  for (const PartRole role : roles) voices += static_cast<int>(VoicesOfRole(role).size());
  if (voices > kMaxVoices) {
    return UsageError(fmt::format("add={}: with them the piece has {} voices", wanted, voices),
                      fmt::format("At most {}: add fewer (a part of chords is {}), or give fewer",
                                  kMaxVoices, VoicesOfRole(PartRole::kChords).size()));
  }
  int instrument = FreeInstrument(draft.plan.input);
  for (const PartRole role : roles) {
    AddedPart added{instrument, FreeName(draft, NameOfRole(role)), ProgramOf(draft, role)};
    Insert(draft, role, added);
    draft.plan.added.push_back(std::move(added));
    if (instrument < kMostInstrument) ++instrument;
  }
  return absl::OkStatus();
}

}  // namespace magenta
