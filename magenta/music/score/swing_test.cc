#include "magenta/music/score/swing.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

#include "magenta/music/score/loose_timing.h"
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

/// Eighths of which every second one begins at `second` ticks of its quarter, and a half note.
std::string Eighths(double second) {
  std::string music;
  for (int quarter = 0; quarter < 6; ++quarter) {
    music +=
        fmt::format("60@{}+{} 64@{}+{} ", 12 * quarter, second, 12 * quarter + second, 12 - second);
  }
  return music + "67@72+24";
}

TEST(Swing, GoesThereAndBack) {
  const Swing swing(2.0 / 3, 3);
  for (const double ticks : {-20.0, -9.0, 0.0, 3.0, 7.0, 11.0, 15.0, 40.5}) {
    EXPECT_NEAR(swing.Straighten(swing.Swung(ticks)), ticks, 1e-9);
  }
  EXPECT_NEAR(swing.Swung(9), 11, 1e-9);
  EXPECT_NEAR(swing.Straighten(11), 9, 1e-9);
  EXPECT_EQ(Swing().Swung(6), 6);
}

TEST(Swing, IsFoundWhereEighthsAreUneven) {
  for (const double second : {7.4, 8.0, 8.4}) {
    const Swing swing = SwingOf(PieceOf(Eighths(second)), 0);
    ASSERT_FALSE(swing.is_straight()) << second;
    EXPECT_NEAR(swing.Swung(6), second, 1e-6);
  }
  EXPECT_TRUE(SwingOf(PieceOf(Eighths(6)), 0).is_straight());
  EXPECT_TRUE(SwingOf(PieceOf(Eighths(9)), 0).is_straight());  // dotted
  // Triplets of eighths, and of quarters.
  std::string triplets, wide;
  for (int i = 0; i < 18; ++i) triplets += fmt::format("60@{}+4 ", 4 * i);
  for (int i = 0; i < 12; ++i) wide += fmt::format("60@{}+8 ", 8 * i);
  EXPECT_TRUE(SwingOf(PieceOf(triplets), 0).is_straight());
  EXPECT_TRUE(SwingOf(PieceOf(wide), 0).is_straight());
}

TEST(Swing, IsHeardAsEvenEighths) {
  const auto written = WrittenDown(PieceOf(Eighths(8)), 0);
  ASSERT_TRUE(written.has_value());
  EXPECT_NEAR(written->swing.Swung(6), 8, 1e-6);
  ASSERT_EQ(written->remarks.size(), 1u);
  std::string steps;
  for (const auto& note : written->piece.proto().notes()) {
    steps += fmt::format("{}+{} ", note.quantized_start_step(),
                         note.quantized_end_step() - note.quantized_start_step());
  }
  EXPECT_EQ(steps, "0+6 6+6 12+6 18+6 24+6 30+6 36+6 42+6 48+6 54+6 60+6 66+6 72+24 ");
}

}  // namespace
}  // namespace magenta
