#pragma once
// Which events may be drawn where a request allows some pitches alone.

#include <optional>

#include "absl/status/statusor.h"
#include "magenta/generate/model.h"
#include "magenta/request/pitch_limits.h"

namespace magenta {

/// Allows every event that begins no note of a pitch of its own (holds, rests, time), and those
/// whose pitch, as it will sound, is one of a set.
class EventMask {
 public:
  /// `kind` outlives it; `transpose` as MusicKind::PitchOf takes it.
  EventMask(const MusicKind& kind, const PitchSet& pitches, int transpose)
      : kind_(&kind), pitches_(pitches), transpose_(transpose) {}

  bool Allows(Event event) const {
    const std::optional<int> pitch = kind_->PitchOf(event, transpose_);
    return !pitch.has_value() || pitches_[static_cast<size_t>(*pitch)];
  }

 private:
  const MusicKind* kind_;
  PitchSet pitches_;
  int transpose_;
};

/// What `limits` allow `model` after `primer`; nullopt where that is all. Where a scale has no key,
/// it stands in `key` (0..11, a major one), or, without it, the one that fits the primer's notes
/// best, and primer.notes say so. Error (exit 2): of the pitches that the model plays none is
/// allowed; the remedy names them.
absl::StatusOr<std::optional<EventMask>> MaskFor(const PitchLimits& limits, const Model& model,
                                                 std::optional<int> key, Primer& primer);

}  // namespace magenta
