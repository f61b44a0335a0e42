#include "magenta/kinds/score_variation.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace magenta {
namespace {

constexpr int kBar = 4 * kTicksPerQuarter;

/// Eight bars of four voices in quarters, in C, with a chord a bar.
VariedPiece Chorale() {
  VariedPiece piece;
  Sheet& sheet = piece.sheet;
  sheet.length = 8 * kBar;
  sheet.ends = true;
  sheet.key = 0;
  const int roots[] = {72, 64, 55, 48};
  for (int v = 0; v < 4; ++v) {
    sheet.voices.push_back(OpenVoiceOf(static_cast<VoiceRole>(v), sheet.length));
    auto& line = piece.lines.emplace_back();
    for (int i = 0; i < 32; ++i) {
      line.push_back({i * kTicksPerQuarter, (i + 1) * kTicksPerQuarter, roots[v] + i % 3 * 2});
    }
  }
  for (int bar = 0; bar < 8; ++bar) sheet.chords.push_back({bar * kBar, 0, 0b000010010001});
  return piece;
}

VariedPiece Vary(uint64_t key, int low = 24, int high = 107) {
  const VariedPiece piece = Chorale();
  return VaryPiece(piece.sheet, piece.lines, low, high, key);
}

TEST(ScoreVariationTest, IsAFunctionOfItsKeyAndASheet) {
  for (uint64_t key = 0; key < 300; ++key) {
    const VariedPiece piece = Vary(key), again = Vary(key);
    ASSERT_TRUE(CheckSheet(piece.sheet).ok()) << CheckSheet(piece.sheet);
    EXPECT_EQ(piece.sheet, again.sheet);
    EXPECT_EQ(piece.lines, again.lines);
    EXPECT_EQ(LinesOf(piece.sheet, EventsOf(piece.sheet, piece.lines)), piece.lines);
  }
}

TEST(ScoreVariationTest, EveryTaskComesUp) {
  std::map<std::string, int> tasks;
  for (uint64_t key = 0; key < 1000; ++key) {
    const Sheet sheet = Vary(key).sheet;
    int whole = 0, given = 0, hidden = 0, gaps = 0;
    for (const SheetVoice& voice : sheet.voices) {
      const bool is_open =
          voice.open.size() == 1 && voice.open[0].start == 0 && voice.open[0].end == sheet.length;
      whole += is_open;
      given += voice.open.empty();
      hidden += !voice.known_ahead;
      gaps += !voice.open.empty() && !is_open;
    }
    const int voices = static_cast<int>(sheet.voices.size());
    EXPECT_LT(given, voices + (gaps == 0 ? 0 : 1)) << "nothing is drawn";
    tasks["voices left out"] += voices < 4;
    tasks["all drawn"] += whole == voices && voices == 4;
    tasks["the first given"] += voices == 4 && sheet.voices[0].open.empty() && whole == 3;
    tasks["given, not known ahead"] += hidden > 0;
    tasks["gaps"] += gaps > 0;
    tasks["no end"] += !sheet.ends;
    tasks["no chords"] += sheet.chords.empty();
    tasks["no key"] += sheet.key < 0;
    tasks["no density"] += sheet.density < 0;
  }
  for (const auto& [task, times] : tasks) {
    EXPECT_GT(times, 50) << task;
    EXPECT_LT(times, 700) << task;
  }
}

TEST(ScoreVariationTest, ChordsAndKeyMoveWithTheNotes) {
  int moves = 0;
  for (uint64_t key = 0; key < 200; ++key) {
    const VariedPiece piece = Vary(key);
    if (piece.sheet.voices.size() < 4 || piece.sheet.chords.empty() || piece.sheet.key < 0)
      continue;
    const int up = (piece.lines[3][0].pitch - 48 + 12) % 12;
    moves += up != 0;
    EXPECT_EQ(piece.sheet.key, up);
    EXPECT_EQ(piece.sheet.chords[0].root, up);
    EXPECT_EQ(piece.sheet.chords[0].pitch_classes,
              1 << up | 1 << (up + 4) % 12 | 1 << (up + 7) % 12);
  }
  EXPECT_GT(moves, 10);
}

TEST(ScoreVariationTest, PitchesStayInTheRange) {
  for (uint64_t key = 0; key < 200; ++key) {
    for (const auto& line : Vary(key, 46, 78).lines) {
      for (const VoiceNote& note : line) {
        EXPECT_GE(note.pitch, 46);
        EXPECT_LE(note.pitch, 78);
      }
    }
  }
}

}  // namespace
}  // namespace magenta
