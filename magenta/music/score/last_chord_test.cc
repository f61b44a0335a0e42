#include "magenta/music/score/last_chord.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace magenta {
namespace {

TEST(LastBarTest, LastNotesBeginOnBeatsThatLeaveRoom) {
  struct Row {
    int numerator, denominator;
    int64_t end, first_new;
    std::vector<int64_t> onsets;
  };
  const Row rows[] = {
      {4, 4, 192, 0, {144, 156, 168}},
      {3, 4, 144, 0, {108, 120}},
      {2, 4, 96, 0, {72}},
      {2, 2, 192, 0, {144, 168}},
      {6, 8, 144, 0, {108, 126}},
      {9, 8, 162, 0, {108, 126, 144}},
      {3, 8, 72, 0, {54}},
      // The piece ends within a bar; not all of the last bar is new.
      {4, 4, 180, 0, {144, 156}},
      {4, 4, 192, 150, {156, 168}},
      {4, 4, 192, 170, {180}},
      {4, 4, 192, 181, {}},
  };
  for (const Row& row : rows) {
    Sheet sheet;
    sheet.meters = {SheetMeterFor(row.numerator, row.denominator)};
    EXPECT_EQ(LastOnsets(LastBarOf(sheet, row.end), row.first_new), row.onsets)
        << row.numerator << "/" << row.denominator << " from " << row.first_new;
  }
}

TEST(LastBarTest, LiesInTheLastMeter) {
  Sheet sheet;
  sheet.meters = {SheetMeterFor(4, 4), SheetMeterFor(6, 8)};
  sheet.meters[0].bar_line = -36;
  sheet.meters[1].bar_line = 12;
  const LastBar bar = LastBarOf(sheet, 12 + 36);
  EXPECT_EQ(bar.start, 12);
  EXPECT_EQ(bar.beat, 18);
  EXPECT_EQ(LastBarOf(sheet, 12).start, -36);
}

TEST(LastChordTest, IsTheTonicTriadNearTheVoices) {
  struct Row {
    std::vector<double> middles;
    const char* key;
    int low, high;
    const char* chord;
  };
  const Row rows[] = {
      {{72}, "C", 0, 127, "C5"},
      {{66.4}, "C", 0, 127, "C5"},
      {{65}, "C", 0, 127, "C4"},
      {{72, 48}, "G major", 0, 127, "G4 G2"},
      {{72, 66, 58, 48}, "C", 0, 127, "C5 E4 C4 C3"},
      {{72, 66, 58, 48}, "A minor", 0, 127, "A4 E4 C4 A2"},
      {{72, 66, 64, 60, 58, 48}, "C", 0, 127, "C5 G4 E4 C4 G3 C3"},
      // A melody over chords.
      {{74, 64, 60, 55}, "C", 0, 127, "C5 E4 C4 C3"},
      // Below the voice before it, but for want of another.
      {{60, 70, 71}, "C", 0, 127, "C4 E3 C3"},
      {{72, 48}, "C", 61, 127, "C5 C5"},
      {{72, 66, 48}, "C", 65, 66, "- - -"},
      {{72, 66, 58, 48}, "C", 53, 59, "- G3 G3 -"},
  };
  for (const Row& row : rows) {
    std::bitset<128> allowed;
    for (int pitch = row.low; pitch <= row.high; ++pitch) allowed.set(pitch);
    std::vector<std::string> names;
    for (const auto& pitch : LastChord(row.middles, *ParseKey(row.key), allowed)) {
      names.push_back(pitch.has_value() ? PitchText(*pitch) : "-");
    }
    EXPECT_EQ(fmt::format("{}", fmt::join(names, " ")), row.chord) << row.key;
  }
}

TEST(LastChordTest, TakesTheThirdThatIsAllowed) {
  std::bitset<128> no_e;
  for (int pitch = 0; pitch < 128; ++pitch) no_e.set(pitch, pitch % 12 != 4);
  const std::vector<double> middles = {72, 66, 48};
  EXPECT_EQ(LastChord(middles, {0, false}, no_e)[1], 63);
  EXPECT_EQ(LastChord(middles, {0, true}, ~std::bitset<128>())[1], 63);
}

}  // namespace
}  // namespace magenta
