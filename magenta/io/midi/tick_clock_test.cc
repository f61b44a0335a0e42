#include "magenta/io/midi/tick_clock.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace magenta {
namespace {

TEST(TickClock, SumsSegmentsWithoutRounding) {
  TickClock clock(0.1);
  clock.Append(3, 0.7);
  clock.Append(10, 0.3);
  EXPECT_EQ(clock.Seconds(3), 0.1 * 3);
  EXPECT_EQ(clock.Seconds(4), 0.1 * 3 + 0.7 * 1);
  EXPECT_EQ(clock.Seconds(13), (0.1 * 3 + 0.7 * 7) + 0.3 * 3);
  EXPECT_EQ(clock.segments()[2].seconds, 0.1 * 3 + 0.7 * 7);
}

TEST(TickClock, TheLastOfTwoChangesOnATickCounts) {
  TickClock clock(1);
  clock.Append(2, 10);
  clock.Append(2, 100);
  EXPECT_EQ(clock.Seconds(3), 102);
}

TEST(TickClock, NearestTickOfOneTempoIsHalfToEven) {
  TickClock clock(0.5);
  for (auto [seconds, tick] : std::vector<std::pair<double, int64_t>>{{0, 0},
                                                                      {0.25, 0},
                                                                      {0.26, 1},
                                                                      {0.75, 2},
                                                                      {1.25, 2},
                                                                      {1e9, 2000000000},
                                                                      {1e300, kMaxTick}}) {
    EXPECT_EQ(clock.NearestTick(seconds), tick) << seconds;
  }
}

// What an array of a double a tick and a search in it would say.
TEST(TickClock, NearestTickEqualsASearchOfAllTicks) {
  TickClock clock(0.013);
  clock.Append(40, 0.002);
  clock.Append(40, 0.031);
  clock.Append(90, 0.0007);
  for (double seconds = 0; seconds < clock.Seconds(90); seconds += 0.00037) {
    int64_t best = 0;
    for (int64_t t = 1; t <= 90; ++t) {
      if (std::fabs(clock.Seconds(t) - seconds) <= std::fabs(clock.Seconds(best) - seconds))
        best = t;
    }
    EXPECT_EQ(clock.NearestTick(seconds), best) << seconds;
  }
}

TEST(TickClock, RealTimeIgnoresTempos) {
  TickClock clock(1);
  clock.Append(5, 7);
  clock.UseRealTime(120000, 1001);
  EXPECT_EQ(clock.Seconds(120000), 1001);
  EXPECT_EQ(clock.Seconds(120), 120 * 1001 / 120000.0);
}

}  // namespace
}  // namespace magenta
