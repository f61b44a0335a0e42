#pragma once
// Bytes of a Standard MIDI File -> events with absolute ticks. Knows chunks, running status and
// variable lengths; knows nothing of notes, seconds or instruments.

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/io/midi/midi_warnings.h"
#include "magenta/music/piece_limits.h"

namespace magenta {

/// The events that a NoteSequence has a place for, and what else a port would carry (the last
/// three); the parser drops the others.
enum class SmfKind : uint8_t {
  kNoteOff,          // a: pitch. A note-on of velocity 0 too
  kNoteOn,           // a: pitch, b: velocity 1..127
  kControl,          // a: controller, b: value
  kProgram,          // a: program
  kBend,             // value: -8192..8191
  kTempo,            // value: microseconds a quarter, 1..16777215
  kMeter,            // a: numerator 1..255, b: power of two of the denominator, 0..30
  kKey,              // value: sharps (flats negative), -7..7; a: 0 major, 1 minor
  kName,             // value: index in SmfTrack::names
  kKeyPressure,      // a: pitch, b: value
  kChannelPressure,  // a: value
  kSystem,           // value: status F1..FE (clock, start, song position, ...), a and b: its data
};

/// One event of a track. What `a`, `b` and `value` are says its kind.
struct SmfEvent {
  /// From the start of the track, 0..kMaxTick, never falling.
  int64_t tick;
  /// Where its status byte (under running status: its first data byte) stands in the file.
  uint64_t offset;
  int32_t value;
  SmfKind kind;
  /// 0..15; 0 for meta events.
  uint8_t channel;
  uint8_t a;
  uint8_t b;
};

/// An MTrk chunk, its events in the order of the file.
struct SmfTrack {
  std::vector<SmfEvent> events;
  /// Track names as they stand in the file (views into its bytes).
  std::vector<std::string_view> names;
  /// Indices of the events that may mean more than this track: tempos, meters, keys, program
  /// changes, and controllers that end all notes (EndsAllNotes). They are few.
  std::vector<uint32_t> wide;
  /// Ticks and short texts (FF 01, up to 64 bytes) as they stand in the file.
  std::vector<std::pair<int64_t, std::string_view>> texts;
  /// Pressures of keys and channels among the events.
  uint64_t pressures = 0;
  /// Its port: what its first FF 21 says, else 0. Channels of different ports are different ones.
  uint8_t port = 0;
  /// The tick of End Of Track, or of the last event where it is missing.
  int64_t end_tick = 0;
};

/// What a file holds that nothing is made of, as counts.
struct SmfLeftOut {
  uint64_t lyrics = 0;  // FF 05
  uint64_t texts = 0;   // FF 01: those of karaoke files are sung
  uint64_t sysex = 0;   // F0, and F7 that is no system message
};

/// A whole file. Time is counted either in ticks a quarter note or in ticks a frame.
struct SmfFile {
  /// 0, 1 or 2 (others are read as 1).
  int format = 1;
  /// 1..32767; 0 when time is counted in frames.
  int ticks_per_quarter = 0;
  /// SMPTE: 24, 25, 29 (which means 29.97) or 30 frames a second, of so many ticks; else 0.
  int frames_per_second = 0;
  int ticks_per_frame = 0;
  std::vector<SmfTrack> tracks;
  SmfLeftOut left_out;
};

/// Reads all tracks. Steps over what is broken and says so in `warnings`. One pass, no recursion;
/// nothing is sized by a length or count that the file claims, but room for 4096 events of a track
/// at most, within the bytes that are there, which is given back.
/// Errors (exit 3, without a file name): no MThd within the bytes (or within RIFF's data), no MTrk
/// chunk after it, or more tracks or events (those that have a kind) than `limits` allow.
absl::StatusOr<SmfFile> ParseSmf(std::string_view bytes, MidiWarnings& warnings,
                                 const PieceLimits& limits = kPieceLimits);

}  // namespace magenta
