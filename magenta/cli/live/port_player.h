#pragma once
// Finished music to a MIDI port, at the frames that it says.

#include <array>
#include <atomic>
#include <bitset>
#include <cstdint>
#include <vector>

#include "magenta/live/realtime/midi_io.h"
#include "magenta/render/schedule.h"

namespace magenta::cli {

/// Plays schedules one after another to output port 0. On the MIDI thread it only reads what was
/// laid out before; the methods after Process are for another thread.
class PortPlayer : public MidiProcessor {
 public:
  /// Frames a second of the schedules.
  static constexpr int kRate = 48000;

  /// Half a second lies between two pieces.
  explicit PortPlayer(const std::vector<SoundSchedule>& pieces);

  void Process(const MidiBlock& block, std::span<const MidiEvent> in,
               MidiOut& out) noexcept override;

  /// Begins; until then it is silent.
  void Start() noexcept { started_ = true; }
  /// Ends every note, and is done.
  void Stop() noexcept { stopping_ = true; }
  /// Whether everything was sent.
  bool done() const noexcept { return done_; }
  /// Seconds played, and in all.
  double position() const noexcept { return position_; }
  double length() const { return static_cast<double>(end_) / kRate; }

 private:
  struct Due {
    int64_t frame;
    MidiEvent event;
  };

  void AddPiece(const SoundSchedule& piece);
  void SendDue(const MidiBlock& block, MidiOut& out) noexcept;
  bool SendSilence(MidiOut& out) noexcept;

  std::vector<Due> due_;
  /// Of kRate.
  int64_t end_ = 0;
  size_t next_ = 0;
  /// The block frame at which `due_` begins; negative before.
  int64_t begin_ = -1;
  /// Channel * 128 + pitch.
  std::bitset<16 * 128> sounding_;
  std::atomic<bool> started_{false}, stopping_{false}, done_{false};
  std::atomic<double> position_{0};
};

}  // namespace magenta::cli
