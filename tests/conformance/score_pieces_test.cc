// Real music as pieces of several voices: what data sets of such models are made of.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>

#include "magenta/kinds/score_examples.h"
#include "magenta/music/meter_map.h"
#include "magenta/music/score/bar_parts.h"
#include "magenta/music/score/voices.h"
#include "magenta/pipeline/music_file.h"
#include "tests/parity/rows_checked.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;

struct Counts {
  int pieces = 0, kept = 0, notes = 0, dropped = 0, pickups = 0;
  std::map<size_t, int> voices;  // parts of pieces by their number of voices
};

std::string FolderOf(const char* variable, const char* otherwise, const std::string& below) {
  const char* folder = std::getenv(variable);
  return std::string(folder == nullptr ? otherwise : folder) + "/" + below;
}

/// What an example says of itself holds: its sheet can be read, its events are what its notes give.
void CheckExample(const EventSequence& example, const std::string& name, Counts& counts) {
  const auto sheet = ReadSheet(example.control);
  ASSERT_TRUE(sheet.ok()) << name << sheet.status();
  ASSERT_EQ(EventsOf(*sheet, LinesOf(*sheet, example.events)), example.events) << name;
  counts.pickups += sheet->meters[0].bar_line < 0;
}

void CountPart(NoteSequence part, const std::string& name, Counts& counts) {
  const auto quantized = Quantize(std::move(part), Grid::PerQuarter(kTicksPerQuarter));
  ASSERT_TRUE(quantized.ok()) << name << quantized.status();
  const Examples examples = ExtractScoreExamples(*quantized, {});
  counts.kept += !examples.sequences.empty();
  for (const EventSequence& example : examples.sequences) CheckExample(example, name, counts);
  const auto voiced = VoicesOf(*quantized, 0);
  if (!voiced.ok()) return;
  EXPECT_TRUE(CheckSheet(voiced->sheet).ok()) << name << CheckSheet(voiced->sheet);
  counts.notes += quantized->proto().notes_size();
  counts.dropped += voiced->losses.dropped;
  ++counts.voices[voiced->sheet.voices.size()];
}

Counts CountPieces(const std::string& folder) {
  Counts counts;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    MusicFileReading reading = ReadMusicFile({entry.path().string(), name, "pieces"});
    for (size_t i = 0; i < reading.sequences.size(); ++i) {
      ++counts.pieces;
      NoteSequence piece = std::move(reading.sequences[i]);
      if (!reading.bar_lines[i].empty()) {
        piece = WithShortBars(std::move(piece), reading.bar_lines[i]);
      }
      for (NoteSequence& part : SplitByBars(std::move(piece))) {
        CountPart(std::move(part), name, counts);
      }
    }
  }
  return counts;
}

// A melody over chords of three or four notes.
TEST(ScorePiecesTest, Nottingham) {
  const std::string folder = FolderOf("MAGENTA_SHARED", "../shared", "data/nottingham");
  if (!fs::is_directory(folder)) GTEST_SKIP() << RowsLeftOut(918, "tunes of data/nottingham");
  Counts counts = CountPieces(folder);
  EXPECT_GT(counts.kept, 900);
  EXPECT_GT(counts.pickups, 700);
  EXPECT_GT(counts.voices[4] + counts.voices[5], 900);
  EXPECT_LT(counts.dropped, counts.notes / 300);
}

// Chorales, a folder of folk tunes, madrigals and quartets.
TEST(ScorePiecesTest, Corpus) {
  const struct {
    const char* collection;
    int pieces, kept;  // at least
    size_t voices;     // of most pieces
    int of_voices;
  } rows[] = {{"bach", 407, 405, 4, 370},
              {"airdsAirs", 1180, 1150, 1, 1150},
              {"monteverdi", 40, 40, 5, 40},
              {"haydn", 9, 9, 4, 9}};
  for (const auto& row : rows) {
    const std::string folder = FolderOf("MAGENTA_CORPUS", "corpus", row.collection);
    if (!fs::is_directory(folder)) {
      std::puts(RowsLeftOut(row.pieces, row.collection).c_str());
      continue;
    }
    Counts counts = CountPieces(folder);
    EXPECT_GE(counts.pieces, row.pieces) << row.collection;
    EXPECT_GE(counts.kept, row.kept) << row.collection;
    EXPECT_GE(counts.voices[row.voices], row.of_voices) << row.collection;
    EXPECT_LT(counts.dropped, counts.notes / 50 + 1) << row.collection;
  }
}

}  // namespace
}  // namespace magenta
