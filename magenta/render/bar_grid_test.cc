#include "magenta/render/bar_grid.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/music/piece_limits.h"

namespace magenta {
namespace {

struct Row {
  std::vector<std::pair<double, double>> tempos;  // seconds, qpm
  std::vector<std::array<double, 3>> meters;      // seconds, numerator, denominator
  double end;                                     // of the only note
  const char* bars;                               // "start-end/beat ..."
};

NoteSequence SequenceOf(const Row& row) {
  NoteSequence sequence;
  for (const auto& [time, qpm] : row.tempos) {
    auto* tempo = sequence.add_tempos();
    tempo->set_time(time);
    tempo->set_qpm(qpm);
  }
  for (const auto& [time, numerator, denominator] : row.meters) {
    auto* meter = sequence.add_time_signatures();
    meter->set_time(time);
    meter->set_numerator(static_cast<int>(numerator));
    meter->set_denominator(static_cast<int>(denominator));
  }
  sequence.add_notes()->set_end_time(row.end);
  return sequence;
}

TEST(BarGrid, PickupsAndCutBarsAreOneBar) {
  const struct {
    Row row;
    std::vector<int> numbers;
    int count;
  } rows[] = {
      // A pickup.
      {{{{0, 60}}, {{0, 1, 4}, {1, 4, 4}}, 9, ""}, {0, 1, 2}, 3},
      // A short last bar.
      {{{{0, 60}}, {{0, 4, 4}, {4, 3, 4}}, 7, ""}, {1, 2}, 2},
      {{{{0, 60}}, {{0, 4, 4}}, 1, ""}, {1}, 1},
      // A bar that a repeat cuts, in the middle, at the beginning and at the end.
      {{{{0, 60}}, {{0, 4, 4}, {4, 3, 4}, {7, 1, 4}, {8, 4, 4}}, 16, ""}, {1, 2, 2, 3, 4}, 4},
      {{{{0, 60}}, {{0, 1, 4}, {1, 4, 4}, {5, 3, 4}, {8, 1, 4}, {9, 4, 4}}, 17, ""},
       {0, 1, 2, 2, 3, 4},
       5},
      {{{{0, 60}}, {{0, 1, 4}, {1, 3, 4}, {4, 4, 4}}, 12, ""}, {1, 1, 2, 3}, 3},
      {{{{0, 60}}, {{0, 4, 4}, {8, 2, 4}}, 12, ""}, {1, 2, 3, 3}, 3},
      // A meter of its own.
      {{{{0, 60}}, {{0, 4, 4}, {4, 2, 4}}, 12, ""}, {1, 2, 3, 4, 5}, 5},
  };
  for (const auto& [row, numbers, count] : rows) {
    const auto grid = BarGrid::Make(SequenceOf(row));
    ASSERT_TRUE(grid.ok());
    std::vector<int> found;
    for (const Bar& bar : grid->bars()) found.push_back(bar.number);
    EXPECT_EQ(found, numbers);
    EXPECT_EQ(grid->count(), count);
  }
}

TEST(BarGrid, Bars) {
  const Row rows[] = {
      {{}, {}, 0, "0-4/1"},
      {{}, {}, 2, "0-4/1"},
      {{}, {}, 2.1, "0-4/1 4-8/1"},
      {{{0, 60}}, {{0, 3, 4}}, 4, "0-3/1 3-6/1"},
      {{{0, 60}}, {{0, 6, 8}}, 4, "0-3/0.5 3-6/0.5"},
      {{{0, 60}, {4, 120}}, {}, 6, "0-4/1 4-8/1"},
      {{{0, 60}}, {{0, 4, 4}, {6, 3, 4}}, 8, "0-4/1 4-6/1 6-9/1"},
      {{{0, 60}}, {{2, 3, 4}}, 5, "0-2/1 2-5/1"},
      {{{0, 60}}, {{0, 0, 4}}, 4, "0-4/1"},
  };
  for (const Row& row : rows) {
    const auto grid = BarGrid::Make(SequenceOf(row));
    ASSERT_TRUE(grid.ok());
    std::string text;
    for (const Bar& bar : grid->bars()) {
      text += fmt::format("{}{}-{}/{}", text.empty() ? "" : " ", bar.start, bar.end, bar.beat);
    }
    EXPECT_EQ(text, row.bars);
  }
}

TEST(BarGrid, QuartersFollowTheTempo) {
  const auto grid = BarGrid::Make(SequenceOf({{{0, 60}, {2, 120}, {3, 30}}, {}, 5, ""}));
  ASSERT_TRUE(grid.ok());
  EXPECT_DOUBLE_EQ(grid->QuarterAt(1), 1);
  EXPECT_DOUBLE_EQ(grid->QuarterAt(2.5), 3);
  EXPECT_DOUBLE_EQ(grid->QuarterAt(5), 5);
}

TEST(BarGrid, RefusesWhatNoPictureHolds) {
  EXPECT_TRUE(IsPieceLimitError(BarGrid::Make(SequenceOf({{}, {}, 1e9, ""})).status()));
  EXPECT_EQ(ExitStatus(BarGrid::Make(SequenceOf({{}, {}, 1e9, ""})).status()), 3);
  EXPECT_EQ(ExitStatus(BarGrid::Make(SequenceOf({{}, {}, -1, ""})).status()), 3);
  EXPECT_EQ(ExitStatus(BarGrid::Make(SequenceOf({{}, {}, std::nan(""), ""})).status()), 3);
}

}  // namespace
}  // namespace magenta
