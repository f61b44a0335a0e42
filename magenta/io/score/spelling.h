#pragma once
// Pitches as they are written: letters, accidentals and keys.

#include "magenta/music.pb.h"

namespace magenta {

/// A pitch with its name.
struct SpelledPitch {
  int step = 0;    ///< 0 to 6: C to B
  int alter = 0;   ///< semitones up
  int octave = 4;  ///< of the letter; 4 begins with middle C
};

/// A key as it is printed.
struct WrittenKey {
  /// Sharps, or flats below 0; -7 to 7.
  int fifths = 0;
  NoteSequence::KeySignature::Mode mode = NoteSequence::KeySignature::MAJOR;
  bool operator==(const WrittenKey&) const = default;

  /// The tonic; its octave means nothing.
  SpelledPitch Tonic() const;
  /// Semitones that the signature adds to a letter (0 to 6: C to B).
  int AlterOf(int step) const;
};

/// A key whose sharps or flats are the fewest.
WrittenKey MakeWrittenKey(const NoteSequence::KeySignature& key);

/// MIDI `pitch` (0 to 127) as music in a key of `fifths` writes it: notes of the scale as the
/// signature has them, the others at most three flats or three sharps beyond (in C: Eb and Bb, F#,
/// C# and G#).
SpelledPitch SpellPitch(int pitch, int fifths);

}  // namespace magenta
