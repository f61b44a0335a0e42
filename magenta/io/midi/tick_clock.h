#pragma once
// Ticks of a MIDI file <-> seconds, with the rounding of the reference (pretty_midi), but without
// its array of a double a tick: the tempo changes are enough.

#include <cstdint>
#include <span>
#include <vector>

namespace magenta {

/// Ticks past this are held back to it: every tick up to here is exact as a double.
inline constexpr int64_t kMaxTick = int64_t{1} << 52;

/// Microseconds a quarter that a file without a tempo has (120 quarters a minute).
inline constexpr int32_t kDefaultTempo = 500000;

/// Seconds a tick at `qpm` quarters a minute: 60 / (qpm * ticks_per_quarter).
double TickScale(double qpm, int ticks_per_quarter);

/// Ticks a quarter for what was played, in no grid: 480, as sequencers have, doubled until the
/// nearest tick is less than a millisecond away at `qpm` quarters a minute (0.98 and more).
int PlayedTicksPerQuarter(double qpm);

/// The tempo changes of one file. Time of a tick t in the segment that began at tick t_k:
/// T(t) = T_k + scale_k * (t - t_k), and T_{k+1} by the same formula. Nothing is rounded.
class TickClock {
 public:
  /// From one tempo change to the next.
  struct Segment {
    int64_t tick;
    /// Seconds a tick from here on.
    double scale;
    /// Time of `tick` in seconds.
    double seconds;

    double At(int64_t t) const { return seconds + scale * static_cast<double>(t - tick); }
  };

  /// One tempo of `scale` seconds a tick, from tick 0.
  explicit TickClock(double scale) : segments_{{0, scale, 0.0}} {}

  /// Makes time of day of ticks whatever the tempos are: a second is `ticks` / `seconds` ticks
  /// (SMPTE: 29.97 frames of 4 ticks are 120000 ticks in 1001 seconds).
  void UseRealTime(double ticks, double seconds);

  /// A change at `tick`, not before the last one's.
  void Append(int64_t tick, double scale);

  /// Seconds at which `tick` (0 and up) is.
  double Seconds(int64_t tick) const {
    // Most files have one tempo.
    return segments_.size() == 1 && real_ticks_ <= 0 ? segments_[0].At(tick)
                                                     : SecondsBySearch(tick);
  }

  /// The tick nearest to `seconds` (0 and up). Up to the last change: the later one of two equally
  /// near; after it: round half to even of last tick + (seconds - its time) / scale. Never over
  /// kMaxTick. Not for real time.
  int64_t NearestTick(double seconds) const;

  /// The changes, in order; the first is at tick 0.
  std::span<const Segment> segments() const { return segments_; }

 private:
  double SecondsBySearch(int64_t tick) const;

  std::vector<Segment> segments_;
  double real_ticks_ = 0;
  double real_seconds_ = 0;
};

}  // namespace magenta
