#pragma once

namespace magenta {

/// MIDI's controllers of pedals.
inline constexpr int kSustainPedal = 64, kSostenutoPedal = 66, kSoftPedal = 67;

}  // namespace magenta
