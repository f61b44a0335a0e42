#include <fmt/core.h>

#include <algorithm>
#include <utility>

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

/// Above a bass that is added the lowest of several given lines is a tenor, unless it is called a
/// bass (a contrabass) or sounds like one.
void MakeRoomForBass(PartsDraft& draft) {
  if (draft.parts.size() < 2) return;
  for (PlannedPart& part : draft.parts) {
    const bool is_bass = InLowerCase(part.part.name).find("bass") != std::string::npos ||
                         (part.part.program >= kFirstBass && part.part.program <= kLastBass);
    if (part.role != PartRole::kBass || is_bass) continue;
    part.role = PartRole::kTenor;
    draft.plan.sheet.voices[part.voices.front()].role = VoiceRole::kTenor;
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
  if (std::find(roles.begin(), roles.end(), PartRole::kBass) != roles.end()) MakeRoomForBass(draft);
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
