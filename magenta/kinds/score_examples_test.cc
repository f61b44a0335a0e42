#include "magenta/kinds/score_examples.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "magenta/music/score/sheet.h"
#include "tests/dump.h"

namespace magenta {
namespace {

// At 120 a minute.
constexpr double kTick = 0.5 / kTicksPerQuarter;

Examples Extract(const std::string& music, int min_bars = 1, int max_bars = 32) {
  const auto piece = Quantize(ParseMusic(music, kTick), Grid::PerQuarter(kTicksPerQuarter));
  EXPECT_TRUE(piece.ok()) << piece.status();
  ExampleOptions options;
  options.Set("min_bars", min_bars);
  options.Set("max_bars", max_bars);
  return ExtractScoreExamples(*piece, options);
}

Sheet SheetOf(const EventSequence& example) {
  auto sheet = ReadSheet(example.control);
  EXPECT_TRUE(sheet.ok()) << sheet.status();
  return *std::move(sheet);
}

/// "48 from 0 ends: 60@0+12 62@12+36 | 48@0+48": length, the place in its bar, whether it ends, and
/// what each voice plays.
std::string Dump(const EventSequence& example) {
  const Sheet sheet = SheetOf(example);
  std::string text = fmt::format("{} from {}{}:", sheet.length, PlaceOf(sheet, 0).place,
                                 sheet.ends ? " ends" : "");
  const VoiceLines lines = LinesOf(sheet, example.events);
  for (size_t v = 0; v < lines.size(); ++v) {
    EXPECT_EQ(sheet.voices[v].open, (std::vector<OpenRange>{{0, sheet.length, sheet.length}}));
    if (v > 0) text += " |";
    for (const VoiceNote& note : lines[v]) {
      text += fmt::format(" {}@{}+{}", note.pitch, note.start, note.end - note.start);
    }
  }
  return text;
}

std::string Dump(const Examples& examples) {
  std::string text;
  for (const EventSequence& example : examples.sequences) {
    text += (text.empty() ? "" : " || ") + Dump(example);
  }
  return text;
}

TEST(ScoreExamplesTest, Stretches) {
  const struct {
    const char* what;
    const char* music;
    int max_bars;
    const char* dump;
  } rows[] = {
      {"one bar", "60@0+12 62@12+24 48@0+48/i1", 32, "48 from 0 ends: 60@0+12 62@12+24 | 48@0+48"},
      {"a pickup", "60@36+12 62@48+48", 32, "60 from 36 ends: 60@0+12 62@12+48"},
      {"silent bars before it", "60@132+12 62@144+48", 32, "60 from 36 ends: 60@0+12 62@12+48"},
      {"of nearly as many bars each", "60@0+48 62@48+48 64@96+48", 2,
       "48 from 0: 60@0+48 || 96 from 0 ends: 62@0+48 64@48+48"},
      {"what sounds across is struck again", "60@0+96 48@0+12/i1", 1,
       "48 from 0: 60@0+48 | 48@0+12 || 48 from 0 ends: 60@0+48"},
      {"bars of rest give nothing", "60@0+48 62@96+48", 1,
       "48 from 0: 60@0+48 || 48 from 0 ends: 62@0+48"},
      {"of drums nothing is heard", "60@0+12 36@0+12/i9/d", 32, "48 from 0 ends: 60@0+12"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Dump(Extract(row.music, 1, row.max_bars)), row.dump) << row.what;
  }
}

TEST(ScoreExamplesTest, RolesMeterKeyAndDensity) {
  const Examples examples = Extract("M6/8@0 K9@0 72@0+18 60@0+36/i1 48@0+36/i2");
  ASSERT_EQ(examples.sequences.size(), 1u);
  const Sheet sheet = SheetOf(examples.sequences[0]);
  EXPECT_EQ(sheet.voices[0].role, VoiceRole::kMelody);
  EXPECT_EQ(sheet.voices[1].role, VoiceRole::kAlto);
  EXPECT_EQ(sheet.voices[2].role, VoiceRole::kBass);
  EXPECT_EQ(sheet.meters, (std::vector<SheetMeter>{{0, 36, 18}}));
  EXPECT_EQ(sheet.key, 9);
  EXPECT_EQ(sheet.density, 0);
  EXPECT_TRUE(sheet.chords.empty());
}

// Of each stretch: the key that holds in it, none where it changes; chords from its beginning on.
TEST(ScoreExamplesTest, KeysAndChordsOfStretches) {
  const Examples examples =
      Extract("K0@0 K7@72 \"C@0 \"G7@24 \"Xyz@72 \"Am@96 60@0+48 62@48+48 64@96+48", 1, 1);
  ASSERT_EQ(examples.sequences.size(), 3u);
  const Sheet first = SheetOf(examples.sequences[0]), second = SheetOf(examples.sequences[1]),
              third = SheetOf(examples.sequences[2]);
  EXPECT_EQ(first.key, 0);
  EXPECT_EQ(second.key, -1);
  EXPECT_EQ(third.key, 7);
  const auto bits = [](std::initializer_list<int> pitch_classes) {
    int set = 0;
    for (const int pitch_class : pitch_classes) set |= 1 << pitch_class;
    return set;
  };
  const SheetChord g7 = {24, 7, bits({7, 11, 2, 5})};
  EXPECT_EQ(first.chords, (std::vector<SheetChord>{{0, 0, bits({0, 4, 7})}, g7}));
  EXPECT_EQ(second.chords, (std::vector<SheetChord>{{0, 7, g7.pitch_classes}, {24, -1, 0}}));
  EXPECT_EQ(third.chords, (std::vector<SheetChord>{{0, 9, bits({9, 0, 4})}}));
}

TEST(ScoreExamplesTest, ASymbolInNineBarsIsNoChord) {
  const auto chords = [](int bars) {
    const std::string music = fmt::format("\"C@0 60@0+12 60@{}+12", 48 * (bars - 1));
    return SheetOf(Extract(music).sequences.at(0)).chords.size();
  };
  EXPECT_EQ(chords(8), 1u);
  EXPECT_EQ(chords(9), 0u);
}

// A part that another follows ends no piece.
TEST(ScoreExamplesTest, PartsOfAPiece) {
  NoteSequence music = ParseMusic("60@0+48", kTick);
  for (const bool has_more : {false, true}) {
    music.mutable_subsequence_info()->set_end_time_offset(has_more ? 4 : 1e-12);
    const auto piece = Quantize(music, Grid::PerQuarter(kTicksPerQuarter));
    ExampleOptions options;
    options.Set("min_bars", 1);
    EXPECT_EQ(Dump(ExtractScoreExamples(*piece, options)),
              has_more ? "48 from 0: 60@0+48" : "48 from 0 ends: 60@0+48");
  }
}

TEST(ScoreExamplesTest, OctavesIntoTheRange) {
  const Examples low = Extract("12@0+48 20@48+48");
  EXPECT_EQ(Dump(low), "96 from 0 ends: 24@0+48 32@48+48");
  EXPECT_EQ(low.transpositions, std::vector<int>{12});
  const Examples high = Extract("120@0+48");
  EXPECT_EQ(high.transpositions, std::vector<int>{-24});
}

TEST(ScoreExamplesTest, WhatIsLeftOut) {
  std::string nine;
  for (int part = 0; part < 9; ++part) nine += fmt::format(" {}@0+48/i{}", 50 + part, part);
  const struct {
    std::string music;
    int min_bars;
    const char *outcome, *reason, *flag, *counter;
  } rows[] = {
      {"", 1, "no_notes", "no notes", "", "pieces_discarded_no_notes"},
      {"36@0+12/i9/d", 1, "no_notes", "drums alone", "", "pieces_discarded_no_notes"},
      {"60@0+48 62@48+48", 4, "too_short", "2 bars, fewer than 4", "--min_bars=2",
       "pieces_discarded_too_short"},
      {nine, 1, "too_many_voices", "its 9 parts have 9 voices, and 8 are the most", "",
       "pieces_discarded_too_many_voices"},
      {"12@0+48/i0 110@0+48/i1", 1, "out_of_range", "no octave holds all of its notes", "",
       "pieces_discarded_out_of_range"},
      {"M7/32@0 60@0+48", 1, "non_integer_steps_per_bar", "a bar has 10.5 twelfths of a quarter",
       "", "pieces_discarded_non_integer_steps_per_bar"},
  };
  for (const auto& row : rows) {
    const Examples examples = Extract(row.music, row.min_bars);
    EXPECT_TRUE(examples.sequences.empty());
    ASSERT_EQ(examples.tracks.size(), 1u) << row.outcome;
    const TrackReport& track = examples.tracks[0];
    EXPECT_FALSE(track.kept);
    EXPECT_EQ(track.outcome, row.outcome);
    EXPECT_EQ(track.reason, row.reason);
    EXPECT_EQ(track.flag, row.flag);
    EXPECT_EQ(examples.counters.Of(row.counter), 1) << row.counter;
  }
  const Examples kept = Extract("60@0+48");
  EXPECT_TRUE(kept.tracks[0].kept);
  EXPECT_EQ(kept.counters.Of("pieces_kept"), 1);
  EXPECT_EQ(kept.counters.Of("stretches"), 1);
}

// A bar of 30,000 whole notes is no example.
TEST(ScoreExamplesTest, OverTheLimitOfAnExample) {
  const Examples examples = Extract("M30000/1@0 60@0+12 62@1000000+12/i1");
  EXPECT_TRUE(examples.sequences.empty());
  ASSERT_EQ(examples.tracks.size(), 1u);
  EXPECT_EQ(examples.tracks[0].outcome, "over_limit");
}

}  // namespace
}  // namespace magenta
