#pragma once
// A piece cut for those who hear bars: whatever its tempo, beat for beat, and in the bars that a
// musician counts.

#include <vector>

#include "magenta/music.pb.h"

namespace magenta {

/// The parts of `sequence` between real changes of meter (music/meter_map.h), each of one tempo and
/// one meter, which begins on a bar line at 0 s: a pickup begins with rests. Keys and chords in
/// force where a part begins stand at its 0 s, as in music/split.h. Notes of no time, or before
/// 0 s, are left out, and pedals, pitch bends and the like. A sequence without notes gives none.
std::vector<NoteSequence> SplitByBars(NoteSequence sequence);

}  // namespace magenta
