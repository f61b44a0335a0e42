#include "magenta/music/score/voice_leading.h"

#include <gtest/gtest.h>

#include <vector>

namespace magenta {
namespace {

TEST(VoiceLeadingTest, Parallels) {
  const struct {
    int one, other, one_next, other_next;
    bool parallel;
  } rows[] = {
      {60, 48, 62, 50, true},   // octaves
      {62, 50, 60, 48, true},   // downwards
      {60, 60, 62, 62, true},   // unisons
      {60, 48, 62, 62, true},   // an octave into a unison
      {67, 60, 69, 62, true},   // fifths
      {60, 67, 62, 69, true},   // whichever is higher
      {79, 60, 81, 62, true},   // twelfths
      {60, 48, 60, 48, false},  // nothing moves
      {60, 48, 60, 36, false},  // one voice moves
      {60, 48, 62, 38, false},  // contrary motion into the octave
      {64, 48, 60, 36, false},  // into an octave from a tenth
      {67, 60, 72, 60, false},  // a voice stays
      {67, 60, 74, 62, false},  // from a fifth into an octave
      {65, 60, 67, 62, false},  // fourths
  };
  for (const auto& row : rows) {
    EXPECT_EQ(AreParallel(row.one, row.other, row.one_next, row.other_next), row.parallel)
        << row.one << "/" << row.other << " " << row.one_next << "/" << row.other_next;
  }
}

/// Two lines of quarters.
Sheet TwoLines(const std::vector<int>& high, const std::vector<int>& low) {
  Sheet sheet;
  for (const std::vector<int>* pitches : {&high, &low}) {
    SheetVoice& voice = sheet.voices.emplace_back();
    voice.role = pitches == &high ? VoiceRole::kMelody : VoiceRole::kBass;
    for (size_t i = 0; i < pitches->size(); ++i) {
      const int64_t start = static_cast<int64_t>(i) * kTicksPerQuarter;
      voice.notes.push_back({start, start + kTicksPerQuarter, (*pitches)[i]});
    }
    sheet.length = voice.notes.back().end;
  }
  return sheet;
}

TEST(VoiceLeadingTest, WhatIsGivenAvoidsThemOrNot) {
  std::vector<int> scale, thirds, octaves;
  for (int i = 0; i < 60; ++i) {
    scale.push_back(60 + (i % 2 == 0 ? 0 : 2));
    thirds.push_back(scale.back() - 16);
    octaves.push_back(scale.back() - 12);
  }
  EXPECT_TRUE(AvoidsParallels(TwoLines(scale, thirds)));
  EXPECT_FALSE(AvoidsParallels(TwoLines(scale, octaves)));
  // One, and two of 59 changes.
  std::vector<int> once = thirds;
  once[10] = octaves[10], once[11] = octaves[11];
  EXPECT_TRUE(AvoidsParallels(TwoLines(scale, once)));
  once[30] = octaves[30], once[31] = octaves[31];
  EXPECT_FALSE(AvoidsParallels(TwoLines(scale, once)));
  // Chords move in parallels as they like.
  Sheet chords = TwoLines(scale, octaves);
  for (SheetVoice& voice : chords.voices) voice.role = VoiceRole::kChordTop;
  EXPECT_TRUE(AvoidsParallels(chords));
  EXPECT_TRUE(AvoidsParallels(Sheet()));
}

TEST(VoiceLeadingTest, Compass) {
  const auto compass = [](const std::vector<int>& pitches) {
    return CompassOf(TwoLines(pitches, pitches).voices[0]);
  };
  EXPECT_EQ(compass({60, 72, 67, 60, 60, 60, 60, 60}), (Compass{56, 76}));
  EXPECT_EQ(compass({60, 64, 60, 60, 60, 60, 60, 60}), (Compass{52, 72}));
  EXPECT_EQ(compass({60, 60, 60, 60, 60, 60, 60, 60}), (Compass{50, 70}));
  EXPECT_EQ(compass({60, 64, 60, 60, 60, 60, 60}), (Compass{kMinPitch, kMaxPitch}));
  // Of a new line that of its role.
  EXPECT_EQ(CompassOf({.role = VoiceRole::kBass}), (Compass{37, 65}));
  EXPECT_EQ(CompassOf({.role = VoiceRole::kChordTop}), (Compass{kMinPitch, kMaxPitch}));
}

TEST(VoiceLeadingTest, LieAsInChoirs) {
  Sheet sheet = TwoLines({72, 74}, {48, 50});
  EXPECT_TRUE(LieAsInChoirs(sheet));
  sheet.voices[0].notes[0].pitch = sheet.voices[0].notes[1].pitch = 50;
  EXPECT_FALSE(LieAsInChoirs(sheet));
}

}  // namespace
}  // namespace magenta
