#pragma once
// What sounds on each step, of 88 keys: as rolls, and as events. Source of the rules: docs/rules.md
// section 17 (note-seq's pianoroll_lib.PianorollSequence).

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "magenta/music/event.h"
#include "magenta/music/polyphony/polyphony_events.h"

namespace magenta {

/// Keys of a piano, and the MIDI pitch of the lowest.
inline constexpr int kPianorollKeys = 88;
inline constexpr int kLowestKey = 21;

/// Those that sound on a step, the lowest first.
using Keys = std::bitset<kPianorollKeys>;

/// The events of a step are its keys, 0 to 87, from low to high, and that it ends: the only one
/// that lasts, one step.
inline constexpr Event kRollStepEnd = kPianorollKeys;
/// Before the first step.
inline constexpr Event kRollStart = kPianorollKeys + 1;
/// Events are below this.
inline constexpr Event kRollEvents = kPianorollKeys + 2;

/// The MIDI pitch of the key that `event` is; nothing where it is none.
std::optional<int> KeyPitch(Event event);

/// How repeats at the beginning of a roll are shown.
enum class RollRule {
  kGaps,       // nothing is cleared before the first step
  kReference,  // a note on the first step clears its key on the last
};

/// `steps` (0 or more) of what sounds, by `notes`, whose first step is 0, in their order: a note
/// clears its key on the step before it begins, so that repeats show, and sounds from there to its
/// end. Other pitches are left out, and what lies outside the roll.
std::vector<Keys> RollOf(std::span<const PolyphonicNote> notes, int64_t steps, RollRule rule);

/// Start, then the keys and the end of each step.
std::vector<Event> RollEvents(std::span<const Keys> roll);

/// The whole steps of `events`.
std::vector<Keys> RollOfEvents(std::span<const Event> events);

}  // namespace magenta
