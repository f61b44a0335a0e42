#pragma once
// Scales by name: which pitch classes belong to them, from the tonic up.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace magenta {

struct Scale {
  std::string_view name;  // "harmonic_minor"
  uint16_t classes = 0;   // bit s: s semitones above the tonic

  /// Whether it has the tone `semitones` (0..11) above the tonic.
  constexpr bool Has(int semitones) const { return (classes >> semitones & 1) != 0; }
  /// Whether its third is minor, so that it stands on the tonic of a minor key.
  constexpr bool IsMinor() const { return Has(3) && !Has(4); }
  /// As one says it: "harmonic minor".
  std::string Text() const;
};

/// All of them, major and minor first. `minor` is natural minor; melodic minor is the ascending
/// one.
std::span<const Scale> Scales();
/// Null where none is called so.
const Scale* FindScale(std::string_view name);

}  // namespace magenta
