#pragma once
// Where everything on the MIDI thread goes out: to the ports of this block, and to the journal.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>

#include "magenta/base/spsc_ring.h"
#include "magenta/live/realtime/messages.h"
#include "magenta/live/realtime/midi_io.h"
#include "magenta/live/realtime/transport.h"

namespace magenta {

/// What rings that were full could not take, since the session began. Any thread may read it.
struct RingDrops {
  std::atomic<int64_t> phrase = 0;   // of what is played, for the response thread
  std::atomic<int64_t> journal = 0;  // for the screen and the recording
  std::atomic<int64_t> sound = 0;    // for --synth
  int64_t total() const noexcept { return phrase + journal + sound; }
};

/// Part of the MIDI thread: noexcept, no allocation after construction. Between BeginBlock and the
/// block's end; frames are counted from the backend's start, and a frame outside of the block is
/// its nearest. Others read the rings (one reader each) and the drops.
class MidiRouter {
 public:
  MidiRouter(const Transport& transport, int num_outputs, size_t journal_capacity)
      : transport_(transport), num_outputs_(num_outputs), journal_(journal_capacity) {}

  void BeginBlock(const MidiBlock& block, MidiOut& out) noexcept {
    block_ = block;
    out_ = &out;
  }

  /// What goes to port 0 also goes into a ring of so many messages (monitor()). Before the first
  /// block.
  void EnableMonitor(size_t capacity) {
    monitor_ = std::make_unique<SpscRing<MidiEvent>>(capacity);
  }
  SpscRing<MidiEvent>* monitor() noexcept { return monitor_.get(); }

  /// False when the block is full. A port that there is not takes everything.
  bool Send(int64_t frame, uint8_t port, uint8_t size, std::array<uint8_t, 3> bytes,
            uint8_t owner = 0) noexcept {
    if (monitor_ != nullptr && port == 0 && !monitor_->Push({0, port, size, bytes})) ++drops_.sound;
    if (port >= num_outputs_) return true;
    const int64_t offset = std::clamp<int64_t>(frame - block_.start, 0, block_.frames - 1);
    return out_->Send({static_cast<uint32_t>(offset), port, size, bytes, owner});
  }

  /// Puts `entry` into the journal, with the time and position of its frame. A full journal drops
  /// it, and counts.
  void Report(SessionEvent entry) noexcept {
    entry.seconds = static_cast<double>(entry.frame) / block_.rate;
    entry.position = transport_.PositionAt(entry.frame);
    if (!journal_.Push(entry)) ++drops_.journal;
  }

  /// An entry of `kind` that has little more to say, with the tempo.
  void Report(SessionEvent::Kind kind, int64_t frame, int value = 0,
              LiveAction action = LiveAction::kPanic) noexcept {
    SessionEvent entry;
    entry.kind = kind;
    entry.frame = frame;
    entry.value = value;
    entry.action = action;
    entry.qpm = transport_.qpm();
    Report(entry);
  }

  SpscRing<SessionEvent>& journal() noexcept { return journal_; }
  RingDrops& drops() noexcept { return drops_; }
  const RingDrops& drops() const noexcept { return drops_; }

 private:
  const Transport& transport_;
  const int num_outputs_;
  SpscRing<SessionEvent> journal_;
  std::unique_ptr<SpscRing<MidiEvent>> monitor_;
  RingDrops drops_;
  MidiBlock block_;
  MidiOut* out_ = nullptr;
};

}  // namespace magenta
