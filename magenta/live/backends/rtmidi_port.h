#pragma once
// RtMidi's ports without its exceptions. (This header keeps RtMidi's own out of others.)

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/base/spsc_ring.h"
#include "magenta/live/backends/midi_messages.h"

namespace magenta {

/// Which of RtMidi's systems.
enum class RtMidiSystem { kAlsa, kJack };

/// A message and when it came.
struct RtArrival {
  std::chrono::steady_clock::time_point time;
  MidiEvent event;
};

/// One port of our own, and its connection; closed by the destructor. Not thread-safe; what comes
/// in is pushed by a thread of RtMidi's.
class RtMidiPort {
 public:
  virtual ~RtMidiPort() = default;

  /// A client named `client` of which nothing is open. Error (exit 5): the system is not there.
  static absl::StatusOr<std::unique_ptr<RtMidiPort>> Create(RtMidiSystem system, bool is_output,
                                                            const std::string& client);

  /// Ports of others that could be opened.
  virtual std::vector<std::string> Partners() = 0;
  /// Opens our port `name`, connected with `partner`, or with none where that is "". Messages to an
  /// input are pushed to `arrivals`, which outlives the port; `lost` and `broken` count those that
  /// are not. False: the partner is not there any more.
  virtual bool Open(const std::string& name, const std::string& partner) = 0;
  /// For outputs. False when the system would not take it.
  virtual bool Send(std::span<const uint8_t> message) = 0;

  SpscRing<RtArrival>* arrivals = nullptr;
  std::atomic<int64_t>* lost = nullptr;
  std::atomic<int64_t>* broken = nullptr;
};

}  // namespace magenta
