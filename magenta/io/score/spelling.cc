// On the line of fifths (... Bb F C G D A E B F# ...) C is 0. A major scale is seven places from -1
// to 5 from its tonic, a letter returns every seven places, a pitch class every twelve.

#include "magenta/io/score/spelling.h"

#include <string_view>

namespace magenta {
namespace {

int FloorDivide(int a, int b) { return a / b - (a % b < 0 ? 1 : 0); }
int FloorModulo(int a, int b) { return ((a % b) + b) % b; }

/// What a mode adds to the sharps of the major key on its tonic.
int FifthsOfMode(NoteSequence::KeySignature::Mode mode) {
  using Key = NoteSequence::KeySignature;
  switch (mode) {
    case Key::MINOR: return -3;
    case Key::MIXOLYDIAN: return -1;
    case Key::DORIAN: return -2;
    case Key::PHRYGIAN: return -4;
    case Key::LYDIAN: return 1;
    case Key::LOCRIAN: return -5;
    default: return 0;
  }
}

/// The letter and accidental at a place of the line of fifths.
SpelledPitch AtFifths(int place) {
  constexpr int kSteps[7] = {3, 0, 4, 1, 5, 2, 6};  // F C G D A E B
  SpelledPitch spelled;
  spelled.step = kSteps[FloorModulo(place + 1, 7)];
  spelled.alter = FloorDivide(place + 1, 7);
  return spelled;
}

}  // namespace

SpelledPitch WrittenKey::Tonic() const { return AtFifths(fifths - FifthsOfMode(mode)); }

int WrittenKey::AlterOf(int step) const {
  constexpr int kPlaces[7] = {0, 2, 4, -1, 1, 3, 5};  // C D E F G A B on the line of fifths
  return FloorDivide(fifths - kPlaces[step] + 5, 7);
}

WrittenKey MakeWrittenKey(const NoteSequence::KeySignature& key) {
  WrittenKey written;
  written.mode = key.mode() == NoteSequence::KeySignature::NOT_SPECIFIED
                     ? NoteSequence::KeySignature::MAJOR
                     : key.mode();
  const int fifths = FloorModulo(7 * key.key(), 12) + FifthsOfMode(written.mode);
  written.fifths = FloorModulo(fifths + 5, 12) - 5;  // -5 to 6
  return written;
}

SpelledPitch SpellPitch(int pitch, int fifths) {
  const int lowest = fifths - 3;
  SpelledPitch spelled = AtFifths(lowest + FloorModulo(7 * pitch - lowest, 12));
  spelled.octave = FloorDivide(pitch - spelled.alter, 12) - 1;
  return spelled;
}

}  // namespace magenta
