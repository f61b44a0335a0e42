#include "magenta/request/pitch_limits.h"

#include <fmt/core.h>

#include "magenta/base/status.h"

namespace magenta {
namespace {

/// Semitones from the tonic of a major key up to that of its relative minor.
constexpr int kToRelativeMinor = 9;

const Scale* ScaleOfMode(const NamedKey& key) {
  return FindScale(key.is_minor.value_or(false) ? "minor" : "major");
}

}  // namespace

std::string TonalScale::Text() const {
  // Flats or sharps as the key of that mode has them.
  const std::string key = KeyText({tonic, scale->IsMinor()});
  return fmt::format("{} {}", key.substr(0, key.find(' ')), scale->Text());
}

std::optional<TonalScale> ScaleOfLimits(const PitchLimits& limits, int major_key) {
  if (limits.key.has_value()) {
    return TonalScale{limits.key->tonic,
                      limits.scale != nullptr ? limits.scale : ScaleOfMode(*limits.key)};
  }
  if (limits.scale == nullptr) return std::nullopt;
  return TonalScale{(major_key + (limits.scale->IsMinor() ? kToRelativeMinor : 0)) % 12,
                    limits.scale};
}

PitchSet AllowedPitches(const PitchLimits& limits, const std::optional<TonalScale>& scale) {
  PitchSet allowed;
  for (int pitch = limits.min_pitch; pitch <= limits.max_pitch; ++pitch) {
    allowed[pitch] = !scale.has_value() || scale->scale->Has((pitch - scale->tonic + 12) % 12);
  }
  return allowed;
}

absl::Status CheckPitchRange(const PitchLimits& limits, const char* prefix) {
  if (limits.min_pitch <= limits.max_pitch) return absl::OkStatus();
  return UsageError(fmt::format("{0}min_pitch={1} lies above {0}max_pitch={2}", prefix,
                                limits.min_pitch, limits.max_pitch),
                    "Give the lower pitch first: both are allowed, and what lies between them");
}

void SetPitchArgs(const PitchLimits& limits, GeneratorOptions& options) {
  auto& args = *options.mutable_args();
  const PitchLimits all;
  if (limits.key.has_value()) args[kKeyArg].set_string_value(KeyText(*limits.key));
  if (limits.scale != nullptr) args["scale"].set_string_value(std::string(limits.scale->name));
  if (limits.min_pitch != all.min_pitch) args["min_pitch"].set_int_value(limits.min_pitch);
  if (limits.max_pitch != all.max_pitch) args["max_pitch"].set_int_value(limits.max_pitch);
}

}  // namespace magenta
