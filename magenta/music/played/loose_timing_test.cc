#include "magenta/music/played/loose_timing.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "magenta/music/score/sheet.h"
#include "tests/dump.h"

namespace magenta {
namespace {

constexpr double kTick = 0.5 / kTicksPerQuarter;  // seconds, at 120 a minute

/// `music` in ticks, each note's begin and end up to `most` ticks earlier or later than written.
QuantizedSequence Played(const std::string& music, double most, uint32_t seed = 1) {
  NoteSequence sequence = ParseMusic(music, kTick);
  std::minstd_rand random(seed);
  std::uniform_real_distribution<double> late(-most * kTick, most * kTick);
  for (auto& note : *sequence.mutable_notes()) {
    note.set_start_time(std::max(0.0, note.start_time() + late(random)));
    note.set_end_time(note.end_time() + late(random));
  }
  auto quantized = Quantize(std::move(sequence), Grid::PerQuarter(kTicksPerQuarter));
  EXPECT_TRUE(quantized.ok()) << quantized.status();
  return *std::move(quantized);
}

std::string Steps(const QuantizedSequence& piece) {
  std::string text;
  for (const auto& note : piece.proto().notes()) {
    text += fmt::format("{}{}+{}", text.empty() ? "" : " ", note.quantized_start_step(),
                        note.quantized_end_step() - note.quantized_start_step());
  }
  return text;
}

/// How `piece` is written down, its quarters counted from `bar_line`.
std::string Written(const QuantizedSequence& piece, int64_t bar_line = 0) {
  const std::string written = Steps(WrittenDown(piece, {&bar_line, 1}).piece);
  return written == Steps(piece) ? "as it is" : written;
}

constexpr char kSixteenths[] =
    "60@0+3 62@3+3 64@6+6 65@12+9 67@21+3 69@24+6 67@30+6 65@36+3 64@39+3 62@42+3 60@45+3 72@48+48";
constexpr char kBeforeLast[] = "0+3 3+3 6+6 12+9 21+3 24+6 30+6 36+3 39+3 42+3 45+3";

TEST(LooseTiming, WhatIsPlayedLooselyIsWrittenDown) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    EXPECT_EQ(Written(Played(kSixteenths, 0.72, seed)), std::string(kBeforeLast) + " 48+48")
        << seed;
  }
}

TEST(LooseTiming, WhatIsWrittenStays) {
  EXPECT_EQ(Written(Played(kSixteenths, 0)), "as it is");
  for (const char* music : {
           // Sextuplets, and notes of every length of the grid.
           "60@0+2 62@2+2 64@4+2 65@6+2 67@8+2 69@10+2 71@12+1 72@13+11",
           // Thirty-seconds, quintuplets, septuplets; two dots.
           "60@0+1.5 62@1.5+1.5 64@3+1.5 65@4.5+1.5 67@6+1.5 69@7.5+1.5 71@9+1.5 72@10.5+1.5",
           "60@0+2.4 62@2.4+2.4 64@4.8+2.4 65@7.2+2.4 67@9.6+2.4 69@12+12 71@24+12 72@36+12",
           "60@0+10.5 62@10.5+1.5 64@12+10.5 65@22.5+1.5 67@24+10.5 69@34.5+1.5 71@36+12",
       }) {
    EXPECT_EQ(Written(Played(music, 0)), "as it is") << music;
  }
}

TEST(LooseTiming, ASlipIsHeardWhereItIsMeant) {
  EXPECT_EQ(Written(Played("60@0+6 62@6+6 60@12.6+6 62@18+6 60@24+6 62@30+6 60@36+6 "
                           "62@42+6 60@48+6 62@54+6",
                           0)),
            "0+6 6+6 12+7 18+6 24+6 30+6 36+6 42+6 48+6 54+6");
  // Before a bar line; of long tuplets none lies so near.
  EXPECT_EQ(Written(Played("60@0+12 62@12+12 60@24+12 62@36+11 60@47.4+12 62@60+12 "
                           "60@72+12 62@84+12 60@96+12 62@108+12",
                           0)),
            "0+12 12+12 24+12 36+11 48+11 60+12 72+12 84+12 96+12 108+12");
  // A note so short adorns the next.
  EXPECT_EQ(Written(Played("60@0+12 62@12+12 60@24+12 62@36+11.08 60@47.08+0.92 62@48+12 "
                           "60@60+12 62@72+12 60@84+12 62@96+12",
                           0)),
            "0+12 12+12 24+12 36+12 48+12 60+12 72+12 84+12 96+12");
}

