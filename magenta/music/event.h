#pragma once
// What a model predicts one after another.

#include <cstdint>
#include <vector>

namespace magenta {

/// One step of a melody (kNoEvent, kNoteOff or a MIDI pitch 0..127); of other music whatever its
/// codec says (a set of drums, a chord, a shift of time). One number, even where a codec spreads it
/// over several classes.
using Event = int32_t;

/// Nothing happens: what sounds goes on, silence stays silence.
inline constexpr Event kNoEvent = -2;
/// What sounds ends.
inline constexpr Event kNoteOff = -1;
/// A MIDI pitch begins, and what sounded before it ends.
inline constexpr Event kMinPitch = 0;
inline constexpr Event kMaxPitch = 127;

/// Events, and beside them an optional control that conditions them and is never predicted: a value
/// a step (chords, say), as long or longer, or whatever else the codec reads. `control` is empty
/// where a model has none.
struct EventSequence {
  std::vector<Event> events;
  std::vector<Event> control;
  bool operator==(const EventSequence&) const = default;
};

}  // namespace magenta
