#pragma once
// Every note that we have begun and not ended. Nothing of ours sounds that is not in here, and all
// of it can be ended at any moment: that is why no note ever hangs.

#include <array>
#include <cstdint>

#include "magenta/live/realtime/duet_options.h"
#include "magenta/live/realtime/midi_router.h"

namespace magenta {

/// Part of the MIDI thread: noexcept, no allocation; frames as MidiRouter's. A key (port, channel,
/// pitch) sounds once: who strikes a sounding key ends it first, and from then on it is theirs to
/// end, so that note-ons and note-offs are always even. What the machine and the metronome play
/// goes into the journal.
class ActiveNotes {
 public:
  /// Who strikes a key.
  using Owner = uint8_t;
  static constexpr Owner kNobody = 0;
  static constexpr Owner kMetronome = 1;
  /// Player p's notes that go through are kThru + p, the machine's kMachine + p.
  static constexpr Owner kThru = 2;
  static constexpr Owner kMachine = kThru + kMaxPlayers;

  struct Key {
    uint8_t port = 0;     // under kMaxLivePorts
    uint8_t channel = 0;  // under 16
    uint8_t pitch = 0;    // under 128
  };

  /// False: the block was full, and the key is as before, or ended.
  bool On(MidiRouter& out, int64_t frame, Key key, uint8_t velocity, Owner owner) noexcept;
  /// Ends the key if it is `owner`'s. False: it is not.
  bool Off(MidiRouter& out, int64_t frame, Key key, Owner owner) noexcept;
  /// Ends all of `owner`'s, and with `owner` kNobody everybody's.
  void Flush(MidiRouter& out, int64_t frame, Owner owner = kNobody) noexcept;
  /// Ends `owner`'s of one channel.
  void EndChannel(MidiRouter& out, int64_t frame, uint8_t port, uint8_t channel,
                  Owner owner) noexcept;
  /// Whether a key of that channel sounds, whoever struck it.
  bool Sounds(uint8_t port, uint8_t channel) const noexcept;
  /// Ends what could not be ended because a block was full. To be called as each block begins,
  /// at `frame`.
  void Retry(MidiRouter& out, int64_t frame) noexcept;

  /// Keys that sound.
  int sounding() const noexcept { return sounding_; }
  /// Sent so far; equal when nothing sounds.
  int64_t note_ons() const noexcept { return ons_; }
  int64_t note_offs() const noexcept { return offs_; }

 private:
  static constexpr Owner kUnended = 255;
  static constexpr size_t Index(Key key) noexcept {
    return (size_t{key.port} * 16 + key.channel) * 128 + key.pitch;
  }
  static constexpr Key KeyOf(size_t index) noexcept {
    return {static_cast<uint8_t>(index / 2048), static_cast<uint8_t>(index / 128 % 16),
            static_cast<uint8_t>(index % 128)};
  }
  void Set(Key key, Owner owner) noexcept;
  void Report(MidiRouter& out, int64_t frame, Key key, uint8_t velocity, Owner owner) noexcept;
  bool End(MidiRouter& out, int64_t frame, Key key) noexcept;

  std::array<Owner, size_t{kMaxLivePorts}* 16 * 128> owners_ = {};
  std::array<int, 256> counts_ = {};
  int sounding_ = 0;
  int64_t ons_ = 0;
  int64_t offs_ = 0;
};

}  // namespace magenta
