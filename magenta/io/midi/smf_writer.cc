#include "magenta/io/midi/smf_writer.h"

#include <algorithm>

namespace magenta {
namespace {

/// The longest wait that a file can say in one go, in ticks.
constexpr int64_t kMaxWait = 0x0FFFFFFF;

void PutBigEndian(uint64_t value, int bytes, std::string& out) {
  while (bytes-- > 0) out += static_cast<char>(value >> (8 * bytes) & 0xFF);
}

void PutWait(int64_t value, std::string& out) {
  int shift = 0;
  while (value >> (shift + 7) != 0) shift += 7;
  for (; shift > 0; shift -= 7) out += static_cast<char>(0x80 | (value >> shift & 0x7F));
  out += static_cast<char>(value & 0x7F);
}

}  // namespace

SmfTrackWriter::SmfTrackWriter(std::string_view name) {
  if (name.empty()) return;
  body_ += std::string_view("\0\xFF\x03", 3);
  PutWait(static_cast<int64_t>(name.size()), body_);
  body_ += name;
}

void SmfTrackWriter::Advance(int64_t tick) {
  int64_t wait = std::max<int64_t>(0, tick - tick_);
  tick_ += wait;
  // An empty text says nothing, and lets a longer wait pass in pieces.
  for (; wait > kMaxWait; wait -= kMaxWait) {
    PutWait(kMaxWait, body_);
    body_ += std::string_view("\xFF\x01\0", 3);
  }
  PutWait(wait, body_);
}

void SmfTrackWriter::AddTempo(int64_t tick, int32_t microseconds) {
  Advance(tick);
  body_ += std::string_view("\xFF\x51\x03", 3);
  PutBigEndian(static_cast<uint64_t>(microseconds), 3, body_);
}

void SmfTrackWriter::AddMeter(int64_t tick, int numerator, int exponent) {
  Advance(tick);
  body_ += std::string_view("\xFF\x58\x04", 3);
  body_ += static_cast<char>(numerator);
  body_ += static_cast<char>(exponent);
  body_ += std::string_view("\x18\x08", 2);
}

void SmfTrackWriter::Add(const SmfMessage& message) {
  Advance(message.tick);
  if (message.bytes[0] >= 0xF0) {
    body_ += std::string_view("\xFF\x7F", 2);
    body_ += static_cast<char>(message.size + 1);
    body_ += '\x7D';
  }
  body_.append(message.bytes.begin(), message.bytes.begin() + message.size);
}

std::string SmfTrackWriter::Chunk(int64_t end_tick) const {
  SmfTrackWriter whole = *this;
  whole.Advance(end_tick);
  whole.body_ += std::string_view("\xFF\x2F\0", 3);
  std::string chunk = "MTrk";
  PutBigEndian(whole.body_.size(), 4, chunk);
  return chunk + whole.body_;
}

std::string JoinSmf(int ticks_per_quarter, std::span<const std::string> chunks) {
  std::string file = "MThd";
  PutBigEndian(6, 4, file);
  PutBigEndian(1, 2, file);
  PutBigEndian(chunks.size(), 2, file);
  PutBigEndian(static_cast<uint64_t>(ticks_per_quarter), 2, file);
  for (const std::string& chunk : chunks) file += chunk;
  return file;
}

}  // namespace magenta
