#include "magenta/live/realtime/active_notes.h"

#include <algorithm>

namespace magenta {

void ActiveNotes::Set(Key key, Owner owner) noexcept {
  Owner& slot = owners_[Index(key)];
  sounding_ += (owner != kNobody) - (slot != kNobody);
  --counts_[slot];
  ++counts_[owner];
  slot = owner;
}

void ActiveNotes::Report(MidiRouter& out, int64_t frame, Key key, uint8_t velocity,
                         Owner owner) noexcept {
  if (owner == kUnended || (owner >= kThru && owner < kMachine)) return;
  SessionEvent entry;
  entry.kind = owner == kMetronome ? SessionEvent::Kind::kClick : SessionEvent::Kind::kMachineNote;
  entry.player = owner == kMetronome ? 0 : static_cast<uint8_t>(owner - kMachine);
  entry.port = key.port;
  entry.size = 3;
  entry.bytes = {static_cast<uint8_t>((velocity > 0 ? 0x90 : 0x80) | key.channel), key.pitch,
                 velocity};
  entry.frame = frame;
  out.Report(entry);
}

bool ActiveNotes::End(MidiRouter& out, int64_t frame, Key key) noexcept {
  const Owner owner = owners_[Index(key)];
  Report(out, frame, key, 0, owner);
  const bool sent = out.Send(frame, key.port, 3,
                             {static_cast<uint8_t>(0x80 | key.channel), key.pitch, 64}, owner);
  offs_ += sent;
  Set(key, sent ? kNobody : kUnended);
  return sent;
}

bool ActiveNotes::On(MidiRouter& out, int64_t frame, Key key, uint8_t velocity,
                     Owner owner) noexcept {
  if (key.port >= kMaxLivePorts || key.channel > 15 || key.pitch > 127 || velocity == 0) {
    return false;
  }
  if (owners_[Index(key)] != kNobody && !End(out, frame, key)) return false;
  const uint8_t status = static_cast<uint8_t>(0x90 | key.channel);
  if (!out.Send(frame, key.port, 3, {status, key.pitch, velocity}, owner)) return false;
  ++ons_;
  Set(key, owner);
  Report(out, frame, key, velocity, owner);
  return true;
}

bool ActiveNotes::Off(MidiRouter& out, int64_t frame, Key key, Owner owner) noexcept {
  if (key.port >= kMaxLivePorts || key.channel > 15 || key.pitch > 127) return false;
  if (owners_[Index(key)] != owner) return false;
  End(out, frame, key);
  return true;
}

void ActiveNotes::EndChannel(MidiRouter& out, int64_t frame, uint8_t port, uint8_t channel,
                             Owner owner) noexcept {
  if (counts_[owner] == 0) return;
  for (uint8_t pitch = 0; pitch < 128; ++pitch) Off(out, frame, {port, channel, pitch}, owner);
}

bool ActiveNotes::Sounds(uint8_t port, uint8_t channel) const noexcept {
  if (port >= kMaxLivePorts || channel > 15) return false;
  const auto* first = owners_.data() + Index({port, channel, 0});
  return std::any_of(first, first + 128, [](Owner owner) { return owner != kNobody; });
}

void ActiveNotes::Flush(MidiRouter& out, int64_t frame, Owner owner) noexcept {
  if (owner == kNobody ? sounding_ == 0 : counts_[owner] == 0) return;
  for (size_t i = 0; i < owners_.size(); ++i) {
    if (owners_[i] != kNobody && (owner == kNobody || owners_[i] == owner)) {
      End(out, frame, KeyOf(i));
    }
  }
}

void ActiveNotes::Retry(MidiRouter& out, int64_t frame) noexcept { Flush(out, frame, kUnended); }

}  // namespace magenta
