#include "magenta/music/harmony/chord_progression.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "tests/dump.h"

namespace magenta {
namespace {

// Steps at 120 qpm, four a quarter.
QuantizedSequence Sequence(const std::string& music) {
  return *Quantize(ParseMusic(music, 0.125), Grid());
}

// "N.C.*2 C*4", then what was wrong: "!4" bad, "=4" coincident, "+" beyond the reference.
std::string Dump(const ChordReading& reading) {
  std::string text;
  for (const ChordSpan& span : reading.chords.spans()) {
    text += fmt::format("{}{}*{}", text.empty() ? "" : " ", span.chord.Text(), span.steps);
  }
  for (const BadChordSymbol& bad : reading.bad) text += fmt::format(" !{}", bad.step);
  if (reading.coincident_step.has_value()) text += fmt::format(" ={}", *reading.coincident_step);
  return text + (reading.beyond_reference ? " +" : "");
}

TEST(ChordTimeline, ReadsChordsStepByStep) {
  struct Row {
    const char* music;
    int start, end;
    const char* common;
    const char* reference;
  };
  const Row rows[] = {
      {"60@0+8", 0, 8, "N.C.*8", "N.C.*8"},
      {"60@0+8", 3, 3, "", ""},
      {"60@0+8 \"C@2 \"G@4", 0, 8, "N.C.*2 C*2 G*4", "N.C.*2 C*2 G*4"},
      // The one before the start holds; from the end on they are ignored.
      {"60@0+8 \"C@2 \"G@4", 3, 4, "C*1", "C*1"},
      {"60@0+8 \"C@2 \"G@4", 4, 6, "G*2", "G*2"},
      {"60@0+8 \"C@2", 0, 2, "N.C.*2", "N.C.*2"},
      // In any order.
      {"60@0+8 \"G@4 \"C@2", 2, 8, "C*2 G*4", "C*2 G*4"},
      // Together: the same once; others are told, unless it was before.
      {"60@0+8 \"C@2 \"C@2", 0, 4, "N.C.*2 C*2", "N.C.*2 C*2"},
      {"60@0+8 \"C@2 \"G@2 \"C@2", 0, 4, "N.C.*2 C*2 =2", "N.C.*2 C*2 =2"},
      {"60@0+8 \"C@2 \"G@2", 2, 4, "G*2 =2", "G*2 =2"},
      {"60@0+8 \"C@2 \"G@2", 3, 4, "G*1", "G*1"},
      // What can't be read is no chord, and the rest stays.
      {"60@0+8 \"C@0 \"Foo@2 \"G@4", 0, 8, "C*2 N.C.*2 G*4 !2 +", "C*2 N.C.*2 G*4 !2 +"},
      {"60@0+8 \"Foo@2", 4, 8, "N.C.*4 !2 +", "N.C.*4 !2 +"},
      {"60@0+8 \"NC@0 \"C7sus4@2", 0, 4, "N.C.*2 C7sus*2 +", "N.C.*2 N.C.*2 !0 !2 +"},
      {"60@0+8 \"Cadd3@0", 0, 4, "N.C.*4 !0", "Cadd3*4"},
  };
  for (const Row& row : rows) {
    const QuantizedSequence sequence = Sequence(row.music);
    ChordTimeline common(sequence, ChordSpelling::kCommon);
    EXPECT_EQ(Dump(common.Between(row.start, row.end)), row.common) << row.music;
    ChordTimeline reference(sequence, ChordSpelling::kReference);
    EXPECT_EQ(Dump(reference.Between(row.start, row.end)), row.reference) << row.music;
  }
}

TEST(ChordProgression, GivesCodes) {
  const QuantizedSequence sequence = Sequence("60@0+8 \"C@1 \"Am/E@2");
  const ChordProgression chords =
      ChordTimeline(sequence, ChordSpelling::kCommon).Between(0, 4).chords.Transposed(2);
  const auto codes = chords.Codes();
  ASSERT_TRUE(codes.ok());
  const ChordCode d = *ParseChordSymbol("D")->Code();
  const ChordCode b = *ParseChordSymbol("Bm/F#")->Code();
  EXPECT_EQ(*codes, (std::vector<ChordCode>{kNoChord, d, b, b}));
  EXPECT_FALSE(chords.IsEmpty());
  ChordProgression contradiction;
  contradiction.Append(*ParseChordSymbol("Cadd3"), 1);
  EXPECT_FALSE(contradiction.Codes().ok());
}

}  // namespace
}  // namespace magenta
