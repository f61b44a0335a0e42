#include "magenta/music/drums/drum_types.h"

#include <gtest/gtest.h>

#include <limits>

namespace magenta {
namespace {

TEST(DrumTypes, OfTheKit) {
  const struct {
    int pitch;
    int type;
    const char* name;
  } kRows[] = {
      {36, 0, "bass drum"},    {35, 0, "bass drum"},     {38, 1, "snare"},
      {85, 1, "snare"},        {22, 2, "closed hi-hat"}, {80, 2, "closed hi-hat"},
      {26, 3, "open hi-hat"},  {46, 3, "open hi-hat"},   {45, 4, "low tom"},
      {48, 5, "mid tom"},      {87, 5, "mid tom"},       {50, 6, "high tom"},
      {58, 7, "crash cymbal"}, {82, 8, "ride cymbal"},
  };
  const DrumTypes& types = DrumKitTypes();
  ASSERT_EQ(types.size(), 9);
  EXPECT_EQ(types.mask_end(), 512);
  for (const auto& row : kRows) {
    EXPECT_EQ(types.TypeOf(row.pitch), row.type) << row.pitch;
    EXPECT_STREQ(types[row.type].name, row.name);
  }
  for (int t = 0; t < types.size(); ++t) EXPECT_EQ(types.TypeOf(types[t].pitch), t);
  int known = 0;
  for (int pitch = 0; pitch <= 127; ++pitch) known += types.TypeOf(pitch) >= 0 ? 1 : 0;
  EXPECT_EQ(known, 128 - 22 - 3 - 40);  // all but 0-21, 23-25, 88-127
  for (const int pitch : {-1, 0, 21, 23, 24, 25, 88, 127, 128, std::numeric_limits<int>::max()}) {
    EXPECT_EQ(types.TypeOf(pitch), -1) << pitch;
  }
}

TEST(DrumTypes, MasksAndPitches) {
  const DrumTypes& kit = DrumKitTypes();
  const struct {
    std::vector<int> pitches;
    Event mask;
    std::vector<int> played;
  } kRows[] = {
      {{}, 0, {}},
      {{36, 42}, 0b101, {36, 42}},
      {{35, 36, 44}, 0b101, {36, 42}},
      {{127, 0}, 0, {}},
      {{51, 49, 50, 48, 45, 46, 42, 38, 36}, 511, {36, 38, 42, 46, 45, 48, 50, 49, 51}},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(kit.MaskOf(row.pitches), row.mask);
    EXPECT_EQ(kit.PitchesOf(row.mask), row.played);
  }
  const DrumTypes& one = OneDrumType();
  ASSERT_EQ(one.size(), 1);
  EXPECT_EQ(one.MaskOf(std::vector<int>{0, 127}), 1);
  EXPECT_EQ(one.PitchesOf(1), std::vector<int>{39});
}

}  // namespace
}  // namespace magenta
