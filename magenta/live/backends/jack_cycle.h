#pragma once
// What happens on JACK's thread: events of this period in, a processor's answer out, each at its
// frame. Nothing here allocates, locks, logs, throws or waits.

#include <jack/jack.h>

#include <atomic>
#include <cstdint>
#include <vector>

#include "magenta/live/backends/midi_messages.h"
#include "magenta/live/realtime/midi_io.h"

namespace magenta {

/// Run is JACK's thread's, the rest that of whoever runs the backend. `processor` outlives it.
class JackCycle {
 public:
  explicit JackCycle(MidiProcessor& processor) : processor_(processor) {}

  /// The ports of a client, before it is activated. Frames go on from where they were.
  void Bind(double rate, std::vector<jack_port_t*> inputs, std::vector<jack_port_t*> outputs);

  /// The connections are made: from the period after the next on, blocks go to the processor, and
  /// all that it sends is heard. Before, it is not called.
  void Open() noexcept { open_.store(true, std::memory_order_release); }

  /// JACK's process callback for `frames` frames.
  void Run(jack_nframes_t frames) noexcept;

  /// From the next period on the processor is not called any more; what it sent goes out.
  void Finish() noexcept { finishing_.store(true, std::memory_order_release); }
  /// Periods since Finish that left nothing to send.
  int quiet_periods() const noexcept { return quiet_.load(std::memory_order_acquire); }

  /// Events that no buffer had room for; messages that were none. Any thread.
  int64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }
  int64_t broken() const noexcept { return broken_.load(std::memory_order_relaxed); }

 private:
  size_t Collect(jack_nframes_t frames) noexcept;
  void Send(size_t count, jack_nframes_t frames) noexcept;
  bool IsWaiting() noexcept;

  MidiProcessor& processor_;
  double rate_ = 48000;
  int64_t start_ = 0;
  std::vector<jack_port_t*> inputs_;
  std::vector<jack_port_t*> outputs_;
  std::vector<void*> buffers_;
  /// Ports whose buffer is full in this period: what follows for them waits, in order.
  std::vector<uint8_t> full_;
  std::vector<MidiEvent> in_ = std::vector<MidiEvent>(kMidiStoreEvents);
  std::vector<MidiEvent> out_ = std::vector<MidiEvent>(kMidiStoreEvents);
  /// How many of `out_` wait since the last period.
  size_t waiting_ = 0;
  /// Connections count from the period after the one in which they were made.
  int periods_to_wait_ = 2;
  std::atomic<bool> open_{false};
  std::atomic<bool> finishing_{false};
  std::atomic<int> quiet_{0};
  std::atomic<int64_t> lost_{0};
  std::atomic<int64_t> broken_{0};
};

}  // namespace magenta
