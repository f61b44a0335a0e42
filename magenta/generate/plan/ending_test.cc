#include "magenta/generate/plan/ending.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "magenta/kinds/melody_kind.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;

constexpr double kStep = 0.125;

struct Asked {
  int numerator, denominator;
  int64_t start, end;  // steps that are new
};

/// Asks for those after one note before them.
absl::StatusOr<SectionPlan> PlanOf(const Asked& asked) {
  NoteSequence input;
  input.add_tempos()->set_qpm(120);
  auto* meter = input.add_time_signatures();
  meter->set_numerator(asked.numerator);
  meter->set_denominator(asked.denominator);
  auto* note = input.add_notes();
  note->set_pitch(60);
  note->set_velocity(90);
  note->set_end_time(static_cast<double>(asked.start) * kStep);
  input.set_total_time(note->end_time());
  GeneratorOptions options;
  auto* section = options.add_generate_sections();
  section->set_start_time(note->end_time());
  section->set_end_time(static_cast<double>(asked.end) * kStep);
  return PlanSection(input, options, Grid(), false);
}

TEST(EndingGoalTest, LastNotesBeginOnBeatsOfTheLastBarThatLeaveRoom) {
  struct Row {
    Asked asked;
    int64_t look_from;
    std::vector<int64_t> onsets;  // steps of the piece
  };
  const Row rows[] = {
      {{4, 4, 4, 64}, 32, {48, 52, 56}},
      {{3, 4, 4, 48}, 24, {36, 40}},
      {{6, 8, 4, 48}, 24, {36, 42}},
      {{9, 8, 4, 54}, 18, {36, 42, 48}},
      {{3, 8, 4, 24}, 12, {18}},
      {{2, 4, 4, 32}, 16, {24}},
      {{2, 2, 4, 64}, 32, {48, 56}},
      {{5, 16, 4, 15}, 5, {10}},
      // The piece ends within a bar.
      {{4, 4, 4, 58}, 32, {48, 52}},
      {{4, 4, 4, 50}, 32, {48}},
      // Less than two bars are new, and less than one.
      {{4, 4, 16, 32}, 16, {16, 20, 24}},
      {{4, 4, 21, 30}, 21, {24}},
      {{4, 4, 24, 25}, 24, {24}},
  };
  const auto kind = MakeMelodyKind({});
  for (const Row& row : rows) {
    const Asked& asked = row.asked;
    const auto plan = PlanOf(asked);
    ASSERT_TRUE(plan.ok()) << plan.status();
    const auto goal = EndingGoal::Of(*plan, *kind, Primer(), std::nullopt);
    ASSERT_TRUE(goal.ok()) << goal.status();
    EXPECT_EQ(asked.end - goal->look_ahead(), row.look_from)
        << asked.numerator << "/" << asked.denominator << " up to " << asked.end;
    std::vector<int64_t> onsets;
    for (const int64_t onset : goal->onsets()) onsets.push_back(row.look_from + onset);
    EXPECT_EQ(onsets, row.onsets) << asked.numerator << "/" << asked.denominator << " up to "
                                  << asked.end;
  }
}

TEST(EndingGoalTest, WithoutABeatThatIsNewThereIsNone) {
  const auto plan = PlanOf({4, 4, 25, 28});
  ASSERT_TRUE(plan.ok()) << plan.status();
  const auto goal = EndingGoal::Of(*plan, *MakeMelodyKind({}), Primer(), std::nullopt);
  EXPECT_EQ(goal.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(goal.status().message()),
              HasSubstr("steps 25 to 28, in which no beat begins: the bar begins on step 16, a "
                        "beat lasts 4"));
}

TEST(EndingTest, IsOfTheLastNote) {
  struct Row {
    std::vector<SteppedNote> notes;
    std::optional<int> tonic;
    Ending ending;
  };
  // C major by what sounds longest; a bar of 4/4 from 16 on.
  const std::vector<SteppedNote> tune = {{0, 4, 60}, {4, 8, 64}, {8, 12, 67}, {12, 16, 72}};
  const auto with = [&tune](std::vector<SteppedNote> more) {
    more.insert(more.begin(), tune.begin(), tune.end());
    return more;
  };
  const Row rows[] = {
      {{}, {}, {}},
      {tune, {}, {false, true, 4}},
      {with({{16, 22, 67}, {24, 32, 60}}), {}, {true, true, 8}},
      {with({{24, 40, 48}}), {}, {true, true, 8}},
      {with({{26, 32, 60}}), {}, {false, true, 6}},
      {with({{28, 32, 62}}), {}, {true, false, 4}},
      {with({{28, 32, 62}}), 2, {true, true, 4}},
      // Of a chord the highest; what began earlier may end later.
      {with({{16, 32, 67}, {24, 28, 64}, {24, 30, 72}}), {}, {true, true, 6}},
      {with({{32, 36, 60}}), {}, {false, true, 0}},
  };
  const LastBar bar = {16, 32, 4, 6};
  for (const Row& row : rows) {
    const Ending ending = EndingOf(row.notes, bar, row.tonic);
    EXPECT_EQ(ending.on_beat, row.ending.on_beat) << row.notes.size();
    EXPECT_EQ(ending.on_tonic, row.ending.on_tonic) << row.notes.size();
    EXPECT_EQ(ending.steps, row.ending.steps) << row.notes.size();
  }
}

}  // namespace
}  // namespace magenta
