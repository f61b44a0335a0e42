#pragma once
// The outside world of live play, as a table of drivers: one file in backends/ and one line in
// backends/backends.def make a new one.

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/live/realtime/midi_io.h"

namespace magenta {

/// A port that someone else has.
struct MidiPortName {
  std::string backend;  // "jack", "alsa"
  std::string name;
  bool is_output = false;  // we can play to it
};

/// What a performer whose music is known beforehand, a file, tells and asks before each block, so
/// that he takes turns as a musician does. Frames are those on which his notes come in if he waits
/// no more; kNever: there is none.
struct PerformerCues {
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
  /// The next note comes in on `next_on`, and all keys that are held are let go on `quiet`.
  std::function<void(int64_t next_on, int64_t quiet)> expect;
  /// A note comes in on `frame` of the next block: for how many frames does he wait first? (0: he
  /// plays.) All that follows comes as much later.
  std::function<double(int64_t frame)> wait;
  /// Whether a note-on is heard as playing (a chord's key is not); null: each is.
  std::function<bool(const MidiEvent& note)> hears;
};

/// A track of an output that is a file.
struct OutputTrack {
  /// MidiEvent::owner.
  uint8_t owner = 0;
  std::string name;
  /// The channel of this track, 0..15; others of the owner's follow in tracks of their own. -1: the
  /// first one that is used.
  int channel = -1;
};

/// The ports that a session wants: each is a part of a name ("" any, "virtual" one of our own that
/// others connect to; for the file backend, paths). MidiEvent::port counts them.
struct MidiPortRequest {
  std::string client_name = "magenta";
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  /// Frames a block and a second, where the backend is free to choose (file, ALSA).
  uint32_t block_frames = 64;
  double rate = 48000;
  /// For the file backend: how long time goes on past the end of its inputs, at most, in seconds;
  /// `between` may end it sooner (MidiBackendState::ended). Infinity: `between` alone decides.
  double tail_seconds = 0;
  /// For the file backend: the tempo that its outputs name, in quarters a minute, so that their
  /// beats are the session's. No event moves by it.
  double output_qpm = 120;
  /// And their meter, the denominator a power of 2.
  int output_meter_numerator = 4;
  int output_meter_denominator = 4;
  /// And who has tracks of their own, in order; what is nobody's stands in the first track.
  std::vector<OutputTrack> output_tracks = {};
  /// For the file backend: quarters a minute at which inputs are played beat for beat, whatever
  /// their own tempos; 0: in the time that they have.
  double input_qpm = 0;
  /// Seconds of silence before the inputs begin, so that a pickup ends on a bar line.
  double input_delay = 0;
  /// Tracks of one input that share a channel are told apart by others.
  bool parts_apart = false;
  /// How its inputs take turns; empty: they play on.
  PerformerCues cues = {};
  /// For the file backend: asked when all is played; false: no output is written.
  std::function<bool()> keep = [] { return true; };
};

/// What happened outside since the last look; for the status line and the log.
struct MidiBackendState {
  /// All ports are open and connected.
  bool connected = false;
  /// Ports of others that our outputs are connected with, virtual ones too where the system tells.
  int listeners = 0;
  /// Likewise of our inputs: keyboards and the like.
  int performers = 0;
  /// The MIDI thread has real-time priority.
  bool real_time = false;
  /// Load of the MIDI thread, 0 to 1; negative: not known.
  double load = -1;
  /// Events that the outside did not take, or that came faster than they could be stored.
  int64_t lost_events = 0;
  /// Messages that were none (a data byte for a status, half a note-on), left out. SysEx, which is
  /// not carried, does not count.
  int64_t broken_events = 0;
  /// Blocks that the system gave too late (JACK's xruns, a timer past its time).
  int64_t late_blocks = 0;
  /// File: every input is played to its end, and what follows is the tail.
  bool ended = false;
};

/// A backend for one run. All but Process is called on the thread that calls Run.
class MidiBackend {
 public:
  virtual ~MidiBackend() = default;

  /// Opens the ports, then calls `processor` for each block until `between` returns false or the
  /// backend ends (the end of a file). `between` runs on the calling thread, at least each 20 ms
  /// where blocks come from a thread of the system, and after every block (so that a run is the
  /// same each time) where time is simulated. When Run returns, no Process is under way.
  ///
  /// A port that disappears is waited for and opened again; `processor` then sees blocks go on from
  /// the next frame. What the last Process sent still goes out. To be called once.
  ///
  /// Errors (exit 5): no such port (listing what there is), no server. File: an input that can't be
  /// read (exit 3), an output that can't be written (exit 5), which is found before the first
  /// block.
  virtual absl::Status Run(MidiProcessor& processor, const std::function<bool()>& between) = 0;

  /// Whether time is simulated: what waits for nothing must then be done in `between`.
  virtual bool simulated() const { return false; }
  /// Callable from `between`.
  virtual MidiBackendState state() const = 0;
};

/// A line of backends.def.
struct MidiBackendEntry {
  std::string_view name;
  std::string_view summary;
  /// Whether "auto" may take it.
  bool automatic;
  /// Whether it can work here; `why` gets the reason when not.
  bool (*available)(std::string& why);
  /// Ports that others have; empty for a backend that has none to list.
  std::vector<MidiPortName> (*ports)();
  std::unique_ptr<MidiBackend> (*make)(const MidiPortRequest& request);
};

/// backends.def, in its order: the order in which "auto" tries them. (Room live/backends.)
std::span<const MidiBackendEntry> AllMidiBackends();

/// The entry named `name`, or for "auto" the first that is available. None: exit 2 for an unknown
/// name, exit 5 where it can't work; both list what there is and why the others can't.
absl::StatusOr<const MidiBackendEntry*> FindMidiBackend(std::string_view name);

}  // namespace magenta
