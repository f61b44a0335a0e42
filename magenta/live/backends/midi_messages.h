#pragma once
// What a backend does to events between the outside and a processor. All of it may run on the MIDI
// thread: nothing allocates.

#include <cstddef>
#include <cstdint>
#include <span>

#include "magenta/live/realtime/midi_io.h"

namespace magenta {

/// Events that a block can hold, in and out each. A fader box sends a few; JACK's own buffers hold
/// about 2000.
inline constexpr size_t kMidiStoreEvents = 4096;

/// Bytes of a message that begins with `status`: 1 to 3; 0 for SysEx (F0, F7), undefined system
/// statuses (F4, F5, F9, FD) and data bytes.
size_t MidiMessageSize(uint8_t status) noexcept;

/// What came as one message from outside.
enum class MidiMessageKind { kGood, kNotCarried, kBroken };

/// Whether `bytes` are exactly one message that a MidiEvent can hold, status first and data under
/// 128. SysEx, and a middle piece of one, is not carried.
MidiMessageKind CheckMidiMessage(std::span<const uint8_t> bytes) noexcept;

/// Puts `events` in order of frames; those of one frame keep theirs.
void SortByFrame(std::span<MidiEvent> events) noexcept;

}  // namespace magenta
