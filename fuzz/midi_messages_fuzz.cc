// Messages from a MIDI port: byte 0 of the input says how long the first one claims to be, and so
// on. What is called good can be held by a MidiEvent and played; sorting loses none.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "magenta/base/check.h"
#include "magenta/live/backends/midi_messages.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<magenta::MidiEvent> events;
  for (size_t at = 0; at < size && events.size() < magenta::kMidiStoreEvents;) {
    const size_t claimed = std::min<size_t>(data[at] % 8, size - at - 1);
    const std::span<const uint8_t> bytes(data + at + 1, claimed);
    at += 1 + claimed;
    if (magenta::CheckMidiMessage(bytes) != magenta::MidiMessageKind::kGood) continue;
    magenta::MidiEvent event;
    MAGENTA_CHECK(bytes.size() <= event.bytes.size());
    MAGENTA_CHECK(bytes[0] >= 0x80 && bytes.size() == magenta::MidiMessageSize(bytes[0]));
    std::copy(bytes.begin(), bytes.end(), event.bytes.begin());
    event.size = static_cast<uint8_t>(bytes.size());
    event.frame = bytes.size() > 1 ? bytes[1] : 0;
    events.push_back(event);
  }
  const size_t count = events.size();
  magenta::SortByFrame(events);
  MAGENTA_CHECK(events.size() == count);
  for (size_t i = 1; i < count; ++i) MAGENTA_CHECK(events[i - 1].frame <= events[i].frame);
  return 0;
}
