#include "magenta/music/performance/extract_performance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/dump.h"

namespace magenta {
namespace {

using ::testing::ElementsAre;

QuantizedSequence OnSteps(const std::string& music) {
  return *Quantize(ParseMusic(music), Grid::PerSecond(kPerformanceStepsPerSecond));
}

PerformanceExtraction ExtractAll(const std::string& music, PerformanceForm form) {
  return ExtractPerformance(OnSteps(music), {.form = form, .min_events = 0, .max_events = 0});
}

TEST(PerformanceEvent, NotesAreNumbersAndBack) {
  for (const PerformedNote& note : {PerformedNote{0, 0, 1, 0}, PerformedNote{1000, 127, 32, 1000},
                                    PerformedNote{12, 60, 20, 7}}) {
    EXPECT_EQ(NoteOf(PackNote(note)), note);
  }
  EXPECT_GT(NoteOf(-2).shift, kMostNoteSteps);
}

TEST(PerformanceEvent, VelocitiesAreBins) {
  EXPECT_EQ(VelocityBinOf(0), 0);
  EXPECT_EQ(VelocityBinOf(1), 1);
  EXPECT_EQ(VelocityBinOf(4), 1);
  EXPECT_EQ(VelocityBinOf(127), 32);
  EXPECT_EQ(VelocityBinOf(1000), 32);
  EXPECT_EQ(VelocityOfBin(32), 125);
}

TEST(ExtractPerformance, NotesBeginAndEndInOrder) {
  const auto extraction =
      ExtractAll("60@0+1/v5 64@0+1/v5 67@2.5+0.25/v9", PerformanceForm::kLoudEvents);
  ASSERT_TRUE(extraction.performance.has_value());
  // The end of the first stands before that of the second; 150 steps are two shifts.
  EXPECT_THAT(extraction.performance->events,
              ElementsAre(357, 60, 64, ShiftBy(100), 188, 192, ShiftBy(100), ShiftBy(50), 358, 67,
                          ShiftBy(25), 195));
  EXPECT_EQ(extraction.counters.Of("performance_lengths_in_seconds:[-inf,5)"), 1);
}

TEST(ExtractPerformance, WholeNotes) {
  const auto extraction = ExtractAll("60@0+1/v5 64@0.5+0.1/v9", PerformanceForm::kWholeNotes);
  ASSERT_TRUE(extraction.performance.has_value());
  EXPECT_THAT(extraction.performance->events,
              ElementsAre(PackNote({0, 60, 2, 100}), PackNote({50, 64, 3, 10})));
  EXPECT_EQ(ExtractAll("60@0+11/v5", PerformanceForm::kWholeNotes).outcome,
            PerformanceOutcome::kLongNote);
  EXPECT_EQ(ExtractAll("60@0+1/v5 60@12+1/v5", PerformanceForm::kWholeNotes).outcome,
            PerformanceOutcome::kLongGap);
}

TEST(ExtractPerformance, SaysWhyItIsNone) {
  EXPECT_EQ(ExtractPerformance(OnSteps("60@0+1"), {}).outcome, PerformanceOutcome::kTooShort);
  EXPECT_EQ(ExtractPerformance(OnSteps("60@0+1"), {}).flag, "--min_events=4");
  EXPECT_EQ(ExtractPerformance(OnSteps("60@0+1"), {.min_events = 0, .max_events = 2}).outcome,
            PerformanceOutcome::kTruncated);
}

TEST(ExtractPerformance, LengthsAreSet) {
  struct Row {
    std::vector<Event> events;
    int64_t steps;
    std::vector<Event> wanted;
  };
  const Row rows[] = {
      {{60, ShiftBy(50)}, 170, {60, ShiftBy(100), ShiftBy(70)}},
      {{60, ShiftBy(50)}, 50, {60, ShiftBy(50)}},
      {{60, ShiftBy(50), 188, ShiftBy(20)}, 60, {60, ShiftBy(50), 188, ShiftBy(10)}},
      {{60, ShiftBy(50), 188, ShiftBy(20)}, 10, {60, ShiftBy(10)}},
      {{60}, 200, {60, ShiftBy(100), ShiftBy(100)}},
      {{ShiftBy(50), 60}, 0, {}},
  };
  for (const Row& row : rows) {
    std::vector<Event> events = row.events;
    SetPerformanceLength(row.steps, events);
    EXPECT_EQ(events, row.wanted) << row.steps;
  }
}

}  // namespace
}  // namespace magenta
