#include <fmt/core.h>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/request/parts/parts_draft.h"

namespace magenta {
namespace {

/// Limits of pitch that contradict what is given.
absl::Status CheckPitches(const PartsDraft& draft) {
  if (!draft.args.pitches.given()) return absl::OkStatus();
  const auto scale = ScaleOfLimits(draft.args.pitches, draft.plan.key);
  const PitchSet allowed = AllowedPitches(draft.args.pitches, scale);
  const PitchSet in_scale =
      AllowedPitches({draft.args.pitches.key, draft.args.pitches.scale, 0, 127}, scale);
  int64_t given = 0, fit = 0, kept = 0, kept_fit = 0;
  for (const SheetVoice& voice : draft.plan.sheet.voices) {
    for (const VoiceNote& note : voice.notes) ++given, fit += in_scale[note.pitch] ? 1 : 0;
    if (voice.keep != Keep::kPitches) continue;
    for (const VoiceNote& note : voice.kept) ++kept, kept_fit += allowed[note.pitch] ? 1 : 0;
  }
  if (given > 0 && fit == 0) {
    return UsageError(fmt::format("{} holds none of the {} that {} given", scale->Text(),
                                  Counted(given, "note"), given == 1 ? "is" : "are"),
                      "Choose a key and scale that have some, or leave them out");
  }
  if (kept_fit < kept) {
    return UsageError(
        fmt::format("keep=pitches keeps {} that key, scale, min_pitch and max_pitch forbid",
                    Counted(kept - kept_fit, "pitch", "pitches")),
        "Leave keep or the limits out");
  }
  return absl::OkStatus();
}

/// What is refused must leave another pitch where one is to begin.
void RefuseNoLastPitch(PartsDraft& draft) {
  const PitchSet drawable =
      AllowedPitches(draft.args.pitches, ScaleOfLimits(draft.args.pitches, draft.plan.key)) &
      draft.playable;
  size_t erased = 0;
  for (SheetVoice& voice : draft.plan.sheet.voices) {
    if (voice.keep != Keep::kRhythm) continue;
    erased += std::erase_if(voice.refused, [&](const RefusedPitch& refused) {
      PitchSet others = drawable;
      return others.reset(static_cast<size_t>(refused.pitch)).none();
    });
  }
  if (erased == 0) return;
  draft.plan.notes.emplace_back(
      "vary: key, scale, min_pitch and max_pitch leave no other pitch, so the old one comes back");
}

/// Octaves that bring `pitch` to one that is played: the fewest. What has none stays.
int Playable(const PartsDraft& draft, int pitch) {
  for (int octaves = 0; octaves <= 10; ++octaves) {
    for (const int moved : {pitch - 12 * octaves, pitch + 12 * octaves}) {
      if (moved >= 0 && moved <= 127 && draft.playable[moved]) return moved;
    }
  }
  return pitch;
}

void MoveIntoRange(PartsDraft& draft) {
  const auto move = [&](std::vector<VoiceNote>& notes) {
    int64_t moved = 0;
    for (VoiceNote& note : notes) {
      const int playable = Playable(draft, note.pitch);
      moved += playable != note.pitch ? 1 : 0;
      note.pitch = playable;
    }
    return moved;
  };
  for (auto& line : draft.plan.lines) move(line);
  for (SheetVoice& voice : draft.plan.sheet.voices) {
    for (RefusedPitch& refused : voice.refused) refused.pitch = Playable(draft, refused.pitch);
  }
  int64_t moved = 0;
  for (SheetVoice& voice : draft.plan.sheet.voices) {
    moved += move(voice.notes) + move(voice.kept);
  }
  if (moved == 0) return;
  int low = 0, high = 127;
  while (low < high && !draft.playable[low]) ++low;
  while (high > low && !draft.playable[high]) --high;
  draft.plan.notes.push_back(
      fmt::format("{} outside the model's range, {} to {}: heard octaves nearer, "
                  "kept as played",
                  Counted(moved, "note"), PitchText(low, draft.plan.sheet.key),
                  PitchText(high, draft.plan.sheet.key)));
}

}  // namespace

absl::Status FitGivenPitches(PartsDraft& draft) {
  MAGENTA_RETURN_IF_ERROR(CheckPitches(draft));
  MoveIntoRange(draft);
  RefuseNoLastPitch(draft);
  return absl::OkStatus();
}

}  // namespace magenta
