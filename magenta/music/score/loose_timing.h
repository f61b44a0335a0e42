#pragma once
// Music as somebody played it, beside the music as one writes it down: a grid that is fine enough
// to hold triplets and sixteenths takes every note that comes early or late for one of its own.

#include <cstdint>
#include <optional>

#include "magenta/music.pb.h"
#include "magenta/music/quantize.h"

namespace magenta {

/// Whether `note`, quantized to kTicksPerQuarter at `qpm`, begins over a third of a tick from
/// there.
bool LiesOffGrid(const NoteSequence::Note& note, double qpm);

/// `piece`, quantized to kTicksPerQuarter, whose quarters are counted from `bar_line` (a tick), as
/// one writes it down; nullopt unless it was played loosely: of its notes but drums more than a
/// tenth begin an eighth of a tick or more from theirs, and more than a tenth on one that is
/// neither a sixteenth nor a triplet of eighths. Notes then begin and end on sixteenths, and on
/// triplets in quarters where both the second and the third of these begin something and triplets
/// lie nearer to all that begins there. A note lasts a sixteenth at least.
std::optional<QuantizedSequence> WrittenDown(const QuantizedSequence& piece, int64_t bar_line);

/// The same of a player who is heard while they play, of whom only what came before is known.
class PlayersTicks {
 public:
  /// The tick that the next note is meant to begin on, `place` ticks after a quarter of the music:
  /// the nearest one while most of the last notes lie on theirs; else the nearest sixteenth, or
  /// triplet of eighths where the last notes lie nearer to these.
  int64_t Next(double place);

 private:
  bool begun_ = false;
  // Means of the last few notes: how many lie beside their ticks, and the squares of how far they
  // lie from sixteenths and triplets.
  double loose_ = 0, sixteenths_ = 0, triplets_ = 0;
};

}  // namespace magenta
