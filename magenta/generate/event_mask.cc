#include "magenta/generate/event_mask.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/music/key.h"

namespace magenta {
namespace {

/// The major key that holds most notes of `primer`, the lowest on ties, as Melody::MajorKey().
int MajorKeyOf(const MusicKind& kind, const Primer& primer) {
  TwelveCounts keys{};
  for (const Event event : primer.played) {
    if (const auto pitch = kind.PitchOf(event, 0)) CountMajorKeys(*pitch, keys);
  }
  return static_cast<int>(std::max_element(keys.begin(), keys.end()) - keys.begin());
}

/// Every pitch that can sound after a primer that was moved by `transpose`.
PitchSet PlayedPitches(const Model& model, int transpose) {
  PitchSet played;
  const auto encoder = model.codec->NewEncoder();
  for (int label = 0; label < model.codec->num_classes(); ++label) {
    const auto pitch = model.spec->kind->PitchOf(encoder->DecodeOne(label), transpose);
    if (pitch.has_value()) played.set(static_cast<size_t>(*pitch));
  }
  return played;
}

absl::Status NoPitchLeft(const PitchLimits& limits, const std::optional<TonalScale>& scale,
                         const Model& model, const PitchSet& played) {
  int low = 0, high = 127;
  while (low < high && !played[low]) ++low;
  while (high > low && !played[high]) --high;
  return UsageError(
      fmt::format("no pitch {}from {} to {} is one that {} can play after this primer",
                  scale.has_value() ? fmt::format("of {} ", scale->Text()) : "", limits.min_pitch,
                  limits.max_pitch, model.id),
      fmt::format("It plays pitches from {} to {}: let min_pitch and max_pitch hold some of them",
                  low, high));
}

}  // namespace

absl::StatusOr<std::optional<EventMask>> MaskFor(const PitchLimits& limits, const Model& model,
                                                 std::optional<int> key, Primer& primer) {
  const MusicKind& kind = *model.spec->kind;
  if (!limits.given()) return std::nullopt;
  if (!DrawsPitches(*model.codec, kind)) {
    return UsageError(fmt::format("key, scale, min_pitch and max_pitch are for pitches, and {} "
                                  "draws none",
                                  model.id),
                      "Leave them out, or choose a model of melodies");
  }
  const int music_key = key.has_value() ? *key : MajorKeyOf(kind, primer);
  const std::optional<TonalScale> scale = ScaleOfLimits(limits, music_key);
  if (limits.NeedsKey()) {
    primer.notes.push_back(fmt::format("the scale is {}: the primer is taken to be in {} or {}",
                                       scale->Text(), KeyText({music_key, false}),
                                       KeyText({(music_key + 9) % 12, true})));
  }
  const PitchSet allowed = AllowedPitches(limits, scale);
  const PitchSet played = PlayedPitches(model, primer.transpose);
  if ((allowed & played).none()) return NoPitchLeft(limits, scale, model, played);
  if ((allowed & played) == played) return std::nullopt;
  return EventMask(kind, allowed, primer.transpose);
}

}  // namespace magenta
