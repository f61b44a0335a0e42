#include "magenta/music/played/swing.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "magenta/music/played/loose_timing.h"
#include "magenta/music/score/sheet.h"
#include "tests/dump.h"

namespace magenta {
namespace {

constexpr double kTick = 0.5 / kTicksPerQuarter;  // seconds, at 120 a minute

QuantizedSequence PieceOf(const std::string& music) {
  auto piece = Quantize(ParseMusic(music, kTick), Grid::PerQuarter(kTicksPerQuarter));
  EXPECT_TRUE(piece.ok()) << piece.status();
  return *std::move(piece);
}

std::string StepsOf(const QuantizedSequence& piece) {
  std::string steps;
  for (const auto& note : piece.proto().notes()) {
    steps += fmt::format("{}+{} ", note.quantized_start_step(),
                         note.quantized_end_step() - note.quantized_start_step());
  }
  return steps;
}

/// Eighths of which every second one begins at `second` ticks of its quarter, and a half note.
std::string Eighths(double second) {
  std::string music;
  for (int quarter = 0; quarter < 6; ++quarter) {
    music +=
        fmt::format("60@{}+{} 64@{}+{} ", 12 * quarter, second, 12 * quarter + second, 12 - second);
  }
  return music + "67@72+24";
}

constexpr int64_t kFromZero[] = {0};

Swing SwingOf(const std::string& music, std::vector<int64_t> bar_lines = {0}) {
  return magenta::SwingOf(PieceOf(music), bar_lines);
}

TEST(Swing, GoesThereAndBack) {
  const Swing swing(2.0 / 3, {12, {3, 45}, {15}});
  for (const double ticks : {-20.0, -9.0, 0.0, 3.0, 7.0, 11.0, 15.0, 20.0, 40.5, 44.0, 50.0}) {
    EXPECT_NEAR(swing.Straighten(swing.Swung(ticks)), ticks, 1e-9);
  }
  EXPECT_NEAR(swing.Swung(9), 11, 1e-9);
  EXPECT_NEAR(swing.Straighten(11), 9, 1e-9);
  EXPECT_EQ(swing.Swung(21), 21);  // a beat that does not swing
  EXPECT_EQ(swing.Swung(42), 42);  // one that a bar line cuts
  EXPECT_NEAR(swing.Swung(51), 53, 1e-9);
  EXPECT_EQ(Swing().Swung(6), 6);
}

TEST(Swing, OnsetsStandOnHalvesOfBeats) {
  const Swing swing(2.0 / 3, {12, {0}, {24}});
  for (const auto& [sounds, written] : std::map<double, double>{
           {0.9, 0}, {3.9, 0}, {4.1, 6}, {7.4, 6}, {9.9, 6}, {10.1, 12}, {11.5, 12}, {28, 28}}) {
    EXPECT_NEAR(swing.StraightOnset(sounds), written, 1e-9) << sounds;
  }
}

TEST(Swing, TripletsOfALineAreStraight) {
  const Swing swing(2.0 / 3, {12, {0}, {24}});
  const std::vector<int64_t> onsets = {0, 4, 8, 12, 18, 30};
  const Swing line = swing.BesideTriplets(onsets);
  EXPECT_EQ(line.Swung(4), 4);
  EXPECT_EQ(line.Swung(8), 8);
  EXPECT_NEAR(line.Swung(18), 20, 1e-9);
  EXPECT_EQ(line.Swung(30), 30);
  EXPECT_NEAR(swing.Swung(4), 16.0 / 3, 1e-9);
}

TEST(Swing, IsFoundWhereEighthsAreUneven) {
  for (const double second : {7.4, 8.0, 8.4}) {
    const Swing swing = SwingOf(Eighths(second));
    ASSERT_FALSE(swing.is_straight()) << second;
    EXPECT_NEAR(swing.Swung(6), second, 1e-6);
  }
  EXPECT_TRUE(SwingOf(Eighths(6)).is_straight());
  EXPECT_TRUE(SwingOf(Eighths(9)).is_straight());  // dotted
  // Triplets of eighths, and of quarters.
  std::string triplets, wide;
  for (int i = 0; i < 18; ++i) triplets += fmt::format("60@{}+4 ", 4 * i);
  for (int i = 0; i < 12; ++i) wide += fmt::format("60@{}+8 ", 8 * i);
  EXPECT_TRUE(SwingOf(triplets).is_straight());
  EXPECT_TRUE(SwingOf(wide).is_straight());
  // A jig's rhythms, written as triplets.
  std::string jig;
  for (int i = 0; i < 8; ++i) {
    const int quarter = 12 * i, second = quarter + 4, third = quarter + 8;
    jig += i % 3 == 2 ? fmt::format("60@{}+8 64@{}+4 ", quarter, third)
                      : fmt::format("60@{}+4 62@{}+4 64@{}+4 ", quarter, second, third);
  }
  EXPECT_TRUE(SwingOf(jig).is_straight());
}

TEST(Swing, DottedNotesPlayedLooselyAreNone) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    std::minstd_rand random(seed);
    std::uniform_real_distribution<double> late(-1.2, 1.2);
    std::string music;
    for (int quarter = 0; quarter < 24; ++quarter) {
      const double second = 12 * quarter + 9 + late(random);
      music += fmt::format("60@{0}+{1} 64@{2}+{3} ", 12 * quarter, second - 12 * quarter, second,
                           12 * quarter + 12 - second);
    }
    EXPECT_TRUE(SwingOf(music).is_straight()) << seed;
  }
}

