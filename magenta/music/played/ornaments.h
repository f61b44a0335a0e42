#pragma once
// Graces, mordents, slides and trills as somebody plays them: notes far shorter than any that is
// written beside them. One writes the note that they adorn, with a sign.

#include <vector>

#include "magenta/music.pb.h"
#include "magenta/music/played/places.h"

namespace magenta {

/// Takes ornaments out of `played`, quantized to kTicksPerQuarter; drums have none. Returns, of
/// each of its notes before, the index of that in which it is heard now: itself or what it adorned.
///
/// - Graces, slides, turns: notes of at most 80 ms (and a fifth of a quarter), each of which leads
///   to another of its instrument, an octave away at most; all last up to a quarter of a second,
///   and the last one is over twice as long. What begins as written, all of it, are notes like
///   others.
/// - Mordents, shakes: those that go to and fro between neighbours, and come to rest.
/// - Trills: four or more between two pitches. The lower one is heard all that time.
///
/// What is adorned begins where its ornament does, or where it did; what the ornament cut short
/// then lasts up to there: whichever lies nearer to a sixteenth or triplet of eighths, in all of a
/// part together where single ones do not say.
std::vector<int> TakeOrnaments(const BarCount& count, NoteSequence& played);

}  // namespace magenta
