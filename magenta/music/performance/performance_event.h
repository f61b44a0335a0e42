#pragma once
// Music as it was played, as events: notes that begin and end, time that passes in hundredths of a
// second, how loud notes are struck. Source of the rules: docs/rules.md section 16 (note-seq's
// performance_lib).

#include <algorithm>
#include <cstdint>

#include "magenta/music/event.h"
#include "magenta/music/grid.h"

namespace magenta {

/// Steps per second that performances stand on.
inline constexpr int kPerformanceStepsPerSecond = 100;

/// An event of a performance is its class: 0..127 that pitch begins, then it ends, then 1..100
/// steps pass, then 1..32 says how loud the notes after it are.
inline constexpr Event kFirstNoteOff = 128;
inline constexpr Event kFirstShift = 256;
inline constexpr Event kFirstVelocity = 356;
inline constexpr int kMostShift = 100;
inline constexpr int kVelocityBins = 32;
inline constexpr Event kPerformanceEvents = kFirstVelocity + kVelocityBins;

constexpr bool IsNoteOn(Event event) { return event >= 0 && event < kFirstNoteOff; }
constexpr bool IsNoteOff(Event event) { return event >= kFirstNoteOff && event < kFirstShift; }
constexpr bool IsVelocity(Event event) {
  return event >= kFirstVelocity && event < kPerformanceEvents;
}
/// Steps that pass with `event`; 0 with all but shifts.
constexpr int ShiftOf(Event event) {
  return event >= kFirstShift && event < kFirstVelocity ? event - kFirstShift + 1 : 0;
}
/// `steps` in 1..kMostShift.
constexpr Event ShiftBy(int steps) { return kFirstShift + steps - 1; }

/// Bins of four MIDI velocities: 1 is 1..4; 0 of velocity 0, for which there is no event.
constexpr int VelocityBinOf(int velocity) {
  return velocity <= 0 ? 0 : std::min((velocity - 1) / 4 + 1, kVelocityBins);
}
/// The lowest MIDI velocity of `bin`, 1..32.
constexpr int VelocityOfBin(int bin) { return 1 + 4 * (bin - 1); }

/// A note as one event.
struct PerformedNote {
  int shift = 0;     // steps after the beginning of the note before, 0..kMostNoteSteps
  int pitch = 60;    // MIDI
  int bin = 1;       // of its velocity, 1..kVelocityBins
  int duration = 1;  // steps, 1..kMostNoteSteps; 0: only time passes
  bool operator==(const PerformedNote&) const = default;
};
inline constexpr int kMostNoteSteps = 1000;

/// `note` as one number; all of its fields within their bounds (unchecked).
constexpr Event PackNote(const PerformedNote& note) {
  constexpr uint32_t kSteps = kMostNoteSteps + 1;
  uint32_t packed = static_cast<uint32_t>(note.shift) * 128 + static_cast<uint32_t>(note.pitch);
  packed = packed * kVelocityBins + static_cast<uint32_t>(note.bin - 1);
  return static_cast<Event>(packed * kSteps + static_cast<uint32_t>(note.duration));
}
/// The note that PackNote made `event` of; of other numbers its shift is above kMostNoteSteps.
constexpr PerformedNote NoteOf(Event event) {
  constexpr uint32_t kSteps = kMostNoteSteps + 1;
  uint32_t packed = static_cast<uint32_t>(event);
  PerformedNote note;
  note.duration = static_cast<int>(packed % kSteps);
  packed /= kSteps;
  note.bin = static_cast<int>(packed % kVelocityBins) + 1;
  packed /= kVelocityBins;
  note.pitch = static_cast<int>(packed % 128);
  note.shift = static_cast<int>(packed / 128);
  return note;
}

}  // namespace magenta
