#include "magenta/music/meter_map.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cmath>

#include "magenta/music/tempo_map.h"
#include "tests/dump.h"

namespace magenta {
namespace {

std::string Dump(const NoteSequence& sequence) {
  const MeterMap map(sequence);
  std::string text;
  for (const Meter& meter : map.meters()) {
    text += fmt::format("{}/{}@{:g}|{:g} ", meter.numerator, meter.denominator, meter.start,
                        meter.bar_line);
  }
  if (map.short_end().has_value()) text += fmt::format("short {:g} ", *map.short_end());
  if (map.HasChanges()) text += "changes ";
  return text;
}

// Positions are quarters: 60 quarters a minute, so that seconds are quarters too.
TEST(MeterMap, ShortBarsAreNoMeters) {
  const struct {
    const char* what;
    const char* music;
    const char* meters;  // meter @ start | a bar line
  } rows[] = {
      {"none named", "T60@0 60@0+8", "4/4@0|0 "},
      {"one", "T60@0 M3/4@0 60@0+8", "3/4@0|0 "},
      {"one that is late", "T60@0 M3/4@8 60@0+20", "4/4@0|0 3/4@8|8 changes "},
      {"late by a pickup", "T60@0 M3/4@1 60@0+20", "3/4@0|1 "},
      {"pickup and short last bar", "T60@0 M1/4@0 M4/4@1 M3/4@9 60@0+12", "4/4@0|1 short 9 "},
      {"the same, written to its full end", "T60@0 M1/4@0 M4/4@1 M3/4@9 60@0+11.5",
       "4/4@0|1 short 9 "},
      {"pickup of an eighth in 6/8", "T60@0 M1/8@0 M6/8@0.5 60@0+9.5", "6/8@0|0.5 "},
      {"a bar cut in halves", "T60@0 M4/4@0 M2/4@4 M4/4@8 60@0+12", "4/4@0|0 "},
      {"a bar cut in 3 and 1", "T60@0 M1/4@0 M4/4@1 M3/4@17 M1/4@20 M4/4@21 M3/4@37 60@0+40",
       "4/4@0|1 short 37 "},
      {"a short bar before a repeat shifts the lines", "T60@0 M4/4@0 M3/4@8 M4/4@11 60@0+27",
       "4/4@0|0 4/4@11|11 "},
      {"a real change", "T60@0 M4/4@0 M3/4@8 60@0+20", "4/4@0|0 3/4@8|8 changes "},
      {"a real change after a pickup", "T60@0 M1/4@0 M4/4@1 M3/4@9 60@0+21",
       "4/4@0|1 3/4@9|9 changes "},
      {"a change with a pickup of its own", "T60@0 M4/4@0 M1/8@8 M6/8@8.5 60@0+20",
       "4/4@0|0 6/8@8.5|8.5 changes "},
      {"repeats of the same", "T60@0 M4/4@0 M4/4@4 M4/4@16 60@0+20", "4/4@0|0 "},
      {"after the music", "T60@0 M4/4@0 M3/4@8 60@0+8", "4/4@0|0 3/4@8|8 changes "},
      {"two at one time", "T60@0 M4/4@0 M3/4@0 60@0+8", "3/4@0|0 "},
      {"through a change of tempo", "T60@0 T120@1 M1/4@0 M4/4@1 60@0+9", "4/4@0|1 "},
  };
  for (const auto& row : rows) EXPECT_EQ(Dump(ParseMusic(row.music)), row.meters) << row.what;
}

TEST(MeterMap, WhatCannotBePlayedDoesNotCount) {
  NoteSequence sequence = ParseMusic("T60@0 M3/4@0 60@0+8");
  for (const auto& [numerator, denominator, time] :
       {std::tuple(0, 4, 2.0), std::tuple(3, 5, 2.0), std::tuple(2, -4, 2.0),
        std::tuple(2, 4, std::nan("")), std::tuple(2, 4, HUGE_VAL)}) {
    auto* meter = sequence.add_time_signatures();
    meter->set_numerator(numerator);
    meter->set_denominator(denominator);
    meter->set_time(time);
  }
  EXPECT_EQ(Dump(sequence), "3/4@0|0 ");
}

TEST(MeterMap, BarLines) {
  const MeterMap pickup(ParseMusic("T60@0 M1/4@0 M4/4@1 M3/4@9 60@0+12"));
  EXPECT_DOUBLE_EQ(pickup.BarLineFrom(0), 1);
  EXPECT_DOUBLE_EQ(pickup.BarLineFrom(1), 1);
  EXPECT_DOUBLE_EQ(pickup.BarLineFrom(1.001), 1);
  EXPECT_DOUBLE_EQ(pickup.BarLineFrom(1.1), 5);
  EXPECT_DOUBLE_EQ(pickup.BarLineFrom(12), 13);
  EXPECT_DOUBLE_EQ(pickup.BarLineFrom(12, 8), 13 + 32);
  const MeterMap jig(ParseMusic("T60@0 M6/8@0 60@0+12"));
  EXPECT_DOUBLE_EQ(jig.BarLineFrom(12, 8), 12 + 24);
  const MeterMap changes(ParseMusic("T60@0 M4/4@0 M3/4@8 60@0+30"));
  EXPECT_DOUBLE_EQ(changes.BarLineFrom(0, 2), 8);
  EXPECT_DOUBLE_EQ(changes.BarLineFrom(0, 3), 11);
  EXPECT_DOUBLE_EQ(changes.BarLineFrom(9, 1), 14);
  EXPECT_EQ(changes.At(8).numerator, 3);
  EXPECT_EQ(changes.At(7).numerator, 4);
}

TEST(MeterMap, ManyMetersAreWalkedOnce) {
  NoteSequence sequence;
  for (int i = 0; i < 200000; ++i) {
    auto* meter = sequence.add_time_signatures();
    meter->set_time(i * 1e-4);
    meter->set_numerator(i % 3 == 0 ? 1000 : 3);
    meter->set_denominator(4);
  }
  sequence.set_total_time(100);
  EXPECT_GE(MeterMap(sequence).meters().size(), 1u);
}

TEST(WithRealMeters, LeavesRealChangesAlone) {
  EXPECT_EQ(DumpMusic(WithRealMeters(ParseMusic("M1/4@0 M4/4@0.5 M3/4@4.5 T120@0 60@0+6"))),
            "M4/4@0 T120@0 60@0+6");
  EXPECT_EQ(DumpMusic(WithRealMeters(ParseMusic("M1/4@0 M4/4@0.5 M3/4@4.5 T120@0 60@0+12"))),
            "M4/4@0 M3/4@4.5 T120@0 60@0+12");
}

TEST(WithShortBars, WritesPickupsAndCutBars) {
  const struct {
    const char* music;  // seconds are quarters
    std::vector<double> bar_lines;
    const char* meters;
  } rows[] = {
      {"M4/4@0 T60@0 60@0+12", {4, 8, 12}, "M4/4@0"},
      {"M4/4@0 T60@0 60@0+12", {1, 5, 9, 12}, "M1/4@0 M4/4@1 M3/4@9"},
      {"M6/8@0 T60@0 60@0+7", {0.5, 3.5, 6.5}, "M1/8@0 M6/8@0.5"},
      {"M4/4@0 T60@0 60@0+13", {1, 5, 8, 9, 13}, "M1/4@0 M4/4@1 M3/4@5 M1/4@8 M4/4@9"},
      {"M4/4@0 M3/4@9 T60@0 60@0+15", {1, 5, 9, 12, 15}, "M1/4@0 M4/4@1 M3/4@9"},
      {"M4/4@0 T60@0 60@0+12", {}, "M4/4@0"},
      {"M4/4@0 T60@0 60@0+12", {8, 12}, "M4/4@0"},  // a bar line is missing
      // Of triplets: the next longer meter, cut by the bar after it.
      {"M4/4@0 T60@0 60@0+12", {1.0 / 3, 13.0 / 3, 25.0 / 3}, "M3/32@0 M4/4@0.3333333333333333"},
      {"M4/4@0 T60@0 60@0+12", {1.0 / 3, 4, 8}, "M3/32@0 M59/64@0.3333333333333333 M4/4@4"},
      {"T60@0 60@0+12", {1, 5, 9, 12}, ""},
  };
  for (const auto& row : rows) {
    NoteSequence sequence = WithShortBars(ParseMusic(row.music), row.bar_lines);
    sequence.clear_notes();
    sequence.clear_tempos();
    EXPECT_EQ(DumpMusic(sequence), row.meters) << row.music;
  }
}

TEST(LeadToBarLines, OfPickupsOfTriplets) {
  const Grid grid = Grid::PerQuarter(4);
  const auto lead = [&](double bar_line, int denominator = 4) {
    return LeadToBarLines({4, denominator, 0, bar_line}, grid);
  };
  EXPECT_EQ(lead(0), 0);
  EXPECT_EQ(lead(0.75), 0);
  EXPECT_NEAR(lead(1.0 / 3), 2.0 / 3, 1e-9);  // 1 1/3 steps
  EXPECT_NEAR(lead(2.0 / 3), 1.0 / 3, 1e-9);
  EXPECT_EQ(lead(0.76), 0);             // ticks round
  EXPECT_EQ(lead(1.0 / 3, 32 * 4), 0);  // a bar of half a step
  EXPECT_EQ(LeadToBarLines({4, 4, 0, 1.0 / 3}, Grid::PerSecond(100)), 0);
}

TEST(TempoMap, ThroughChanges) {
  const TempoMap map(ParseMusic("T60@0 T120@1 T30@2 60@0+9"));
  for (const auto& [seconds, quarters] :
       {std::pair(0.0, 0.0), std::pair(0.5, 0.5), std::pair(1.0, 1.0), std::pair(1.5, 2.0),
        std::pair(2.0, 3.0), std::pair(4.0, 4.0)}) {
    EXPECT_DOUBLE_EQ(map.QuartersAt(seconds), quarters);
    EXPECT_DOUBLE_EQ(map.SecondsAt(quarters), seconds);
  }
  EXPECT_EQ(map.QpmAt(0.99), 60);
  EXPECT_EQ(map.QpmAt(1), 120);
  EXPECT_TRUE(map.HasChanges());
  EXPECT_FALSE(TempoMap(ParseMusic("T120@5 60@0+9")).HasChanges());
  EXPECT_TRUE(TempoMap(ParseMusic("T60@5 60@0+9")).HasChanges());
  EXPECT_FALSE(TempoMap(ParseMusic("T60@0 T60@5 60@0+9")).HasChanges());
}

}  // namespace
}  // namespace magenta
