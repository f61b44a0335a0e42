#include "magenta/cli/live/port_player.h"

#include <algorithm>
#include <cmath>

namespace magenta::cli {
namespace {

constexpr int kChannels = 16;
constexpr int kDrumChannel = 9;
/// Before the first note, so that a synthesizer has read the programs.
constexpr double kLeadSeconds = 0.1;
constexpr int64_t kBetweenPieces = PortPlayer::kRate / 2;

/// MIDI channel of a schedule's channel: drums on 9, the others over the rest.
int MidiChannel(const SoundSchedule& schedule, int channel) {
  if (schedule.drums[channel]) return kDrumChannel;
  const int melodic =
      static_cast<int>(std::count(schedule.drums.begin(), schedule.drums.begin() + channel, false));
  const int slot = melodic % (kChannels - 1);
  return slot < kDrumChannel ? slot : slot + 1;
}

MidiEvent MessageOf(const SoundEvent& event, int channel) {
  const auto message = [&](int kind, int a, int b, uint8_t size = 3) {
    return MidiEvent{.frame = 0,
                     .port = 0,
                     .size = size,
                     .bytes = {static_cast<uint8_t>(kind | channel), static_cast<uint8_t>(a & 127),
                               static_cast<uint8_t>(b & 127)}};
  };
  switch (event.kind) {
    case SoundEvent::Kind::kNoteOff: return message(0x80, event.number, 64);
    case SoundEvent::Kind::kProgram: return message(0xC0, event.number, 0, 2);
    case SoundEvent::Kind::kControl: return message(0xB0, event.number, event.value);
    case SoundEvent::Kind::kBend: return message(0xE0, event.number, event.number >> 7);
    case SoundEvent::Kind::kNoteOn: break;
  }
  return message(0x90, event.number, event.value);
}

}  // namespace

PortPlayer::PortPlayer(const std::vector<SoundSchedule>& pieces) {
  for (const SoundSchedule& piece : pieces) AddPiece(piece);
}

void PortPlayer::AddPiece(const SoundSchedule& piece) {
  const int64_t offset = due_.empty() ? 0 : end_ + kBetweenPieces;
  for (const SoundEvent& event : piece.events) {
    due_.push_back({offset + event.frame, MessageOf(event, MidiChannel(piece, event.channel))});
  }
  end_ = offset + piece.frames;
}

void PortPlayer::Process(const MidiBlock& block, std::span<const MidiEvent>,
                         MidiOut& out) noexcept {
  if (done_ || !started_) return;
  if (begin_ < 0) begin_ = block.start + std::llround(kLeadSeconds * block.rate);
  if (stopping_) {
    done_ = SendSilence(out);
    return;
  }
  SendDue(block, out);
  const double now = static_cast<double>(block.start + block.frames - begin_) / block.rate;
  position_ = std::clamp(now, 0.0, length());
  done_ = next_ == due_.size() && now >= length();
}

void PortPlayer::SendDue(const MidiBlock& block, MidiOut& out) noexcept {
  for (; next_ < due_.size(); ++next_) {
    const Due& due = due_[next_];
    const double frames = static_cast<double>(due.frame) * block.rate / kRate;
    const int64_t frame = std::llround(frames) + begin_ - block.start;
    if (frame >= block.frames) return;
    MidiEvent event = due.event;
    event.frame = static_cast<uint32_t>(std::max<int64_t>(0, frame));
    if (!out.Send(event)) return;  // the rest comes with the next block
    const int kind = event.bytes[0] & 0xF0;
    if (kind == 0x90 || kind == 0x80) {
      sounding_[(event.bytes[0] & 0x0F) * 128 + event.bytes[1]] = kind == 0x90;
    }
  }
}

bool PortPlayer::SendSilence(MidiOut& out) noexcept {
  for (size_t key = 0; key < sounding_.size(); ++key) {
    if (!sounding_[key]) continue;
    const auto status = static_cast<uint8_t>(0x80 | key / 128);
    const auto pitch = static_cast<uint8_t>(key % 128);
    if (!out.Send({.frame = 0, .port = 0, .size = 3, .bytes = {status, pitch, 64}})) return false;
    sounding_[key] = false;
  }
  bool is_sent = true;
  for (uint8_t channel = 0; channel < kChannels; ++channel) {
    const auto status = static_cast<uint8_t>(0xB0 | channel);
    for (const uint8_t off : {uint8_t{64}, uint8_t{123}}) {  // pedal up, all notes off
      is_sent &= out.Send({.frame = 0, .port = 0, .size = 3, .bytes = {status, off, 0}});
    }
  }
  return is_sent;
}

}  // namespace magenta::cli
