#pragma once
// What the MIDI thread and the music talk about: short messages at frames of blocks.
//
// A backend (a JACK client, ALSA, a file) cuts time into blocks of frames and calls Process once
// for each, in order and without gaps. Everything that follows from a block is said in frames, so
// that a test at simulated time sees the very frames that a sound card would.

#include <array>
#include <cstdint>
#include <span>

namespace magenta {

/// A MIDI message of one to three bytes, status first. SysEx is not carried.
struct MidiEvent {
  /// Frames since the block's first.
  uint32_t frame = 0;
  /// Which of the ports that were asked for (MidiPortRequest), inputs and outputs each from 0.
  uint8_t port = 0;
  /// Of `bytes`: 1 to 3.
  uint8_t size = 0;
  std::array<uint8_t, 3> bytes = {};
  /// Of what goes out: whose it is, by ActiveNotes's numbers; 0: nobody's (clock, panic).
  uint8_t owner = 0;
};

/// A span of time.
struct MidiBlock {
  /// The first frame, counted from the backend's start.
  int64_t start = 0;
  /// How many frames: at least 1.
  uint32_t frames = 0;
  /// Frames a second.
  double rate = 48000;
};

/// Where Process writes to: a fixed store that the backend owns, good for one block. MIDI thread
/// only.
class MidiOut {
 public:
  explicit MidiOut(std::span<MidiEvent> store) : store_(store) {}

  /// Adds `event`. False (and nothing added) when the store is full. Frames need not be in order;
  /// events of the same frame keep theirs.
  bool Send(const MidiEvent& event) noexcept {
    if (size_ == store_.size()) return false;
    store_[size_++] = event;
    return true;
  }
  std::span<MidiEvent> events() noexcept { return store_.first(size_); }
  void Clear() noexcept { size_ = 0; }

 private:
  std::span<MidiEvent> store_;
  size_t size_ = 0;
};

/// What runs on the MIDI thread: it never allocates, locks, logs, throws or waits.
class MidiProcessor {
 public:
  virtual ~MidiProcessor() = default;
  /// `in` is in order of frames; what `out` gets is sent at its frame of this very block.
  virtual void Process(const MidiBlock& block, std::span<const MidiEvent> in,
                       MidiOut& out) noexcept = 0;
};

}  // namespace magenta
