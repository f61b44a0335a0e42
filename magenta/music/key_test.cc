#include "magenta/music/key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>

namespace magenta {
namespace {

TEST(KeyTest, ReadsNames) {
  const std::pair<const char*, int> rows[] = {
      {"C", 0},       {"c", 0},      {"F#", 6},  {"Gb", 6},      {"Bb", 10},      {"bb", 10},
      {"Cb", 11},     {"B#", 0},     {"B", 11},  {"G major", 7}, {"Eb maj", 3},   {"Am", 0},
      {"A minor", 0}, {"F# min", 9}, {"Bbm", 1}, {"C\u266f", 1}, {"B\u266dm", 1},
  };
  for (const auto& [text, key] : rows) EXPECT_EQ(ParseMajorKey(text), key) << text;
  for (const char* text : {"", "H", "C##", "Cmaj7", "C dorian", "12", "major", " C", "C majorly"}) {
    EXPECT_EQ(ParseMajorKey(text), std::nullopt) << text;
  }
  for (int key = 0; key < 12; ++key) EXPECT_EQ(ParseMajorKey(MajorKeyName(key)), key);
}

TEST(KeyTest, ReadsTonicAndMode) {
  const std::pair<const char*, NamedKey> rows[] = {
      {"D", {2, {}}}, {"bb minor", {10, true}}, {"F#m", {6, true}}, {"A major", {9, false}}};
  for (const auto& [text, key] : rows) EXPECT_EQ(ParseKey(text), key) << text;
  EXPECT_EQ(ParseKey("D dorian"), std::nullopt);
  for (int tonic = 0; tonic < 12; ++tonic) {
    for (const std::optional<bool> minor : {std::optional<bool>(), {false}, {true}}) {
      EXPECT_EQ(ParseKey(KeyText({tonic, minor})), (NamedKey{tonic, minor}));
    }
  }
  EXPECT_EQ(KeyText({1, true}), "C# minor");
  EXPECT_EQ(KeyText({1, false}), "Db major");
}

TwelveCounts CountsOf(std::initializer_list<std::pair<int, int>> pitches) {
  TwelveCounts counts{};
  for (const auto& [pitch, times] : pitches) CountMajorKeys(pitch, counts, times);
  return counts;
}

TEST(KeyTest, AKeyIsHeldUntilAnotherFitsClearlyBetter) {
  // G A B C D E and so many F and F#.
  const auto notes = [](int f, int f_sharp) {
    return CountsOf({{67, 4}, {69, 4}, {71, 4}, {60, 4}, {62, 4}, {64, 4}, {65, f}, {66, f_sharp}});
  };
  constexpr int kC = 0, kG = 7;
  EXPECT_EQ(SettleMajorKey(notes(0, 0), std::nullopt), kC);
  EXPECT_EQ(SettleMajorKey(notes(0, 1), std::nullopt), kG);
  EXPECT_EQ(SettleMajorKey(notes(0, 0), kG), kG);
  EXPECT_EQ(SettleMajorKey(notes(1, 0), kG), kG);
  EXPECT_EQ(SettleMajorKey(notes(2, 0), kG), kG);
  EXPECT_EQ(SettleMajorKey(notes(3, 0), kG), kC);
  EXPECT_EQ(SettleMajorKey(notes(6, 3), kG), kC);
  // Of many notes three more are not clear.
  EXPECT_EQ(SettleMajorKey(CountsOf({{67, 100}, {65, 3}}), kG), kG);
}

TEST(KeyTest, AKeyIsFoundByHowLongItsTonesSound) {
  struct Row {
    TwelveCounts steps;  // from C up
    const char* key;
  };
  const Row rows[] = {
      {{}, "C major"},
      {{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, "C major"},
      {{8, 0, 4, 0, 6, 3, 0, 7, 0, 3, 0, 2}, "C major"},
      // The same tones, but A and E sound longest.
      {{6, 0, 3, 0, 7, 3, 0, 2, 0, 8, 0, 4}, "A minor"},
      {{0, 3, 0, 0, 0, 0, 2, 0, 0, 3, 0, 0}, "F# minor"},
  };
  for (const Row& row : rows) {
    TwelveCounts moved = row.steps;
    for (int up = 0; up < 12; ++up) {
      NamedKey expected = *ParseKey(row.key);
      // Where all sounds alike, moving it changes nothing.
      if (row.steps[0] != row.steps[1]) expected.tonic = (expected.tonic + up) % 12;
      EXPECT_EQ(KeyText(KeyOfDurations(moved)), KeyText(expected)) << row.key << " up " << up;
      std::rotate(moved.begin(), moved.end() - 1, moved.end());
    }
  }
}

TEST(PitchText, NamesOctavesAndSharps) {
  EXPECT_EQ(PitchText(60), "C4");
  EXPECT_EQ(PitchText(78), "F#5");
  EXPECT_EQ(PitchText(0), "C-1");
}

TEST(PitchText, NamesFlatsWhereTheKeyHasThem) {
  for (const char* key : {"F", "Bb", "Eb", "Ab", "Db"}) {
    EXPECT_EQ(PitchText(70, *ParseMajorKey(key)), "Bb4") << key;
    EXPECT_EQ(PitchText(78, *ParseMajorKey(key)), "Gb5") << key;
  }
  for (const char* key : {"C", "G", "D", "A", "E", "B", "F#"}) {
    EXPECT_EQ(PitchText(70, *ParseMajorKey(key)), "A#4") << key;
  }
}

TEST(KeyTest, ASignatureLeavesAMajorKeyAndItsRelativeMinor) {
  const TwelveCounts c_major = {8, 0, 4, 0, 6, 3, 0, 7, 0, 3, 0, 2};
  const TwelveCounts a_minor = {6, 0, 3, 0, 7, 3, 0, 2, 0, 8, 0, 4};
  EXPECT_EQ(KeyText(KeyOfDurations(c_major, 0)), "C major");
  EXPECT_EQ(KeyText(KeyOfDurations(a_minor, 0)), "A minor");
  EXPECT_EQ(KeyText(KeyOfDurations(c_major, 7)), "G major");
  EXPECT_EQ(KeyText(KeyOfDurations(a_minor, 7)), "E minor");
  EXPECT_EQ(KeyText(KeyOfDurations({}, 10)), "Bb major");
}

}  // namespace
}  // namespace magenta
