#pragma once
// One MTrk chunk -> events, also when its length, its events or its end are wrong.

#include <cstdint>
#include <string_view>

#include "magenta/io/midi/smf_parser.h"

namespace magenta {

/// The 4-byte name and the length of a chunk, as they stand.
struct SmfChunk {
  std::string_view id;
  uint64_t length = 0;
  /// Where its contents begin.
  uint64_t begin = 0;
  /// Where its contents end if its length is true; may lie past the file.
  uint64_t end() const { return begin + length; }
};

/// The chunk header at `at`, or one of length 0 and empty id when fewer than 8 bytes are left.
SmfChunk ChunkAt(std::string_view bytes, uint64_t at);

/// Whether something that can be a chunk stands at `at`: four printable characters, and a length
/// that ends within `bytes`; for MTrk any length.
bool LooksLikeChunk(std::string_view bytes, uint64_t at);

/// Reads the events of one track.
///
/// The stated length is believed when it ends where the file ends or where another chunk begins.
/// Otherwise events are read up to End Of Track, as players do, or up to the next MTrk.
class SmfTrackParser {
 public:
  /// `bytes` is the whole file, `chunk` the MTrk chunk in it; `index` is the track's number and
  /// `is_last` says that the header promises none after it.
  SmfTrackParser(std::string_view bytes, const SmfChunk& chunk, int index, bool is_last,
                 MidiWarnings& warnings);

  /// The events, at most `room` and one of them; to be called once. Counts what has no place in an
  /// event.
  SmfTrack Parse(uint64_t room, SmfLeftOut& left_out);

  /// After Parse: where the next chunk is to be looked for.
  uint64_t next_chunk() const { return next_chunk_; }

 private:
  // Those that are inline are so in smf_track.cc alone, where all calls are.
  enum class Step { kGoOn, kEndOfTrack, kCutOff };

  inline bool AtEnd() const;
  inline Step ReadEvent();
  Step ReadRunning();
  inline Step ReadChannelMessage(uint8_t status);
  Step ReadOther(uint8_t status);
  Step ReadSystemMessage(uint8_t status);
  Step ReadSysex();
  Step ReadMeta();
  inline void KeepMessage(uint8_t status, uint8_t a, uint8_t b);
  void KeepOther(SmfKind kind, uint8_t channel, uint8_t a, uint8_t b);
  void KeepWide(SmfKind kind, uint8_t channel, int a, int b, int32_t value = 0);
  void MendMessage(uint8_t status, uint8_t a, uint8_t b);
  void KeepSystem(std::string_view message);
  void KeepMeta(uint8_t type, std::string_view payload);
  void KeepPort(std::string_view payload);
  void KeepTempo(std::string_view payload);
  void KeepMeter(std::string_view payload);
  void KeepKey(std::string_view payload);
  inline void Keep(SmfKind kind, uint8_t channel, int a, int b, int32_t value = 0);
  inline void Advance(uint64_t delta);
  void MakeRoom();
  void SayLongDelta(uint64_t delta);
  Step CutOff(const char* what);
  void FindNextChunk(Step last);
  inline bool ReadVariableLength(uint64_t& value);
  uint8_t Byte(uint64_t at) const { return static_cast<uint8_t>(bytes_[at]); }

  std::string_view bytes_;
  SmfChunk chunk_;
  int index_;
  bool is_last_;
  MidiWarnings& warnings_;
  bool length_believed_;
  uint64_t limit_;
  uint64_t at_;
  uint64_t event_at_ = 0;
  uint64_t next_chunk_ = 0;
  int64_t tick_ = 0;
  uint8_t running_status_ = 0;
  bool running_interrupted_ = false;
  bool said_interrupted_ = false;
  bool has_port_ = false;
  SmfLeftOut left_out_;
  SmfTrack track_;
};

}  // namespace magenta
