#include "magenta/io/drums/drum_grid_writer.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "magenta/base/status.h"
#include "magenta/io/drums/drum_grid.h"
#include "tests/dump.h"

namespace magenta {
namespace {

constexpr double kQuarter = 0.5;  // seconds at 120

std::string Written(const NoteSequence& sequence) {
  std::vector<std::string> notes;
  const auto text = WriteDrumGrid(sequence, &notes);
  std::string all =
      text.ok() ? *text : fmt::format("{} {}", ExitStatus(text.status()), ErrorLine(text.status()));
  for (const std::string& note : notes) all += "! " + note;
  return all;
}

std::string Written(const std::string& music) { return Written(ParseMusic(music, kQuarter)); }

struct WriterRow {
  const char* music;  // in quarters
  const char* text;
};

TEST(DrumGridWriter, WritesTheCoarsestGrid) {
  const WriterRow rows[] = {
      {"M2/4@0 36@0+1/d 38@1+1/d 42@0+1/d/v120 42@0.5+1/d/v40",
       "pattern: \nmeter: 2/4\ntempo: 120\ngrid: 8\n\nCH |Xo--|\nSD |--x-|\nBD |x---|\n"},
      {"M1/4@0 36@0+1/d 36@0.75+1/d", "pattern: \nmeter: 1/4\ntempo: 120\ngrid: 16\n\nBD |x--x|\n"},
      {"M1/4@0 51@0+1/d 51@0.6666+1/d",
       "pattern: \nmeter: 1/4\ntempo: 120\ngrid: 12\n\nRD |x-x|\n"},
      {"M3/8@0 T120.50001@0 58@0+1/d 36@0.498+1/d",
       "pattern: \nmeter: 3/8\ntempo: 120.5\ngrid: 8\n\nBD |-x-|\n58 |x--|\n"},
      // Bars that repeat; the loudest of what falls together; silence to the end.
      {"M1/4@0 36@0+1/d 36@1+1/d 38@0+1/d 38@0.001+1/d/v127 36@2.5+1/d 36@2+1/d 60@3+1/v0",
       "pattern: \nmeter: 1/4\ntempo: 120\ngrid: 8\n\nSD |X-|--|% |\nBD |x-|% |xx|\n! 1 "
       "notes "
       "that are no drums"},
      // On no grid.
      {"M1/4@0 36@0.03+1/d 36@0.79+1/d",
       "pattern: \nmeter: 1/4\ntempo: 120\ngrid: 16\n\nBD |x--x|\n! how far strokes lie from "
       "their cells"},
      {"60@0+1", "4 no drums. Give a piece with drums (MIDI's channel 10)."},
      {"T120@0 T90@4 36@0+1/d",
       "3 the tempo changes. Write a part of the piece that keeps one tempo and one meter."},
      {"M3/4@0 M4/4@3 36@0+1/d",
       "3 the meter changes. Write a part of the piece that keeps one tempo and one meter."},
      {"36@5000+1/d", "3 lasts more than 256 bars. Write a part of it."},
  };
  for (const WriterRow& row : rows) EXPECT_EQ(Written(row.music), row.text) << row.music;
}

TEST(DrumGridWriter, TextsStayOnTheirLines) {
  NoteSequence sequence = ParseMusic("M1/4@0 36@0+1/d", kQuarter);
  sequence.mutable_sequence_metadata()->set_title("# 1\nBD |x|");
  sequence.mutable_sequence_metadata()->set_artist("A # B");
  sequence.mutable_sequence_metadata()->add_genre("funk");
  const auto text = WriteDrumGrid(sequence);
  ASSERT_TRUE(text.ok());
  const auto read = ReadDrumGrids(*text);
  ASSERT_TRUE(read.ok() && read->size() == 1);
  ASSERT_TRUE(read->at(0).status.ok()) << read->at(0).status;
  EXPECT_EQ(read->at(0).sequence.sequence_metadata().title(), "\u266F 1 BD |x|");
  EXPECT_EQ(read->at(0).sequence.sequence_metadata().artist(), "A \u266F B");
  EXPECT_EQ(read->at(0).sequence.sequence_metadata().genre(0), "funk");
}

TEST(DrumGridWriter, HostileNumbersEndInAnErrorOrAreLeftOut) {
  NoteSequence sequence = ParseMusic("36@0+1/d 36@1+1/d 36@2+1/d 200@0+1/d", kQuarter);
  sequence.mutable_notes(1)->set_start_time(std::numeric_limits<double>::quiet_NaN());
  sequence.mutable_notes(2)->set_start_time(-1);
  EXPECT_NE(Written(sequence).find("BD |x-------|\n! 3 notes"), std::string::npos)
      << Written(sequence);
  sequence.mutable_notes(1)->set_start_time(1e300);
  EXPECT_EQ(Written(sequence).substr(0, 30), "3 lasts more than 256 bars. Wr");
  sequence.mutable_notes(1)->set_start_time(-1);
  sequence.add_tempos()->set_qpm(std::numeric_limits<double>::quiet_NaN());
  EXPECT_FALSE(WriteDrumGrid(sequence).ok());
  sequence.mutable_tempos(0)->set_qpm(0);
  EXPECT_FALSE(WriteDrumGrid(sequence).ok());
  sequence.mutable_tempos(0)->set_qpm(100);
  sequence.add_time_signatures()->set_numerator(4);
  EXPECT_FALSE(WriteDrumGrid(sequence).ok());
}

/// Notes but for their ends, which depend on the grid.
std::string Strokes(NoteSequence sequence) {
  std::string text;
  for (const auto& note : sequence.notes()) {
    text += fmt::format("{}@{:.6f}/{} ", note.pitch(), note.start_time(), note.velocity());
  }
  return text;
}

TEST(DrumGridWriter, WhatIsWrittenReadsTheSame) {
  for (const char* grid :
       {"tempo: 97\nRD |x-x-x-x-xXx-x-x-|%|\nSD |----X--o-o--X---|----X--o-o--X-xx|\n"
        "BD |x-x-------x-----|%|",
        "meter: 12/8\ntempo: 3/8=66\ngrid: 8\nCH |x-xx-xx-xx-x|\nBD |x-----x-----|",
        "meter: 7/8\nCB |X-x-x-X-x-X-x-|\n3 |x-------------|\n120 |-x------------|",
        "meter: 5/4\ngrid: 12\nCH |x-xx-xx-xx-xx-x|%|%|--------------x|"}) {
    const auto first = ReadDrumGrids(grid);
    ASSERT_TRUE(first.ok() && first->at(0).status.ok()) << first->at(0).status;
    const auto text = WriteDrumGrid(first->at(0).sequence);
    ASSERT_TRUE(text.ok()) << text.status();
    const auto second = ReadDrumGrids(*text);
    ASSERT_TRUE(second.ok() && second->at(0).status.ok()) << *text;
    // Lines come in another order.
    const auto sorted = [](NoteSequence sequence) {
      std::sort(sequence.mutable_notes()->begin(), sequence.mutable_notes()->end(),
                [](const auto& a, const auto& b) {
                  return std::pair(a.start_time(), a.pitch()) <
                         std::pair(b.start_time(), b.pitch());
                });
      return sequence;
    };
    EXPECT_EQ(Strokes(sorted(second->at(0).sequence)), Strokes(sorted(first->at(0).sequence)))
        << *text;
    EXPECT_EQ(*WriteDrumGrid(second->at(0).sequence), *text);
  }
}

}  // namespace
}  // namespace magenta
