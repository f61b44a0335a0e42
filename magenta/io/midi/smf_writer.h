#pragma once
// Messages as they went over a port -> Standard MIDI File, nothing paired, mended or left out.
// (midi_file.h writes music; this writes what was sent, stuck notes and all.)

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace magenta {

/// A message of one to three bytes, status first.
struct SmfMessage {
  /// From the start of the file; at least that of the message before.
  int64_t tick = 0;
  uint8_t size = 0;
  std::array<uint8_t, 3> bytes = {};
};

/// One MTrk chunk, grown as time goes on.
///
/// System messages (clock, start, song position, ...) have no place in a file: as F7 escapes many
/// readers, Magenta's among them, refuse the whole file. They are written as the meta event that
/// all step over, FF 7F with nobody's manufacturer number 7D, and ParseSmf finds them there.
class SmfTrackWriter {
 public:
  /// `name`: Latin-1; "": none.
  explicit SmfTrackWriter(std::string_view name = "");

  /// FF 51 at `tick`: `microseconds` a quarter, 1 to 16777215.
  void AddTempo(int64_t tick, int32_t microseconds);
  /// FF 58 at `tick`: numerator 1..255, denominator 2^exponent.
  void AddMeter(int64_t tick, int numerator, int exponent);
  /// A channel or system message, in full (no running status), at its tick.
  void Add(const SmfMessage& message);
  /// The chunk so far, its End Of Track at `end_tick` or the last event, whichever is later.
  std::string Chunk(int64_t end_tick) const;

 private:
  void Advance(int64_t tick);

  std::string body_;
  int64_t tick_ = 0;
};

/// A file of format 1 with `ticks_per_quarter` (1..32767) and these chunks.
std::string JoinSmf(int ticks_per_quarter, std::span<const std::string> chunks);

}  // namespace magenta