TEST(LooseTiming, WhoStrikesADownbeatEarlyIsHeardOnIt) {
  // A tick is 42 ms at 120 quarters a minute: 30 ms at any tempo up to 240.
  for (const double qpm : {60.0, 125.0, 160.0, 200.0, 240.0}) {
    NoteSequence sequence = ParseMusic(
        "60@0+12 62@12+12 60@24+12 62@36+11 60@48+12 62@60+12 "
        "60@72+12 62@84+12 60@96+12 62@108+12",
        60 / qpm / kTicksPerQuarter);
    sequence.mutable_notes(4)->set_start_time(sequence.notes(4).start_time() - 0.03);
    sequence.add_tempos()->set_qpm(qpm);
    const auto piece = Quantize(std::move(sequence), Grid::PerQuarter(kTicksPerQuarter));
    ASSERT_TRUE(piece.ok()) << piece.status();
    const int64_t bar_line = 0;
    EXPECT_EQ(WrittenDown(*piece, {&bar_line, 1}).piece.proto().notes(4).quantized_start_step(), 48)
        << qpm;
  }
}

TEST(LooseTiming, AChordThatIsRolledIsHeardAtOnce) {
  // 1.2 ticks are 50 ms; the melody over it stays.
  const auto rolled = Played(
      "48@0+24 52@0.5+23.5 55@1+23 60@1.5+22.5 72@0+6/i1 74@6+6/i1 76@12+12/i1 "
      "48@21.8+26.2 52@22.9+25.1 55@24+24 72@24+24/i1",
      0);
  EXPECT_EQ(Written(rolled), "0+24 0+24 0+24 0+24 0+6 6+6 12+12 24+24 24+24 24+24 24+24");
  // Of a fast run, here of thirty-seconds of 31 ms, each note ends where the next begins.
  NoteSequence run = ParseMusic("60@0+1.5 62@1.5+1.5 64@3+1.5 65@4.5+1.5 67@6+18", kTick / 2);
  run.add_tempos()->set_qpm(240);
  const auto piece = Quantize(std::move(run), Grid::PerQuarter(kTicksPerQuarter));
  ASSERT_TRUE(piece.ok()) << piece.status();
  EXPECT_EQ(Written(*piece), "as it is");
}

TEST(LooseTiming, NotationIsNotPlayed) {
  NoteSequence sequence = ParseMusic("60@0+6 62@6.6+4.7 64@11.3+6 65@17.3+6", kTick);
  sequence.mutable_source_info()->set_encoding_type(NoteSequence::SourceInfo::ABC);
  const auto piece = Quantize(std::move(sequence), Grid::PerQuarter(kTicksPerQuarter));
  ASSERT_TRUE(piece.ok()) << piece.status();
  EXPECT_EQ(Written(*piece), "as it is");
}

TEST(LooseTiming, NotesThatAreReleasedEarlyLastToTheNext) {
  for (const double gate : {0.95, 0.9, 0.8, 0.75, 0.5, 0.25, 0.01}) {
    NoteSequence sequence = ParseMusic(kSixteenths, kTick);
    for (auto& note : *sequence.mutable_notes()) {
      note.set_end_time(note.start_time() + gate * (note.end_time() - note.start_time()));
    }
    const auto piece = Quantize(std::move(sequence), Grid::PerQuarter(kTicksPerQuarter));
    // The last one lasts as long as it was played, up to the quarter.
    const char* last = gate < 0.2   ? " 48+3"
                       : gate < 0.3 ? " 48+12"
                       : gate < 0.7 ? " 48+24"
                       : gate < 0.8 ? " 48+36"
                                    : " 48+48";
    EXPECT_EQ(Written(*piece), std::string(kBeforeLast) + last) << gate;
  }
  // A rest is one; a chord is held over other notes; the last one lasts to the eighth.
  const auto rests =
      Played("60@0+4.6 62@6+4.6 64@12+2.6 65@36+4.6 48@36+22.7 67@42+4.6 69@48+10.6 72@60+16.6", 0);
  EXPECT_EQ(Written(rests), "0+6 6+6 12+3 36+6 36+24 42+6 48+12 60+24");
}

