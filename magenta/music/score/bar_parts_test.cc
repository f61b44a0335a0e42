#include "magenta/music/score/bar_parts.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "tests/dump.h"

namespace magenta {
namespace {

std::string Dump(const std::string& music) {
  std::string text;
  for (const NoteSequence& part : SplitByBars(ParseMusic(music))) {
    text += (text.empty() ? "" : " || ") + DumpMusic(part);
  }
  return text;
}

TEST(SplitByBarsTest, PartsBeginOnBarLines) {
  const struct {
    const char* what;
    std::string music, parts;
  } rows[] = {
      {"nothing", "", ""},
      {"one part", "60@0+1 62@1+1", "M4/4@0 T120@0 60@0+1 62@1+1"},
      {"tempos are no parts", "T120@0 T60@1 M4/4@0 60@0+1 62@1+2", "M4/4@0 T120@0 60@0+1 62@1+1"},
      {"a pickup begins with rests", "M1/4@0 M4/4@0.5 60@0+0.5 62@0.5+2",
       "M4/4@0 T120@0 60@1.5+0.5 62@2+2"},
      {"its key and chord do not", "M1/4@0 M4/4@0.5 K7@0 \"G@0 \"C@0.5 60@0+0.5 62@0.5+2",
       "M4/4@0 T120@0 K7@0 \"G@0 \"C@2 60@1.5+0.5 62@2+2"},
      {"a real change", "M4/4@0 M3/4@4 60@0+5 62@5+1 64@5.5+3",
       "M4/4@0 T120@0 60@0+4 || M3/4@0 T120@0 62@1+1 64@1.5+3"},
      {"a short last bar", "M4/4@0 M3/4@4 60@0+5 62@5+0.5", "M4/4@0 T120@0 60@0+5 62@5+0.5"},
      {"a bar that is cut short for good", "M4/4@0 M3/4@4 M4/4@5.5 60@0+4 62@4+1.5 64@5.5+4",
       "M4/4@0 T120@0 60@0+4 62@4+1.5 || M4/4@0 T120@0 64@0+4"},
  };
  for (const auto& row : rows) EXPECT_EQ(Dump(row.music), row.parts) << row.what;
}

TEST(SplitByBarsTest, TimesThatAreNone) {
  NoteSequence sequence = ParseMusic("60@0+1 62@1+1 64@2+1");
  sequence.mutable_notes(0)->set_start_time(std::numeric_limits<double>::quiet_NaN());
  sequence.mutable_notes(1)->set_end_time(std::numeric_limits<double>::infinity());
  const auto parts = SplitByBars(sequence);
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(DumpMusic(parts[0]), "M4/4@0 T120@0 64@2+1");
}

}  // namespace
}  // namespace magenta
