#include "magenta/live/backends/midi_messages.h"

#include <algorithm>

namespace magenta {

size_t MidiMessageSize(uint8_t status) noexcept {
  if (status < 0x80) return 0;
  if (status < 0xC0 || (status >= 0xE0 && status < 0xF0)) return 3;
  if (status < 0xE0) return 2;
  switch (status) {
    case 0xF1:
    case 0xF3: return 2;
    case 0xF2: return 3;
    case 0xF6:
    case 0xF8:
    case 0xFA:
    case 0xFB:
    case 0xFC:
    case 0xFE:
    case 0xFF: return 1;
    default: return 0;
  }
}

MidiMessageKind CheckMidiMessage(std::span<const uint8_t> bytes) noexcept {
  if (bytes.empty()) return MidiMessageKind::kBroken;
  if (bytes[0] == 0xF0 || bytes[0] == 0xF7) return MidiMessageKind::kNotCarried;
  const size_t size = MidiMessageSize(bytes[0]);
  if (size == 0 || size != bytes.size()) return MidiMessageKind::kBroken;
  const bool all_data =
      std::all_of(bytes.begin() + 1, bytes.end(), [](uint8_t byte) { return byte < 0x80; });
  return all_data ? MidiMessageKind::kGood : MidiMessageKind::kBroken;
}

// By insertion: almost always they are in order, and std::stable_sort allocates.
void SortByFrame(std::span<MidiEvent> events) noexcept {
  for (size_t i = 1; i < events.size(); ++i) {
    if (events[i - 1].frame <= events[i].frame) continue;
    const MidiEvent event = events[i];
    const auto end = events.begin() + i;
    const auto at =
        std::upper_bound(events.begin(), end, event,
                         [](const MidiEvent& a, const MidiEvent& b) { return a.frame < b.frame; });
    std::move_backward(at, end, end + 1);
    *at = event;
  }
}

}  // namespace magenta