TEST(Swing, WhoPlaysLateThroughoutDoesNot) {
  // 45 ms.
  std::string music = "60@1.08+5 ";
  for (int eighth = 1; eighth < 24; ++eighth) music += fmt::format("62@{}+5 ", 6 * eighth + 1.08);
  EXPECT_TRUE(SwingOf(music).is_straight());
}

TEST(Swing, BeatsThatAreDividedOtherwiseDoNot) {
  // Triplets, sixteenths and an even pickup among swung eighths.
  std::string music = "59@6+6 ";
  for (int quarter = 1; quarter <= 6; ++quarter) {
    music += fmt::format("60@{0}+8 64@{1}+4 ", 12 * quarter, 12 * quarter + 8);
  }
  music +=
      "67@84+24 60@108+4 62@112+4 64@116+4 60@120+3 62@123+3 64@126+3 65@129+3 60@132+4 62@136+4 "
      "64@140+4 65@144+12";
  const int64_t bar_line = 12;
  const WrittenPiece written = WrittenDown(PieceOf(music), {&bar_line, 1});
  EXPECT_EQ(StepsOf(written.piece),
            "6+6 12+6 18+6 24+6 30+6 36+6 42+6 48+6 54+6 60+6 66+6 72+6 78+6 84+24 108+4 112+4 "
            "116+4 120+3 123+3 126+3 129+3 132+4 136+4 140+4 144+12 ");
  EXPECT_EQ(written.swing.Swung(6), 6);      // beside the pickup
  EXPECT_EQ(written.swing.Swung(111), 111);  // beside triplets
  EXPECT_NEAR(written.swing.Swung(18), 20, 1e-6);
  EXPECT_NEAR(written.swing.Swung(162), 164, 1e-6);  // what comes after the music swings
}

TEST(Swing, SixteenthsMaySwing) {
  std::string music;
  for (int eighth = 0; eighth < 12; ++eighth) {
    music += fmt::format("60@{}+4 64@{}+2 ", 6 * eighth, 6 * eighth + 4);
  }
  const Swing swing = SwingOf(music);
  ASSERT_FALSE(swing.is_straight());
  EXPECT_NEAR(swing.Swung(3), 4, 1e-6);
  EXPECT_NEAR(swing.Swung(9), 10, 1e-6);
  EXPECT_NEAR(swing.Straighten(6), 6, 1e-6);
}

TEST(Swing, BeatsAreCountedFromEachMeter) {
  std::string music = Eighths(8) + " ";  // up to 96; a bar of 3/8, then quarters begin in between
  for (int quarter = 0; quarter < 8; ++quarter) {
    music += fmt::format("60@{}+8 64@{}+4 ", 114 + 12 * quarter, 122 + 12 * quarter);
  }
  EXPECT_TRUE(SwingOf(music, {0}).is_straight());
  const Swing swing = SwingOf(music, {0, 96, 114});
  ASSERT_FALSE(swing.is_straight());
  EXPECT_NEAR(swing.Swung(6), 8, 1e-6);
  EXPECT_NEAR(swing.Swung(120), 122, 1e-6);
}

TEST(Swing, IsHeardAsEvenEighths) {
  // With the downbeat up to 30 ms early, too.
  for (const double early : {0.0, 0.36, 0.72}) {
    std::string music = Eighths(8);
    music.replace(music.rfind("67@72"), 8, fmt::format("67@{}+{}", 72 - early, 24 + early));
    const WrittenPiece written = WrittenDown(PieceOf(music), kFromZero);
    EXPECT_NEAR(written.swing.Swung(6), 8, 1e-6);
    EXPECT_EQ(written.remarks.size(), 1u);
    EXPECT_EQ(StepsOf(written.piece).substr(0, 64),
              "0+6 6+6 12+6 18+6 24+6 30+6 36+6 42+6 48+6 54+6 60+6 66+6 72+24 ")
        << early;
  }
}

}  // namespace
}  // namespace magenta