TEST(ReleaseMeant, IsASixteenthAnEighthOrAQuarterByLength) {
  EXPECT_EQ(ReleaseMeant(0, 2.4), 3);
  EXPECT_EQ(ReleaseMeant(0, 7.2), 6);
  EXPECT_EQ(ReleaseMeant(0, 9.6), 12);
  EXPECT_EQ(ReleaseMeant(12, 31.3), 36);
  EXPECT_EQ(ReleaseMeant(0, 0.1), 3);
  // Who lets go exactly means it.
  EXPECT_EQ(ReleaseMeant(0, 18), 18);
  EXPECT_EQ(ReleaseMeant(0, 9), 9);
  EXPECT_EQ(ReleaseMeant(4, 8), 9);
}

TEST(LooseTiming, TripletsAreHeardWhereTheyArePlayed) {
  const auto played = Played(
      "60@0.4+4 62@4.6+4 64@7.6+4 65@12.7+6 67@18.6+6 69@24.4+4 67@28.3+4 65@31.3+4 64@35.4+6 "
      "62@42.6+6 60@48.4+12",
      0);
  EXPECT_EQ(Written(played), "0+4 4+4 8+4 12+6 18+6 24+4 28+4 32+4 36+6 42+6 48+12");
}

TEST(LooseTiming, AmongTripletsTwoOfThreeAreTied) {
  const auto played = Played(
      "60@0.4+4 62@4.4+4 64@7.8+4 65@12.3+8 67@20.3+4 69@24.4+4 67@28.3+4 65@31.7+4 64@36.4+8 "
      "62@44.6+4 60@48.4+4 62@52.3+4 64@55.8+4 60@60.4+12",
      0);
  EXPECT_EQ(Written(played), "0+4 4+4 8+4 12+8 20+4 24+4 28+4 32+4 36+8 44+4 48+4 52+4 56+4 60+12");
}

TEST(LooseTiming, QuartersAreCountedFromTheBarLine) {
  // The bar began eight ticks before: sixteenths of its quarters lie on 1, 4, 7 and so on.
  const auto played = Played("60@1.5+3 62@4.5+3 64@7.6+3 65@9.5+3 67@13.4+3 69@16.5+12", 0);
  EXPECT_EQ(Written(played, -8), "1+3 4+3 7+3 10+3 13+3 16+12");
}

TEST(LooseTiming, DrumsNeitherCountNorMove) {
  const std::string drums = "36@1.5+3/d 36@4.5+3/d 36@7.6+3/d 36@9.5+3/d 36@13.4+3/d";
  EXPECT_EQ(Written(Played(drums, 0)), "as it is");
}

TEST(PlayersTicks, WhoPlaysLooselyIsHeardOnSixteenths) {
  const std::vector<int> meant = {0, 3, 6, 12, 21, 24, 30, 36, 39, 42, 45, 48};
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    std::minstd_rand random(seed);
    std::uniform_real_distribution<double> late(-0.72, 0.72);
    PlayersTicks ticks;
    int right = 0;
    for (int round = 0; round < 4; ++round) {
      for (const int tick : meant) {
        const int64_t heard = ticks.Next(48 * round + tick + late(random));
        EXPECT_LE(std::abs(heard - (48 * round + tick)), 2);
        right += heard == 48 * round + tick ? 1 : 0;
      }
    }
    EXPECT_GE(right, 44) << "of 48, seed " << seed;
  }
}

TEST(PlayersTicks, WhoPlaysOnTicksIsHeardThere) {
  PlayersTicks ticks;
  for (const int tick : {0, 2, 4, 6, 8, 10, 12, 13, 24, 28, 32}) EXPECT_EQ(ticks.Next(tick), tick);
  EXPECT_EQ(ticks.Next(36.1), 36);
}

TEST(PlayersTicks, TripletsAreHeardAfterAFew) {
  PlayersTicks ticks;
  std::vector<int64_t> heard;
  for (const double place : {0.4, 4.3, 7.7, 12.4, 15.6, 20.4, 24.0, 28.3, 31.6}) {
    heard.push_back(ticks.Next(place));
  }
  EXPECT_EQ(heard, (std::vector<int64_t>{0, 4, 8, 12, 16, 20, 24, 28, 32}));
}

}  // namespace
}  // namespace magenta
