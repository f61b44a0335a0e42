#pragma once
// Major scales: how well notes fit each of the twelve keys.

#include <array>

#include "magenta/music/event.h"

namespace magenta {

/// Counts by pitch class or by key, C = 0 to B = 11.
using TwelveCounts = std::array<int, 12>;

/// Whether `pitch` (MIDI) belongs to the major scale on `key` (0..11).
constexpr bool InMajorKey(Event pitch, int key) {
  constexpr bool kScale[12] = {true,  false, true,  false, true,  true,
                               false, true,  false, true,  false, true};
  return kScale[((pitch - key) % 12 + 12) % 12];
}

/// Adds `times` to the count of each of the seven keys that `pitch` belongs to.
constexpr void CountMajorKeys(Event pitch, TwelveCounts& keys, int times = 1) {
  for (int key = 0; key < 12; ++key) keys[key] += InMajorKey(pitch, key) ? times : 0;
}

}  // namespace magenta
