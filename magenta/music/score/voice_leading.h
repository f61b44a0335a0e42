#pragma once
// Parallel fifths and octaves, which lines that are to sound independent avoid, and their compass.

#include "magenta/music/score/sheet.h"

namespace magenta {

/// Whether so many semitones, up or down, are a fifth or octave, further octaves aside.
bool IsFifthOrOctave(int interval);

/// Whether two voices that sing `one` and `other` (MIDI pitches) and then `one_next` and
/// `other_next` move the same way from a fifth or octave into one alike, octaves aside.
bool AreParallel(int one, int other, int one_next, int other_next);

/// Whether what is given of the lines of `sheet`, its voices up to kBass, avoids parallels: one is
/// there at most, or one in fifty changes of what sounds together.
bool AvoidsParallels(const Sheet& sheet);

/// The lowest and highest pitch that a voice may have which stays near what is given of it: a major
/// third beyond its notes, and an octave and a fifth at least. All pitches where fewer than eight
/// notes are given; where none are, what a choir sings of its role, and a minor third beyond.
struct Compass {
  int low = kMinPitch, high = kMaxPitch;
  bool operator==(const Compass&) const = default;
};
Compass CompassOf(const SheetVoice& voice);

/// Whether each line of `sheet` that has notes lies, in the mean, within the compass of its role.
bool LieAsInChoirs(const Sheet& sheet);

}  // namespace magenta
