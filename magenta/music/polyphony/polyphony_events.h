#pragma once
// Any number of notes at a time as events: on each step which notes go on, which begin, and that
// the step ends. A note ends where it is not continued. Source of the rules: docs/rules.md section
// 15 (note-seq's polyphony_lib.PolyphonicSequence).

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "magenta/music.pb.h"
#include "magenta/music/event.h"

namespace magenta {

/// Before the first step, and after the last.
inline constexpr Event kPolyphonyStart = 0;
inline constexpr Event kPolyphonyEnd = 1;
/// All notes of the step have been named: the only event that lasts, one step.
inline constexpr Event kStepEnd = 2;
/// Of pitch 0; then one a pitch.
inline constexpr Event kFirstNewNote = 3;
inline constexpr Event kFirstContinuedNote = 131;
/// Events are below this.
inline constexpr Event kPolyphonyEvents = 259;

/// The event with which a note of `pitch` (0..127) begins, or goes on from the step before.
constexpr Event NewNote(int pitch) { return kFirstNewNote + pitch; }
constexpr Event ContinuedNote(int pitch) { return kFirstContinuedNote + pitch; }
/// The pitch that `event` begins, or continues; nothing where it does not.
std::optional<int> NewPitch(Event event);
std::optional<int> ContinuedPitch(Event event);

/// A note in steps, from `start` to before `end`.
struct PolyphonicNote {
  int64_t start = 0;
  int64_t end = 0;
  int pitch = 0;  // MIDI, 0..127
};

/// The notes of `quantized` that `takes`, in their order; those of pitches outside 0..127 are none.
template <typename Takes>
std::vector<PolyphonicNote> PolyphonicNotesOf(const NoteSequence& quantized, const Takes& takes) {
  std::vector<PolyphonicNote> notes;
  for (const auto& note : quantized.notes()) {
    if (note.pitch() < kMinPitch || note.pitch() > kMaxPitch || !takes(note)) continue;
    notes.push_back({note.quantized_start_step(), note.quantized_end_step(), note.pitch()});
  }
  return notes;
}

/// How many events PolyphonyEventsOf gives.
int64_t CountPolyphonyEvents(std::span<const PolyphonicNote> notes, int64_t start_step,
                             int64_t end_step);

/// Start, then the steps from `start_step` to before `end_step` (not below it, checked): of each
/// the notes by falling pitch, continued ones first, as often as they sound. Notes that begin
/// before `start_step` are not heard. Memory grows with CountPolyphonyEvents.
std::vector<Event> PolyphonyEventsOf(std::span<const PolyphonicNote> notes, int64_t start_step,
                                     int64_t end_step);

/// What the whole steps of `events` hold, by step, without their ends.
std::vector<std::vector<Event>> PolyphonySteps(std::span<const Event> events);

}  // namespace magenta
