#include "magenta/kinds/typed_pitches.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "magenta/base/status.h"

namespace magenta {
namespace {

TEST(TypedPitches, AreNumbersOrNames) {
  const struct {
    const char* text;
    const char* dump;
  } rows[] = {
      {"[60, 64, 67]", "[60, 64, 67]"}, {"(60,)", "[60]"},        {"60 64,67", "[60, 64, 67]"},
      {"C4 E4 Bb3", "[60, 64, 58]"},    {"[60, 60]", "[60, 60]"},
  };
  for (const auto& row : rows) {
    const auto pitches = ReadTypedPitches(row.text);
    ASSERT_TRUE(pitches.ok()) << row.text << pitches.status();
    EXPECT_EQ(fmt::format("{}", *pitches), row.dump);
  }
  for (const char* text : {"", "[]", "[60, x]", "[128]", "[-1]", "C", "60.5", "C4:3", "- ."}) {
    const auto refused = ReadTypedPitches(text);
    EXPECT_EQ(ExitStatus(refused.status()), 2) << text;
    EXPECT_TRUE(ErrorLine(refused.status()).starts_with("--primer_pitches: ")) << text;
  }
  EXPECT_FALSE(ReadTypedPitches(std::string(10000, '6')).ok());
}

TEST(TypedPitches, SoundForAQuarterOrHalfASecond) {
  const auto quarter = ParseTypedChord("60 64", 60, Grid::PerQuarter(4));
  ASSERT_TRUE(quarter.ok());
  EXPECT_EQ(quarter->steps, 4);
  EXPECT_EQ(quarter->sequence.total_time(), 1);
  EXPECT_EQ(quarter->sequence.notes_size(), 2);
  const auto seconds = ParseTypedChord("60", 60, Grid::PerSecond(100));
  EXPECT_EQ(seconds->steps, 50);
  EXPECT_EQ(seconds->sequence.total_time(), 0.5);
}

}  // namespace
}  // namespace magenta
