#include "magenta/music/polyphony/pianoroll.h"

#include <algorithm>

namespace magenta {

std::optional<int> KeyPitch(Event event) {
  if (event < 0 || event >= kPianorollKeys) return std::nullopt;
  return event + kLowestKey;
}

std::vector<Keys> RollOf(std::span<const PolyphonicNote> notes, int64_t steps, RollRule rule) {
  std::vector<Keys> roll(static_cast<size_t>(steps));
  for (const PolyphonicNote& note : notes) {
    const int key = note.pitch - kLowestKey;
    if (key < 0 || key >= kPianorollKeys || note.start < 0 || note.start >= steps) continue;
    if (note.start > 0) {
      roll[note.start - 1].reset(key);
    } else if (rule == RollRule::kReference) {
      roll.back().reset(key);
    }
    for (int64_t step = note.start; step < std::min(note.end, steps); ++step) roll[step].set(key);
  }
  return roll;
}

std::vector<Event> RollEvents(std::span<const Keys> roll) {
  std::vector<Event> events = {kRollStart};
  for (const Keys& keys : roll) {
    for (int key = 0; key < kPianorollKeys; ++key) {
      if (keys[key]) events.push_back(key);
    }
    events.push_back(kRollStepEnd);
  }
  return events;
}

std::vector<Keys> RollOfEvents(std::span<const Event> events) {
  std::vector<Keys> roll;
  Keys keys;
  for (const Event event : events) {
    if (KeyPitch(event).has_value()) keys.set(static_cast<size_t>(event));
    if (event != kRollStepEnd) continue;
    roll.push_back(keys);
    keys.reset();
  }
  return roll;
}

}  // namespace magenta
