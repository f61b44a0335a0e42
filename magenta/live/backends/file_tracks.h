#pragma once
// MIDI files as what came over ports, and as what goes there, by frame.

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/base/files.h"
#include "magenta/io/midi/smf_writer.h"
#include "magenta/live/backend.h"
#include "magenta/live/realtime/midi_io.h"

namespace magenta {

/// A MidiEvent at a frame of the session.
struct TimedMidiEvent {
  int64_t frame = 0;
  MidiEvent event;
};

/// A performance: all tracks of a file as one port would carry them.
struct FilePerformance {
  /// In order of frames.
  std::vector<TimedMidiEvent> events;
  /// Where the file ends (its End Of Track, which may be later than the last event).
  int64_t end_frame = 0;
};

/// How a file is played; see MidiPortRequest.
struct FileReading {
  /// Above 0: beat for beat at so many quarters a minute, whatever the file's own tempos (one that
  /// counts frames of film has no beats).
  double qpm = 0;
  /// Seconds before it begins.
  double delay = 0;
  /// Tracks that share a channel get their own (PartsOf); what is no note goes to all of them.
  bool parts_apart = false;
};

/// Reads `path` at `rate` frames a second; `port` is put into the events. Clock, start, stop and
/// song position count as they stand in the file, as F7 escapes, or as SmfTrackWriter wrote them.
/// Errors: as ReadFile's and ParseSmf's; exit 3 for a file of over 24 hours.
absl::StatusOr<FilePerformance> ReadPerformance(const std::string& path, uint8_t port, double rate,
                                                const FileReading& how = {});

/// Where an output file's ticks are: PlayedTicksPerQuarter of them, as sequencers expect, so that a
/// message is written less than a millisecond from its frame.
class FrameTicks {
 public:
  /// Frames a second; quarters a minute.
  FrameTicks(double rate, double qpm);
  int ticks_per_quarter() const { return ticks_per_quarter_; }
  /// Microseconds a quarter.
  int32_t tempo() const { return tempo_; }
  /// The nearest tick.
  int64_t TickOf(int64_t frame) const;

 private:
  int32_t tempo_;
  int ticks_per_quarter_;
  double ticks_per_frame_;
};

/// An output port that becomes a file: nothing is there until Commit, then all of it. Not
/// thread-safe.
class FileRecording {
 public:
  /// `owners` have a track for each channel that they play on; what is nobody's goes to the first.
  /// Errors (exit 5): `path` is not writable.
  static absl::StatusOr<FileRecording> Create(const std::string& path, const FrameTicks& ticks,
                                              std::span<const OutputTrack> owners);
  /// What a bar of the file is; 4/4 where nothing else is said. The denominator: a power of 2.
  void SetMeter(int numerator, int denominator) {
    numerator_ = numerator;
    denominator_ = denominator;
  }

  /// `frame` at least that of the event before. A note has a tick at least.
  void Add(int64_t frame, const MidiEvent& event);
  /// Writes a file that ends at `end_frame`. Errors: as OutputFile's.
  absl::Status Commit(int64_t end_frame);

 private:
  struct Track {
    uint8_t owner;
    int channel;  // -1: none yet
    SmfTrackWriter writer;
    bool used = false;
    int64_t tick = 0;                                   // of the last message
    std::map<std::pair<int, int>, int64_t> begun = {};  // ticks of notes, by channel and pitch
  };
  FileRecording(OutputFile file, const FrameTicks& ticks) : file_(std::move(file)), ticks_(ticks) {}
  Track& TrackOf(const MidiEvent& event);

  OutputFile file_;
  FrameTicks ticks_;
  int numerator_ = 4;
  int denominator_ = 4;
  std::vector<OutputTrack> owners_;
  std::deque<Track> tracks_;  // the first for what is nobody's
};

}  // namespace magenta
