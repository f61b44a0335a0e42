#include "magenta/cli/terminal/output.h"

#include <gtest/gtest.h>

namespace magenta::cli {
namespace {

TEST(TimeLeftText, CountsWhatThisRunDid) {
  EXPECT_EQ(TimeLeftText(0, 25, 100, 10), ", 30 s left");
  // A run that went on from step 700 and did 10 of the 300 that remain in 5 seconds.
  EXPECT_EQ(TimeLeftText(700, 710, 1000, 5), ", 2 min 25 s left");
  EXPECT_EQ(TimeLeftText(700, 1000, 1000, 5), ", 0 s left");
}

TEST(TimeLeftText, SaysNothingBeforeAnythingTells) {
  EXPECT_EQ(TimeLeftText(0, 0, 100, 1), "");
  EXPECT_EQ(TimeLeftText(700, 700, 1000, 1), "");
}

TEST(DurationText, GrowsWithTheTime) {
  EXPECT_EQ(DurationText(2.6), "3 s");
  EXPECT_EQ(DurationText(250), "4 min 10 s");
  EXPECT_EQ(DurationText(7500), "2 h 5 min");
}

}  // namespace
}  // namespace magenta::cli
