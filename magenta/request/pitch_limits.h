#pragma once
// Which pitches a request allows: its arguments key, scale, min_pitch and max_pitch.

#include <bitset>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "magenta/generator.pb.h"
#include "magenta/music/harmony/scale.h"
#include "magenta/music/key.h"

namespace magenta {

/// Of MIDI pitches 0..127.
using PitchSet = std::bitset<128>;

inline constexpr char kKeyArg[] = "key";

/// As a request says them; by default all are allowed. Pitches are MIDI's, as they sound.
struct PitchLimits {
  std::optional<NamedKey> key;
  /// One of Scales(); null: that of the key's mode, major where it has none.
  const Scale* scale = nullptr;
  /// Inclusive.
  int min_pitch = 0;
  int max_pitch = 127;

  bool operator==(const PitchLimits&) const = default;
  bool given() const { return *this != PitchLimits(); }
  /// Whether the tonic of a scale must be found in the music.
  bool NeedsKey() const { return scale != nullptr && !key.has_value(); }
};

/// A scale on a tonic.
struct TonalScale {
  int tonic = 0;  // 0..11
  const Scale* scale = nullptr;

  std::string Text() const;  // "D dorian"
};

/// The scale that `limits` name, if any: on their key; without one on that of the music, which is
/// taken to be in `major_key` (0..11) or its relative minor: a scale with a minor third stands on
/// the tonic of the latter.
std::optional<TonalScale> ScaleOfLimits(const PitchLimits& limits, int major_key);

/// The pitches from min_pitch to max_pitch that belong to `scale`, if there is one.
PitchSet AllowedPitches(const PitchLimits& limits, const std::optional<TonalScale>& scale);

/// Error (exit 2): min_pitch lies above max_pitch. `prefix` stands before the names: "--" of flags.
absl::Status CheckPitchRange(const PitchLimits& limits, const char* prefix = "");

/// Says `limits` in the arguments of a request; what is as by default stays unsaid.
void SetPitchArgs(const PitchLimits& limits, GeneratorOptions& options);

}  // namespace magenta
