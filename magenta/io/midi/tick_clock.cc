#include "magenta/io/midi/tick_clock.h"

#include <algorithm>
#include <cmath>

namespace magenta {

double TickScale(double qpm, int ticks_per_quarter) { return 60.0 / (qpm * ticks_per_quarter); }

int PlayedTicksPerQuarter(double qpm) {
  constexpr int kMostTicks = 480 << 6;
  int ticks = 480;
  while (ticks < kMostTicks && TickScale(qpm, ticks) / 2 >= 0.001) ticks *= 2;
  return ticks;
}

void TickClock::UseRealTime(double ticks, double seconds) {
  real_ticks_ = ticks;
  real_seconds_ = seconds;
}

void TickClock::Append(int64_t tick, double scale) {
  segments_.push_back({tick, scale, Seconds(tick)});
}

double TickClock::SecondsBySearch(int64_t tick) const {
  if (real_ticks_ > 0) return static_cast<double>(tick) * real_seconds_ / real_ticks_;
  auto after = std::upper_bound(segments_.begin() + 1, segments_.end(), tick,
                                [](int64_t t, const Segment& s) { return t < s.tick; });
  return (after - 1)->At(tick);
}

int64_t TickClock::NearestTick(double seconds) const {
  const Segment& last = segments_.back();
  if (seconds > last.seconds) {
    double tick = static_cast<double>(last.tick) + (seconds - last.seconds) / last.scale;
    return static_cast<int64_t>(std::nearbyint(std::min(tick, static_cast<double>(kMaxTick))));
  }
  int64_t low = 0;  // the first tick that is not before `seconds` lies in [low, high]
  int64_t high = last.tick;
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (Seconds(middle) < seconds) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low > 0 && std::fabs(seconds - Seconds(low - 1)) < std::fabs(seconds - Seconds(low))) --low;
  return low;
}

}  // namespace magenta
