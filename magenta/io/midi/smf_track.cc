// How a track is read although it is broken: an event is a variable length (the delta time), a
// status byte unless it is the last channel message's, and data whose size the status tells. What
// has no meaning in a file is left out, its size being known; what runs past the end of the track
// ends it. The delta time of everything counts, whatever becomes of the rest.

#include "magenta/io/midi/smf_track.h"

#include <algorithm>

#include "magenta/io/midi/shared_channels.h"
#include "magenta/io/midi/tick_clock.h"

namespace magenta {
namespace {

constexpr uint64_t kMaxVariableLength = 0x0FFFFFFF;

/// Events for which there is room when the first is read.
constexpr uint64_t kMostReserved = 4096;

constexpr uint8_t kMetaText = 0x01;
/// Longer ones are no chord symbols.
constexpr size_t kMaxKeptText = 64;
constexpr uint8_t kMetaName = 0x03;
constexpr uint8_t kMetaLyric = 0x05;
constexpr uint8_t kMetaPort = 0x21;
constexpr uint8_t kMetaEndOfTrack = 0x2F;
constexpr uint8_t kMetaTempo = 0x51;
constexpr uint8_t kMetaMeter = 0x58;
constexpr uint8_t kMetaKey = 0x59;
constexpr uint8_t kMetaOurs = 0x7F;
/// Whose a meta event 7F is: nobody's (smf_writer.h puts system messages into such ones).
constexpr char kNobody = 0x7D;

/// Of channel messages, by the upper half of their status from 8 on.
constexpr SmfKind kMessageKinds[] = {
    SmfKind::kNoteOff, SmfKind::kNoteOn,          SmfKind::kKeyPressure, SmfKind::kControl,
    SmfKind::kProgram, SmfKind::kChannelPressure, SmfKind::kBend};

/// Whether a channel message has one data byte, not two.
bool IsShort(uint8_t status) { return (status & 0xE0) == 0xC0; }

/// Data bytes after the system status F1..FE when one stands in a file, where none may.
int SystemDataBytes(uint8_t status) {
  if (status == 0xF2) return 2;
  return status == 0xF1 || status == 0xF3 ? 1 : 0;
}

}  // namespace

SmfChunk ChunkAt(std::string_view bytes, uint64_t at) {
  SmfChunk chunk;
  if (at > bytes.size() || bytes.size() - at < 8) return chunk;
  chunk.id = bytes.substr(at, 4);
  for (int i = 4; i < 8; ++i) {
    chunk.length = chunk.length << 8 | static_cast<uint8_t>(bytes[at + i]);
  }
  chunk.begin = at + 8;
  return chunk;
}

bool LooksLikeChunk(std::string_view bytes, uint64_t at) {
  SmfChunk chunk = ChunkAt(bytes, at);
  if (chunk.id.empty()) return false;
  if (chunk.id == "MTrk") return true;
  bool printable =
      std::all_of(chunk.id.begin(), chunk.id.end(), [](char c) { return c >= ' ' && c <= '~'; });
  return printable && chunk.end() <= bytes.size();
}

SmfTrackParser::SmfTrackParser(std::string_view bytes, const SmfChunk& chunk, int index,
                               bool is_last, MidiWarnings& warnings)
    : bytes_(bytes),
      chunk_(chunk),
      index_(index),
      is_last_(is_last),
      warnings_(warnings),
      length_believed_(chunk.end() == bytes.size() || LooksLikeChunk(bytes, chunk.end())),
      limit_(length_believed_ ? chunk.end() : bytes.size()),
      at_(chunk.begin) {}

// What every event passes through.

bool SmfTrackParser::AtEnd() const {
  if (at_ >= limit_) return true;
  if (length_believed_) return false;
  // Bytes after the last track are no reason to mistrust a length that ends between two events.
  if (is_last_ && at_ == chunk_.end() && chunk_.length > 0) return true;
  return bytes_.compare(at_, 4, "MTrk") == 0;
}

bool SmfTrackParser::ReadVariableLength(uint64_t& value) {
  if (at_ < limit_ && Byte(at_) < 0x80) {  // nearly all
    value = Byte(at_++);
    return true;
  }
  value = 0;
  while (at_ < limit_) {
    uint8_t byte = Byte(at_++);
    value = std::min<uint64_t>(value << 7 | (byte & 0x7F), kMaxTick);
    if (byte < 0x80) return true;
  }
  return false;
}

void SmfTrackParser::Advance(uint64_t delta) {
  if (delta > kMaxVariableLength) SayLongDelta(delta);
  tick_ = std::min(kMaxTick, tick_ + static_cast<int64_t>(delta));
}

void SmfTrackParser::Keep(SmfKind kind, uint8_t channel, int a, int b, int32_t value) {
  if (track_.events.empty()) MakeRoom();
  track_.events.push_back(
      {tick_, event_at_, value, kind, channel, static_cast<uint8_t>(a), static_cast<uint8_t>(b)});
}

void SmfTrackParser::KeepMessage(uint8_t status, uint8_t a, uint8_t b) {
  const uint8_t channel = status & 0x0F;
  SmfKind kind = kMessageKinds[(status >> 4) - 8];
  if (kind > SmfKind::kNoteOn) return KeepOther(kind, channel, a, b);
  if (b == 0) kind = SmfKind::kNoteOff;
  Keep(kind, channel, a, kind == SmfKind::kNoteOff ? 0 : b);
}

SmfTrackParser::Step SmfTrackParser::ReadChannelMessage(uint8_t status) {
  const uint64_t size = IsShort(status) ? 1 : 2;
  if (limit_ - at_ < size) return CutOff("a message");
  const uint8_t a = Byte(at_);
  const uint8_t b = size == 2 ? Byte(at_ + 1) : 0;
  at_ += size;
  if ((a | b) < 0x80) {
    KeepMessage(status, a, b);
  } else {
    MendMessage(status, a, b);
  }
  return Step::kGoOn;
}

SmfTrackParser::Step SmfTrackParser::ReadEvent() {
  if (at_ >= limit_) return CutOff("an event");
  event_at_ = at_;
  const uint8_t byte = Byte(at_);
  if (byte < 0x80) return ReadRunning();
  ++at_;
  if (byte >= 0xF0) return ReadOther(byte);
  running_status_ = byte;
  running_interrupted_ = false;
  return ReadChannelMessage(byte);
}

SmfTrack SmfTrackParser::Parse(uint64_t room, SmfLeftOut& left_out) {
  left_out_ = left_out;
  if (chunk_.end() > bytes_.size()) {
    warnings_.Add(chunk_.begin - 4, index_, "the track claims {} bytes where {} are left",
                  chunk_.length, bytes_.size() - chunk_.begin);
  }
  Step step = Step::kGoOn;
  while (step == Step::kGoOn && !AtEnd() && track_.events.size() <= room) {
    uint64_t delta;
    if (!ReadVariableLength(delta)) {
      step = CutOff("a delta time");
    } else {
      Advance(delta);
      step = ReadEvent();
    }
  }
  if (step == Step::kGoOn && chunk_.end() <= bytes_.size()) {
    warnings_.Add(at_, index_, "the track has no End Of Track");
  }
  // Many tracks may claim the same bytes: none keeps room for what it does not have.
  if (track_.events.capacity() / 2 > track_.events.size()) track_.events.shrink_to_fit();
  track_.end_tick = tick_;
  left_out = left_out_;
  FindNextChunk(step);
  return std::move(track_);
}

void SmfTrackParser::KeepOther(SmfKind kind, uint8_t channel, uint8_t a, uint8_t b) {
  if (kind == SmfKind::kBend) return Keep(kind, channel, 0, 0, (b << 7 | a) - 8192);
  track_.pressures += kind == SmfKind::kKeyPressure || kind == SmfKind::kChannelPressure;
  const bool is_wide = kind == SmfKind::kProgram || (kind == SmfKind::kControl && EndsAllNotes(a));
  is_wide ? KeepWide(kind, channel, a, b) : Keep(kind, channel, a, b);
}

void SmfTrackParser::KeepWide(SmfKind kind, uint8_t channel, int a, int b, int32_t value) {
  track_.wide.push_back(static_cast<uint32_t>(track_.events.size()));
  Keep(kind, channel, a, b, value);
}

void SmfTrackParser::MakeRoom() {
  // Most events are of three or four bytes.
  track_.events.reserve(std::min<uint64_t>((limit_ - event_at_) / 3 + 1, kMostReserved));
}

void SmfTrackParser::SayLongDelta(uint64_t delta) {
  warnings_.Add(at_, index_, "a delta time of {} ticks is more than a file may hold; kept", delta);
}

SmfTrackParser::Step SmfTrackParser::ReadRunning() {
  if (running_status_ == 0) {
    ++at_;
    warnings_.Add(event_at_, index_, "data byte {:02X} without a status before it; left out",
                  Byte(event_at_));
    return Step::kGoOn;
  }
  if (running_interrupted_ && !said_interrupted_) {
    said_interrupted_ = true;
    warnings_.Add(event_at_, index_,
                  "running status goes on after a meta or system exclusive event; kept");
  }
  return ReadChannelMessage(running_status_);
}

SmfTrackParser::Step SmfTrackParser::ReadOther(uint8_t status) {
  if (status == 0xFF) return ReadMeta();
  if (status == 0xF0 || status == 0xF7) return ReadSysex();
  return ReadSystemMessage(status);
}

void SmfTrackParser::MendMessage(uint8_t status, uint8_t a, uint8_t b) {
  // How hard a key was released means nothing here: such a note-off still ends its note.
  const bool is_release = (status & 0xF0) == 0x80 && a < 0x80;
  const uint64_t back = b >= 0x80 || IsShort(status) ? 1 : 2;
  warnings_.Add(at_ - back, index_, "data byte {:02X} of message {:02X} is over 7F; {}",
                b >= 0x80 ? b : a, status, is_release ? "read as a note-off" : "message left out");
  if (is_release) KeepMessage(status, a, 0);
}

SmfTrackParser::Step SmfTrackParser::ReadSystemMessage(uint8_t status) {
  running_interrupted_ = true;
  uint64_t size = SystemDataBytes(status);
  warnings_.Add(event_at_, index_, "status {:02X} has no meaning in a file; left out", status);
  if (limit_ - at_ < size) return CutOff("a message");
  KeepSystem(bytes_.substr(event_at_, size + 1));
  at_ += size;
  return Step::kGoOn;
}

void SmfTrackParser::KeepSystem(std::string_view message) {
  if (message.empty()) return;
  auto status = static_cast<uint8_t>(message[0]);
  if (status <= 0xF0 || status == 0xF7 || status == 0xFF) return;
  size_t data = SystemDataBytes(status);
  if (message.size() != data + 1) return;
  uint8_t a = data > 0 ? static_cast<uint8_t>(message[1]) : 0;
  uint8_t b = data > 1 ? static_cast<uint8_t>(message[2]) : 0;
  if ((a | b) < 0x80) Keep(SmfKind::kSystem, 0, a, b, status);
}

SmfTrackParser::Step SmfTrackParser::ReadSysex() {
  running_interrupted_ = true;
  uint64_t length;
  if (!ReadVariableLength(length) || length > limit_ - at_) {
    return CutOff("a system exclusive event");
  }
  // F7 escapes whatever bytes a port is to get.
  const size_t before = track_.events.size();
  if (Byte(event_at_) == 0xF7) KeepSystem(bytes_.substr(at_, length));
  left_out_.sysex += track_.events.size() == before;
  at_ += length;
  return Step::kGoOn;
}

SmfTrackParser::Step SmfTrackParser::ReadMeta() {
  running_interrupted_ = true;
  if (at_ >= limit_) return CutOff("a meta event");
  uint8_t type = Byte(at_++);
  uint64_t length;
  if (!ReadVariableLength(length) || length > limit_ - at_) {
    if (type == kMetaEndOfTrack) {
      warnings_.Add(event_at_, index_, "End Of Track is cut off; taken as whole");
      at_ = limit_;
      return Step::kEndOfTrack;
    }
    return CutOff("a meta event");
  }
  std::string_view payload = bytes_.substr(at_, length);
  at_ += length;
  if (type == kMetaEndOfTrack) return Step::kEndOfTrack;
  KeepMeta(type, payload);
  return Step::kGoOn;
}

void SmfTrackParser::KeepMeta(uint8_t type, std::string_view payload) {
  switch (type) {
    case kMetaName:
      Keep(SmfKind::kName, 0, 0, 0, static_cast<int32_t>(track_.names.size()));
      track_.names.push_back(payload);
      break;
    case kMetaPort: KeepPort(payload); break;
    case kMetaTempo: KeepTempo(payload); break;
    case kMetaMeter: KeepMeter(payload); break;
    case kMetaKey: KeepKey(payload); break;
    case kMetaOurs:
      if (payload.starts_with(kNobody)) KeepSystem(payload.substr(1));
      break;
    case kMetaLyric: ++left_out_.lyrics; break;
    case kMetaText:
      ++left_out_.texts;
      if (payload.size() <= kMaxKeptText) track_.texts.emplace_back(tick_, payload);
      break;
    default: break;
  }
}

void SmfTrackParser::KeepPort(std::string_view payload) {
  if (has_port_ || payload.empty()) return;
  has_port_ = true;
  track_.port = static_cast<uint8_t>(payload[0]);
}

void SmfTrackParser::KeepTempo(std::string_view payload) {
  int32_t tempo = 0;
  for (char c : payload.substr(0, 3)) tempo = tempo << 8 | static_cast<uint8_t>(c);
  if (payload.size() < 3 || tempo == 0) {
    warnings_.Add(event_at_, index_, "tempo of {} bytes and value {}; left out", payload.size(),
                  tempo);
    return;
  }
  KeepWide(SmfKind::kTempo, 0, 0, 0, tempo);
}

void SmfTrackParser::KeepMeter(std::string_view payload) {
  int numerator = payload.empty() ? 0 : static_cast<uint8_t>(payload[0]);
  int exponent = payload.size() < 2 ? 0 : static_cast<uint8_t>(payload[1]);
  if (payload.size() < 2 || numerator == 0 || exponent > 30) {
    warnings_.Add(event_at_, index_, "time signature {}/2^{} of {} bytes; left out", numerator,
                  exponent, payload.size());
    return;
  }
  KeepWide(SmfKind::kMeter, 0, numerator, exponent);
}

void SmfTrackParser::KeepKey(std::string_view payload) {
  int sharps = payload.empty() ? 0 : static_cast<int8_t>(payload[0]);
  int mode = payload.size() < 2 ? 0 : static_cast<uint8_t>(payload[1]);
  if (payload.size() < 2 || sharps < -7 || sharps > 7 || mode > 1) {
    warnings_.Add(event_at_, index_, "key signature of {} sharps, mode {}, {} bytes; left out",
                  sharps, mode, payload.size());
    return;
  }
  KeepWide(SmfKind::kKey, 0, mode, 0, sharps);
}

SmfTrackParser::Step SmfTrackParser::CutOff(const char* what) {
  warnings_.Add(at_, index_, "the track ends within {}", what);
  return Step::kCutOff;
}

void SmfTrackParser::FindNextChunk(Step last) {
  uint64_t stated = chunk_.end();
  bool nothing_follows = length_believed_ || is_last_;
  next_chunk_ = last == Step::kCutOff && nothing_follows ? limit_ : at_;
  if (at_ == stated || stated > bytes_.size() || last == Step::kCutOff) return;
  if (at_ > stated || LooksLikeChunk(bytes_, at_)) {
    warnings_.Add(chunk_.begin - 4, index_, "the track claims {} bytes and has {}", chunk_.length,
                  at_ - chunk_.begin);
    return;
  }
  warnings_.Add(at_, index_, "bytes after End Of Track left out: {}", stated - at_);
  next_chunk_ = stated;
}

}  // namespace magenta
