#pragma once
// Graces, mordents, turns and trills as somebody plays them: notes far shorter than any that is
// written beside them. One writes the note that they adorn, with a sign.

#include <vector>

#include "magenta/music.pb.h"
#include "magenta/music/played/places.h"

namespace magenta {

/// Takes ornaments out of `played`, quantized to kTicksPerQuarter; drums have none. Returns, of
/// each of its notes before, the index of that in which it is heard now: itself or what it adorned.
///
/// Notes are short that sound for a tenth of a second at most and whose next one, of their
/// instrument and an octave away at most, begins within that time and a fifth of a quarter, when
/// most of them has sounded. Short ones, each leading to the next, are
/// - shakes and mordents: to and fro between neighbours, which come to rest,
/// - trills: four or more to and fro between two pitches, with up to two more after them. The lower
///   one is heard all that time,
/// - graces, slides and turns: of 70 ms at most, a quarter of a second together, and what they lead
///   to sounds over twice as long as the first. Where over eight single ones come before more than
///   a quarter of the notes these are music (dotted rhythms, swung sixteenths), but for those of
///   45 ms.
///
/// Where all begin as written (on twelfths and eighths of quarters, or on fifths, or on sevenths)
/// they are notes like others, unless they are 32nds, the first stands on an eighth, and what they
/// lead to stands beside one.
///
/// What is adorned begins where its ornament does, or stays where it is, and then what ends where
/// the ornament begins lasts up to there: whichever lies clearly nearer to a sixteenth or triplet
/// of eighths, else stands as written, else is nearer to an eighth; else it stays. So it does where
/// it is struck a little before an eighth, and its ornament is on none.
std::vector<int> TakeOrnaments(const BarCount& count, NoteSequence& played);

}  // namespace magenta
