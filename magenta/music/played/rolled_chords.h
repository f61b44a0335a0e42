#pragma once
// Chords whose notes somebody strikes one after another.

#include "magenta/music.pb.h"
#include "magenta/music/played/places.h"

namespace magenta {

/// Lets the notes of chords that are struck one after another begin with that one of them which is
/// nearest to a sixteenth: each comes up to 50 ms after the one before, and a quarter of a second
/// after the first, and the others sound on for half of it at least. Returns whether any are.
bool StrikeChordsAtOnce(const BarCount& count, NoteSequence& played);

}  // namespace magenta
