#include "magenta/music/statistics.h"

#include <gtest/gtest.h>

#include "tests/dump.h"

namespace magenta {
namespace {

// Bars of four steps.
MelodyStatistics Of(const std::string& events) {
  return StatisticsOf(*Melody::FromEvents(ParseEvents(events), 4));
}

TEST(Statistics, OfNothing) {
  for (const char* events : {"", "- - - -"}) {
    const MelodyStatistics statistics = Of(events);
    EXPECT_EQ(statistics.notes, 0);
    EXPECT_EQ(statistics.notes_per_bar, 0);
    EXPECT_EQ(statistics.pitch_range(), 0);
    EXPECT_EQ(statistics.in_key, 0);
    EXPECT_EQ(statistics.stuck, 0);
    EXPECT_EQ(statistics.repeats_one_bar, 0);
  }
  EXPECT_EQ(Of("- - - -").silent, 1.0);
}

TEST(Statistics, NotesRangeAndKey) {
  const MelodyStatistics statistics = Of("- 60 62 - 64 . 66 67 69 71 72 -");
  EXPECT_EQ(statistics.steps, 12);
  EXPECT_EQ(statistics.notes, 8);
  EXPECT_DOUBLE_EQ(statistics.notes_per_bar, 8.0 / 3);
  EXPECT_EQ(statistics.lowest, 60);
  EXPECT_EQ(statistics.highest, 72);
  EXPECT_EQ(statistics.pitch_range(), 12);
  EXPECT_EQ(statistics.key, 7);  // the F sharp says G
  EXPECT_DOUBLE_EQ(statistics.in_key, 1.0);
  EXPECT_DOUBLE_EQ(statistics.silent, 2.0 / 12);
  EXPECT_DOUBLE_EQ(Of("60 61 62 64").in_key, 3.0 / 4);
}

TEST(Statistics, StuckIsOnePitchForOverTwoBars) {
  const std::pair<const char*, double> rows[] = {
      {"60 - - - 60 - - -", 0},                                 // two bars, not over
      {"60 - - - 60 - - - 60 62", 0.9},                         // struck again
      {"60 - - - - - - - - -", 1.0},                            // held
      {"60 - - - 60 - - - 62 - -", 0},                          //
      {"60 . - - 60 . - - 60 . - -", 9.0 / 12},                 // up to the last step that sounds
      {"60 . - - - - - - - - - -", 0},                          // silence is no run
      {"62 - - - - - - - - 60 - - - - - - - - 62", 18.0 / 19},  // two runs
  };
  for (const auto& [events, stuck] : rows) EXPECT_DOUBLE_EQ(Of(events).stuck, stuck) << events;
}

TEST(Statistics, RepeatsAtOneAndTwoBars) {
  const MelodyStatistics statistics = Of("60 - 62 - 60 - 64 - 60 - 62 -");
  EXPECT_DOUBLE_EQ(statistics.repeats_one_bar, 2.0 / 4);  // both C; neither D nor E
  EXPECT_DOUBLE_EQ(statistics.repeats_two_bars, 2.0 / 2);
  EXPECT_EQ(Of("60 - - -").repeats_one_bar, 0);
}

}  // namespace
}  // namespace magenta
