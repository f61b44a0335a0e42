#pragma once
// How training hears a piece of several voices: each time as another task. Everything is drawn, or
// some voices are given, or all but some bars of some voices; in another key, with and without the
// controls that a user may leave out.

#include <cstdint>

#include "magenta/music/score/sheet.h"

namespace magenta {

struct VariedPiece {
  Sheet sheet;
  VoiceLines lines;
};

/// The piece of `sheet` and `lines` as the task that `key` draws, a pure function of all three.
/// Pitches stay within `low` .. `high` (MIDI, inclusive) where they are.
VariedPiece VaryPiece(const Sheet& sheet, const VoiceLines& lines, int low, int high, uint64_t key);

}  // namespace magenta
