#pragma once
// When the ticks of a parsed file are.

#include "magenta/io/midi/midi_warnings.h"
#include "magenta/io/midi/smf_parser.h"
#include "magenta/io/midi/tick_clock.h"

namespace magenta {

/// Ticks a quarter; in a file that counts frames, those of a quarter at 120 a minute.
int TicksPerQuarterOf(const SmfFile& file);

/// The clock of `file`'s tempos: a tempo at tick 0 replaces the 120 that a file begins with; a
/// later one that changes nothing is left out.
TickClock ClockOf(const SmfFile& file, MidiWarnings& warnings);

}  // namespace magenta
