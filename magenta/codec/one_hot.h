#pragma once
// The classes that every melody codec is built on: no event, note off, then one a pitch.

#include "magenta/codec/melody_codecs.h"
#include "magenta/music/event.h"

namespace magenta {

/// Melody events within a range of pitches <-> classes 0 .. size() - 1.
class OneHotMelody {
 public:
  /// `range` must lie within 0..128 and hold a pitch (checked).
  explicit OneHotMelody(NoteRange range);

  /// Classes: no event, note off, the pitches.
  int size() const { return pitches() + 2; }
  /// Pitches in the range.
  int pitches() const { return range_.max_note - range_.min_note; }
  /// The MIDI pitch of class 2.
  Event min_note() const { return range_.min_note; }
  /// No event, note off, or a pitch in the range.
  bool Accepts(Event event) const;
  /// The class of `event`, which Accepts (checked).
  int Class(Event event) const;
  /// The event of `index`, in 0 .. size() - 1 (checked).
  Event EventOf(int index) const;

 private:
  NoteRange range_;
};

}  // namespace magenta
