#pragma once
// For tests: processors that a few words describe, and what they saw and sent as text.

#include <fmt/core.h>

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "magenta/live/realtime/midi_io.h"

namespace magenta {

/// "1:90.3C.64@480": port 1, bytes, frame.
inline std::string DumpMidiEvent(const MidiEvent& event, int64_t frame) {
  std::string bytes;
  for (int i = 0; i < event.size; ++i) {
    bytes += fmt::format("{}{:02X}", i == 0 ? "" : ".", event.bytes[i]);
  }
  return fmt::format("{}:{}@{}", event.port, bytes, frame);
}

/// Notes what comes, by frame of the session, and answers as `answer` says. Sees to it that blocks
/// have no gaps. What it notes is for after Run.
class ScriptedProcessor : public MidiProcessor {
 public:
  using Answer = std::function<void(const MidiBlock&, std::span<const MidiEvent>, MidiOut&)>;

  explicit ScriptedProcessor(Answer answer = nullptr) : answer_(std::move(answer)) {
    seen.reserve(1 << 16);
  }

  void Process(const MidiBlock& block, std::span<const MidiEvent> in,
               MidiOut& out) noexcept override {
    if (blocks > 0 && block.start != next_) ++gaps;
    next_ = block.start + block.frames;
    ++blocks;
    uint32_t last = 0;
    for (const MidiEvent& event : in) {
      if (event.frame >= block.frames || event.frame < last) ++misplaced;
      last = event.frame;
      seen.push_back({block.start + event.frame, event});
    }
    if (answer_) answer_(block, in, out);
  }

  struct Seen {
    int64_t frame;
    MidiEvent event;
  };
  std::string Dump() const {
    std::string dump;
    for (const Seen& one : seen) {
      dump += (dump.empty() ? "" : " ") + DumpMidiEvent(one.event, one.frame);
    }
    return dump;
  }

  std::vector<Seen> seen;
  std::atomic<int64_t> blocks{0};
  /// Blocks that did not begin where the one before ended.
  int64_t gaps = 0;
  /// Events out of order or outside of their block.
  int64_t misplaced = 0;

 private:
  Answer answer_;
  int64_t next_ = 0;
};

/// Sends each event on, at its frame, to output `port`.
inline ScriptedProcessor::Answer Loopback(uint8_t port = 0) {
  return [port](const MidiBlock&, std::span<const MidiEvent> in, MidiOut& out) {
    for (MidiEvent event : in) {
      event.port = port;
      out.Send(event);
    }
  };
}

}  // namespace magenta
