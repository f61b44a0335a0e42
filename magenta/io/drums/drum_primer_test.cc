#include "magenta/io/drums/drum_primer.h"

#include <gtest/gtest.h>

#include <string>

#include "magenta/base/status.h"
#include "tests/dump.h"

namespace magenta {
namespace {

std::string Parse(std::string_view text, const DrumPrimerOptions& options = {}) {
  const auto sequence = ParseDrumPrimer(text, options);
  if (!sequence.ok()) {
    EXPECT_EQ(ExitStatus(sequence.status()), 2);
    return ErrorLine(sequence.status());
  }
  return DumpMusic(*sequence);
}

TEST(DrumPrimer, ListsOfSteps) {
  const std::pair<const char*, const char*> rows[] = {
      {"[(36,)]", "T120@0 36@0+0.125/i9/d"},
      {" [ (36, 42), (), (42 ,) ] ", "T120@0 36@0+0.125/i9/d 42@0+0.125/i9/d 42@0.25+0.125/i9/d"},
      {"((42,36,42),[38],)", "T120@0 36@0+0.125/i9/d 42@0+0.125/i9/d 38@0.125+0.125/i9/d"},
      {"[]", "T120@0"},
      {"[()]", "T120@0"},
  };
  for (const auto& [text, dump] : rows) EXPECT_EQ(Parse(text), dump) << text;
  // Silence at the end counts.
  EXPECT_EQ(ParseDrumPrimer("[(36,), (), ()]")->total_time(), 0.375);
  EXPECT_EQ(Parse("[(), (36,)]", {2, 60}), "T60@0 36@0.5+0.5/i9/d");
}

TEST(DrumPrimer, Grids) {
  EXPECT_EQ(Parse("meter: 1/4; BD |x-x-|; SD |--X-|"),
            "M1/4@0 T120@0 36@0+0.125/i9/d 36@0.25+0.125/i9/d 38@0.25+0.125/i9/v120/d");
  EXPECT_EQ(Parse("BD |x---------------|", {4, 60}).substr(0, 12), "M4/4@0 T60@0");
  EXPECT_EQ(Parse("tempo: 90; BD |x---------------|", {4, 60}).substr(0, 12), "M4/4@0 T90@0");
  EXPECT_EQ(ParseDrumPrimer("BD |x---------------|", {4, 60})->total_time(), 4);
}

TEST(DrumPrimer, SaysWhatIsWrong) {
  const std::string remedy =
      "Write a tuple of MIDI pitches a step, [(36, 42), (), (42,)], or a grid, BD "
      "|x---x---x---x---|.";
  const std::pair<const char*, std::string> rows[] = {
      {"[36]", "column 2: [ or ( is missing. " + remedy},
      {"[(36]", "column 5: a comma or ) is missing. " + remedy},
      {"[(36,)", "column 7: a comma or ] is missing. " + remedy},
      {"[(128,)]", "column 3: a MIDI pitch, 0 to 127, is missing. " + remedy},
      {"[(-1,)]", "column 3: a MIDI pitch, 0 to 127, is missing. " + remedy},
      {"[(99999999999,)]", "column 3: a MIDI pitch, 0 to 127, is missing. " + remedy},
      {"[(36,),,]", "column 8: [ or ( is missing. " + remedy},
      {"[()] x", "column 6: the list ends before this. " + remedy},
      {"kick on one",
       "line 1: 'kick on one' is neither a header nor a drum's line. Write tempo: "
       "112, BD |x---x---x---x---|, or # before a comment."},
      {"meter: 1/4; BD |x--|",
       "line 2, column 6: bar 1 of BD has 3 cells, not the 4 of 1/4 on grid 16. Add 1 before the "
       "bar line."},
      {"",
       "no drum pattern: only comments and empty lines. Write pattern: NAME, and a line for "
       "each drum, such as BD |x---x---|."},
      {"pattern: a; meter: 1/4; BD |x---|; pattern: b; meter: 1/4; BD |x---|",
       "2 patterns; a groove is one. Begin its other parts with variation: and fill:."},
  };
  for (const auto& [text, line] : rows) EXPECT_EQ(Parse(text), line) << text;
}

}  // namespace
}  // namespace magenta
