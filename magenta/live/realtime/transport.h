#pragma once
// Frames to musical time. Our own clock is a straight line from an origin; an outside clock is a
// staircase of ticks with straight lines between, that never reach the next tick before it comes:
// what is to sound on a tick sounds with it, however uneven ticks are.

#include <cstdint>
#include <limits>

namespace magenta {

/// Tempos that are played, in quarter notes a minute.
inline constexpr double kMinQpm = 10;
inline constexpr double kMaxQpm = 1000;
/// MIDI clock ticks of a quarter note.
inline constexpr int kClocksPerQuarter = 24;

/// Part of the MIDI thread: noexcept, no allocation. Positions are in steps, frames are counted
/// from the backend's start and come in order. Between Start and Stop positions never fall.
class Transport {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  /// `steps_per_tick` of an outside clock; 0: our own.
  Transport(double qpm, int steps_per_quarter, double steps_per_tick) noexcept;

  bool follows() const noexcept { return steps_per_tick_ > 0; }
  bool running() const noexcept { return running_; }
  /// The tempo; of an outside clock what its last ticks amount to.
  double qpm() const noexcept { return qpm_; }
  double rate() const noexcept { return rate_; }
  double FramesPerStep() const noexcept { return 1 / StepsPerFrame(); }

  /// Frames a second. Before anything else, and when it changes.
  void SetRate(int64_t frame, double rate) noexcept;
  /// Of our own clock; held within kMinQpm..kMaxQpm. The position goes on from where it is.
  void SetTempo(int64_t frame, double qpm) noexcept;
  /// Our own clock: from now on `step` is at `frame`. Outside: `step` is at the next tick.
  void Start(int64_t frame, double step) noexcept;
  void Stop(int64_t frame) noexcept;
  /// A tick of the outside clock. Ticks may come in a burst that was held up, but those that for
  /// longer come faster than at kMaxQpm are no clock, and count for nothing.
  void Tick(int64_t frame) noexcept;
  /// Whether the outside clock should have ticked twice, and for half a second, and did not.
  bool Stalled(int64_t frame) const noexcept;

  /// Of an outside clock: whether steps may still come, as far as its last tick says.
  bool Goes(int64_t frame) const noexcept { return running_ && ticked_ && !Stalled(frame); }

  /// The position at `frame`, not before the last origin or tick.
  double PositionAt(int64_t frame) const noexcept;
  /// The frame on which `step` is reached, nearest; kNever while that can't be said.
  int64_t FrameOf(double step) const noexcept;

 private:
  double StepsPerFrame() const noexcept;
  bool ComesTooFast(int64_t frame, double shortest) noexcept;

  const int steps_per_quarter_;
  const double steps_per_tick_;
  double rate_ = 48000;
  double qpm_;
  bool running_ = false;
  // Our own clock.
  int64_t origin_frame_ = 0;
  double origin_step_ = 0;
  // An outside one: the position of the last tick, and the frames that one lasts.
  double tick_step_ = 0;
  int64_t tick_frame_ = 0;
  bool ticked_ = false;    // since Start
  bool seen_ = false;      // a tick at all
  bool measured_ = false;  // tick_frames_ comes from ticks
  double tick_frames_ = 0;
  double ahead_ = 0;  // frames by which ticks came earlier than at kMaxQpm
};

}  // namespace magenta
