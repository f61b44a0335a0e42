#include "magenta/io/drums/drum_grid.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

#include "magenta/base/status.h"
#include "magenta/io/drums/drum_names.h"
#include "magenta/io/score/sections.h"
#include "magenta/music/drums/extract_drum_tracks.h"
#include "magenta/music/piece_limits.h"
#include "magenta/music/quantize.h"

namespace magenta {
namespace {

/// "BD@0 SD@4:120", quarters from the beginning; velocities other than a stroke's.
std::string DumpNotes(const NoteSequence& sequence) {
  std::string text;
  for (const auto& note : sequence.notes()) {
    EXPECT_TRUE(note.is_drum());
    EXPECT_EQ(note.instrument(), 9);
    if (!text.empty()) text += " ";
    text += fmt::format("{}@{:.6g}", DrumNameOf(note.pitch()),
                        note.start_time() * sequence.tempos(0).qpm() / 60);
    if (note.velocity() != 100) text += fmt::format(":{}", note.velocity());
  }
  return text;
}

std::string DumpPattern(const DrumGridPattern& pattern) {
  std::string text = pattern.status.ok() ? DumpNotes(pattern.sequence) : ErrorLine(pattern.status);
  for (const ScoreWarning& warning : pattern.left_out) text += " ! " + WarningLine(warning);
  return text;
}

std::string Read(std::string_view text) {
  const auto patterns = ReadDrumGrids(text);
  if (!patterns.ok()) return ErrorLine(patterns.status());
  std::string dump;
  for (const DrumGridPattern& pattern : *patterns) {
    if (!dump.empty()) dump += " | ";
    dump += DumpPattern(pattern);
  }
  return dump;
}

struct GridRow {
  const char* text;
  const char* dump;
};

TEST(DrumGrid, Reads) {
  const GridRow rows[] = {
      {"meter: 1/4\nBD |x--x|", "BD@0 BD@0.75"},
      {"meter: 1/4\nBD|x--x|\n", "BD@0 BD@0.75"},
      {"\xEF\xBB\xBFpattern: a\r\nmeter: 1/4\r\n bd | x. .x", "BD@0 BD@0.75"},
      {"meter: 1/4\nBD |Xxog|", "BD@0:120 BD@0.25 BD@0.5:50 BD@0.75:50"},
      {"meter: 2/4\ngrid:8\nHH |x-x-|\n58 |-x--|\n", "CH@0 58@0.5 CH@1"},
      // Bars, repeated bars, double bar lines.
      {"meter: 1/4\ngrid: 4\nBD |x|-||%|x|\nSD |X|%|%|-|", "BD@0 SD@0:120 SD@1:120 SD@2:120 BD@3"},
      // Cells of other sizes.
      {"meter: 6/8\ngrid: 8\nRD |x--x--|", "RD@0 RD@1.5"},
      {"meter: 2/4\ngrid: 12\nRD |x-xx-x|", "RD@0 RD@0.666667 RD@1 RD@1.66667"},
      // Parts one after another.
      {"meter: 1/4\ngrid: 4\nBD |x|\nvariation: a\nSD |x|x|\nFill:\nLT |x|", "BD@0 SD@1 SD@2 LT@3"},
      // Comments.
      {"# a\n#b\n  # c\nmeter: 1/4 # quarter\n\nBD |x--x| # four\n", "BD@0 BD@0.75"},
      // Patterns.
      {"pattern: a\nmeter: 1/4\nBD |x---|\npattern: b\nmeter: 2/4\nSD |-------x|",
       "BD@0 | SD@1.75"},
  };
  for (const GridRow& row : rows) EXPECT_EQ(Read(row.text), row.dump) << row.text;
}

TEST(DrumGrid, SaysWhatIsWrongWhereAndWhatToDo) {
  const std::string signs =
      "Write x, X (accent), o (ghost note) or -; a bar that repeats is % alone.";
  const std::pair<const char*, std::string> rows[] = {
      {"",
       "no drum pattern: only comments and empty lines. Write pattern: NAME, and a line for each "
       "drum, such as BD |x---x---|."},
      {"meter: 1/4\nBD |x--|",
       "line 2, column 5: bar 1 of BD has 3 cells, not the 4 of 1/4 on grid 16. Add 1 before the "
       "bar line."},
      {"meter: 1/4\nBD |x---|x-----|",
       "line 2, column 10: bar 2 of BD has 6 cells, not the 4 of 1/4 on grid 16. Take 2 away."},
      {"meter: 1/4\nBD |x-q-|", "line 2, column 7: 'q' is no cell. " + signs},
      {"meter: 1/4\nBD |x-%-|", "line 2, column 7: '%' is no cell. " + signs},
      {"meter: 1/4\nBD |%|",
       "line 2, column 5: % has no bar before it. Write the first bar's cells."},
      {"meter: 1/4\nBD |x---|\nHH |x---|\nCH |x---|",
       "line 4: CH stands in line 3 already. Write all of its bars in one line, one after "
       "another."},
      {"meter: 1/4\nBD |x---|\nCH |x---|x---|",
       "line 3: 2 bars here, but 1 bar in the lines above. Write as many; % repeats the bar before "
       "it."},
      {"meter: 4/5", "line 1: '4/5' is no meter. Write one such as 4/4, 3/4 or 12/8."},
      {"meter: waltz", "line 1: 'waltz' is no meter. Write one such as 4/4, 3/4 or 12/8."},
      {"grid: 0",
       "line 1: '0' is no grid. Write which part of a whole note a cell is, 1 to 96: 16 "
       "for sixteenths, 8 for eighths, 12 for eighth triplets."},
      {"meter: 7/8\ngrid: 4\nBD |x|",
       "line 3: a bar of 7/8 is no whole number of cells on grid 4. Write a finer grid, such as "
       "grid: 16."},
      {"tempo: fast",
       "line 1: 'fast' is no tempo. Write quarters a minute, 1 to 2000: 112, or with "
       "their note value: 3/8=66."},
      {"tempo: nan",
       "line 1: 'nan' is no tempo. Write quarters a minute, 1 to 2000: 112, or with "
       "their note value: 3/8=66."},
      {"BD x---",
       "line 1: 'BD x---' is neither a header nor a drum's line. Write tempo: 112, "
       "BD |x---x---x---x---|, or # before a comment."},
      {"BD ||", "line 1: the line has no bars. Write cells between bar lines: |x---x---x---x---|."},
      {"pattern: a",
       "line 1: a part without drums ends here. Write a line for each drum, such as "
       "BD |x---x---x---x---|."},
      {"meter: 1/4\nBD |----|",
       "line 2: the pattern has no stroke. Write x for one: BD |x---x---|."},
      {"meter: 1/4\nBD |x---|\nfill: a\nfill: b",
       "line 4: a part without drums ends here. Write a line for each drum, such as "
       "BD |x---x---x---x---|."},
      // What a broken pattern does not cost.
      {"pattern: a\nmeter: 1/4\nBD |x|\npattern: b\nmeter: 1/4\nBD |x---|",
       "line 3, column 5: bar 1 of BD has 1 cell, not the 4 of 1/4 on grid 16. Add 3 before the "
       "bar line. | BD@0"},
      // Warnings.
      {"meter: 1/4\nswing: 60\nBD |x---|\ntempo: 90\nTEMPO: 80",
       "BD@0 ! line 2: header 'swing': there are style, by, meter, tempo, grid ! line 4: header "
       "'tempo': write it before the pattern's first bars (2 times)"},
  };
  for (const auto& [text, line] : rows) EXPECT_EQ(Read(text), line) << text;
  const std::string unknown = Read("XX |x---|");
  EXPECT_TRUE(
      unknown.starts_with("line 1: 'XX' is no drum. Write a MIDI pitch, 0 to 127, or one of "
                          "CR, CC,"))
      << unknown;
  EXPECT_NE(Read("128 |x---|").find("'128' is no drum"), std::string::npos);
}

TEST(DrumGrid, KeepsWhatThePatternSays) {
  const auto patterns = ReadDrumGrids(
      "pattern: Son, 3-2\nstyle: son\nby: Trad.\nmeter: 12/8\ntempo: 3/8=60\ngrid: 8\n"
      "CL |x--x--x--x--|\n");
  ASSERT_TRUE(patterns.ok());
  const NoteSequence& sequence = patterns->at(0).sequence;
  EXPECT_EQ(sequence.sequence_metadata().title(), "Son, 3-2");
  EXPECT_EQ(sequence.sequence_metadata().artist(), "Trad.");
  EXPECT_EQ(sequence.sequence_metadata().genre(0), "son");
  EXPECT_EQ(sequence.tempos(0).qpm(), 90);
  EXPECT_EQ(sequence.time_signatures(0).numerator(), 12);
  EXPECT_EQ(sequence.time_signatures(0).denominator(), 8);
  EXPECT_EQ(sequence.total_time(), 4);
  EXPECT_EQ(sequence.ticks_per_quarter(), 220);
}

/// Bars as letters of the drum that plays in them, strung together.
std::string Strung(const std::string& parts) {
  const auto patterns = ReadDrumGrids("meter: 1/4\ngrid: 4\n" + parts);
  EXPECT_TRUE(patterns.ok() && patterns->at(0).status.ok()) << parts;
  const auto strung = UnrollSections(patterns->at(0).sequence);
  EXPECT_TRUE(strung.ok()) << strung.status();
  std::string bars(static_cast<size_t>(strung->total_time() * 2 + 0.5), '.');
  for (const auto& note : strung->notes()) {
    bars[static_cast<size_t>(note.start_time() * 2 + 0.5)] = static_cast<char>(note.pitch());
  }
  return bars;
}

TEST(DrumGrid, PartsAreStrungTogether) {
  const std::pair<const char*, const char*> rows[] = {
      {"65|x|", "AAAAAAAA"},
      {"65|x|-|\n66|-|x|", "ABABABAB"},
      {"65|x|-|-|\n66|-|x|-|\n67|-|-|x|", "ABCABCABCABC"},
      {"65|x|\nfill:\n70|x|", "AAAFAAAF"},
      {"65|x|\nfill:\n70|x|\nfill:\n71|x|x|", "AAAFAAGG"},
      {"65|x|-|\n66|-|x|\nfill:\n70|x|", "ABAFABAF"},
      {"65|x|\nvariation:\n86|x|\nfill:\n70|x|", "AAAFVVVF"},
      {"65|x|\nvariation:\n86|x|\nvariation:\n87|x|", "AAAAVVVVWWWW"},
      {"65|x|\nfill:\n70|x|\nfill:\n71|x|\nfill:\n72|x|", "AAAFAAAGAAAH"},
      {"65|x|\nfill:\n70|x|x|x|x|x|", "FFFFFFFFFF"},
      {"65|x|%|%|%|%|%|%|%|%|", "AAAAAAAAA"},
  };
  for (const auto& [parts, bars] : rows) EXPECT_EQ(Strung(parts), bars) << parts;
}

TEST(DrumGrid, AStrungPatternIsATrackToLearnFrom) {
  const std::pair<const char*, int64_t> rows[] = {
      // Steps of its eight bars, but for the silence at the end.
      {"BD |x-------x-------|\nSD |----x-------x--x|", 128},
      {"BD |x-------x-------|\nfill:\nSD |xxxx------------|", 128 - 12},
      {"meter: 12/8\ntempo: 3/8=66\ngrid: 8\nCH |x-xx-xx-xx-x|", 8 * 24 - 1},
      {"meter: 3/4\ntempo: 177\nBD |x-----------|\nCH |----x---x---|", 8 * 12 - 3},
      {"tempo: 133.3\nCH |xxxxxxxxxxxxxxxx|\nvariation:\nRD |xxxxxxxxxxxxxxxx|\nvariation:\nCR "
       "|x-------x------x|",
       192},
  };
  for (const auto& [grid, steps] : rows) {
    const auto patterns = ReadDrumGrids(grid);
    ASSERT_TRUE(patterns.ok() && patterns->at(0).status.ok()) << grid;
    const auto strung = UnrollSections(patterns->at(0).sequence);
    ASSERT_TRUE(strung.ok()) << strung.status();
    const auto quantized = Quantize(*strung, Grid());
    ASSERT_TRUE(quantized.ok()) << quantized.status();
    const DrumExtraction extraction = ExtractDrumTracks(*quantized, {});
    ASSERT_EQ(extraction.tracks.size(), 1u) << grid;
    EXPECT_EQ(extraction.tracks[0].size(), steps) << grid;
    EXPECT_EQ(extraction.decisions[0].outcome, DrumOutcome::kKept);
  }
}

TEST(DrumGrid, IsBounded) {
  // What % and many fills would make of a few bytes.
  std::string bars = "BD |xxxxxxxxxxxxxxxx|";
  for (int i = 1; i < 256; ++i) bars += "%|";
  EXPECT_NE(Read(bars + "%|").find("more than 256 bars in a part"), std::string::npos);
  std::string many;
  for (int i = 0; i < 300; ++i) many += "pattern: a\n" + bars + "\n";
  const auto notes = ReadDrumGrids(many);
  EXPECT_TRUE(IsPieceLimitError(notes.status())) << notes.status();
  std::string fills = "meter: 1/64\ngrid: 64\nBD|x|";
  for (int i = 1; i < 256; ++i) fills += "%|";
  for (int i = 1; i < 256; ++i) fills += "\nfill:\nBD|x|";
  EXPECT_NE(Read(fills + "\nfill:\nBD|x|").find("more than 256 parts"), std::string::npos);
  std::string forms;
  for (int i = 0; i < 70; ++i) forms += "pattern: a\n" + fills + "\n";
  EXPECT_TRUE(IsPieceLimitError(ReadDrumGrids(forms).status()));
  std::string patterns;
  for (int i = 0; i < 100001; ++i) patterns += "pattern:\n";
  EXPECT_NE(Read(patterns).find("more than 100000 patterns"), std::string::npos);
}

TEST(DrumGrid, ToldByItsFirstLine) {
  for (const char* text : {"pattern: a", "# x\n\n  Pattern : a", "\xEF\xBB\xBFpattern:"}) {
    EXPECT_TRUE(BeginsAsDrumGrid(text)) << text;
  }
  for (const char* text : {"", "#", "X:1\npattern: a", "patterns: a", "pattern a", "BD |x|"}) {
    EXPECT_FALSE(BeginsAsDrumGrid(text)) << text;
  }
}

TEST(DrumNames, EachNameHasOnePitchAndIsWritten) {
  for (int pitch = 0; pitch < 128; ++pitch) {
    EXPECT_EQ(DrumPitchOf(DrumNameOf(pitch)), pitch);
  }
  EXPECT_EQ(DrumPitchOf("hh"), 42);
  EXPECT_EQ(DrumPitchOf(""), std::nullopt);
  EXPECT_EQ(DrumPitchOf("4x"), std::nullopt);
  EXPECT_EQ(DrumPitchOf("-1"), std::nullopt);
  EXPECT_LT(DrumLineOrder(49), DrumLineOrder(42));
  EXPECT_LT(DrumLineOrder(38), DrumLineOrder(36));
  EXPECT_LT(DrumLineOrder(64), DrumLineOrder(90));
}

}  // namespace
}  // namespace magenta
