#include "magenta/music/performance/conditions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/music/performance/condition_values.h"
#include "magenta/music/performance/performance_event.h"

namespace magenta {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Conditions, AreToldWhereTimeHasPassed) {
  const std::vector<Event> events = {60, 64, ShiftBy(50), 188, ShiftBy(50), 192};
  const std::vector<Conditions> all = ConditionsOf(events);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].notes_per_second, 2);
  EXPECT_NEAR(all[0].pitch_classes[0], 0.51, 1e-12);
  EXPECT_NEAR(all[0].pitch_classes[4], 1.01, 1e-12);
  EXPECT_EQ(all[1].step, 50);
  EXPECT_EQ(all[1].notes_per_second, 0);
  EXPECT_EQ(all[2].step, 100);
  EXPECT_NEAR(all[2].pitch_classes[4], 0.01, 1e-12);
}

TEST(Conditions, AreNumbersAndBack) {
  const std::vector<Conditions> all = {{.notes_per_second = 2.5},
                                       {.step = 70, .disabled = true, .pitch_classes = {0.5}}};
  const auto read = ReadConditions(WriteConditions(all));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, all);
  EXPECT_FALSE(ReadConditions(std::vector<Event>(14)).ok());
  EXPECT_FALSE(ReadConditions(WriteConditions(std::vector<Conditions>(2))).ok());
}

TEST(ConditionValues, HoldForEqualTimes) {
  ConditionValues values;
  values.notes_per_second = {1, 2.5, 70};
  values.disable_conditioning = {false, true};
  std::vector<int64_t> steps;
  std::vector<double> densities;
  std::vector<bool> disabled;
  for (const Conditions& here : values.Over(100)) {
    steps.push_back(here.step);
    densities.push_back(here.notes_per_second);
    disabled.push_back(here.disabled);
  }
  EXPECT_THAT(steps, ElementsAre(0, 34, 50, 67));
  EXPECT_THAT(densities, ElementsAre(1, 2.5, 2.5, 70));
  EXPECT_THAT(disabled, ElementsAre(false, false, true, true));
  EXPECT_EQ(ConditionValues().Over(1), std::vector<Conditions>(1));
}

TEST(ConditionValues, AreRead) {
  EXPECT_THAT(*ParseDensities("d", "5"), ElementsAre(5));
  EXPECT_THAT(*ParseDensities("d", " [1, 2.5,70,] "), ElementsAre(1, 2.5, 70));
  EXPECT_EQ(ParseHistograms("h", "[2,0,1,0,1,1,0,2,0,1,0,1]")->size(), 1u);
  EXPECT_EQ(ParseHistograms("h", "[[1,0,0,0,0,0,0,0,0,0,0,0],(0,1,0,0,0,0,0,0,0,0,0,0)]")->size(),
            2u);
  EXPECT_THAT(*ParseSwitches("s", "[False,True]"), ElementsAre(false, true));
}

TEST(ConditionValues, BadOnesAreRefusedByName) {
  struct Row {
    absl::Status status;
    const char* said;
  };
  const Row rows[] = {
      {ParseDensities("d", "-3").status(), "d: -3 holds a density below 0"},
      {ParseDensities("d", "[5, 1e39]").status(), "d: [5, 1e39] holds a density above 1000"},
      {ParseHistograms("h", "[1e10,0,0,0,0,0,0,0,0,0,0,0]").status(), "holds a number above 1e9"},
      {ParseDensities("d", "five").status(), "d: five is no number"},
      {ParseDensities("d", "[1,[2]]").status(), "is no number, and no list"},
      {ParseDensities("d", "[]").status(), "is no number"},
      {ParseDensities("d", "1 2").status(), "is no number"},
      {ParseDensities("d", "1e999").status(), "is no number"},
      {ParseDensities("d", "nan").status(), "is no number"},
      {ParseHistograms("h", "[1,2]").status(), "h: [1,2] holds a histogram of 2 numbers, not 12"},
      {ParseHistograms("h", "5").status(), "is no list of numbers"},
      {ParseHistograms("h", "[-1,0,0,0,0,0,0,0,0,0,0,0]").status(), "below 0"},
      {ParseHistograms("h", "[[[1]]]").status(), "is no list of numbers"},
      {ParseSwitches("s", "maybe").status(), "s: maybe is neither True nor False"},
      {ParseSwitches("s", "[2]").status(), "is neither True nor False"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(ExitStatus(row.status), 2) << row.said;
    EXPECT_THAT(ErrorMessage(row.status), HasSubstr(row.said));
  }
}

}  // namespace
}  // namespace magenta
