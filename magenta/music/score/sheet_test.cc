#include "magenta/music/score/sheet.h"

#include <gtest/gtest.h>

#include <vector>

namespace magenta {
namespace {

constexpr int kQuarter = kTicksPerQuarter;

/// Two bars of 3/4 after a pickup of a quarter: a melody that is given but for its second bar, and
/// a bass that is open throughout.
Sheet WaltzSheet() {
  Sheet sheet;
  sheet.length = 7 * kQuarter;
  sheet.ends = true;
  sheet.meters = {{-2 * kQuarter, 3 * kQuarter, kQuarter}};
  SheetVoice melody;
  melody.notes = {{0, kQuarter, 67}, {kQuarter, 4 * kQuarter, 72}};
  melody.open = {{4 * kQuarter, 6 * kQuarter, 7 * kQuarter}};
  SheetVoice bass;
  bass.role = VoiceRole::kBass;
  bass.open = {{0, 7 * kQuarter, 7 * kQuarter}};
  sheet.voices = {melody, bass};
  return sheet;
}

VoiceLines WaltzLines() {
  return {{{0, 12, 67}, {12, 48, 72}, {48, 60, 74}, {60, 84, 72}},
          {{12, 24, 48}, {24, 36, 55}, {48, 84, 48}}};
}

TEST(SheetTest, IsReadAsItWasWritten) {
  Sheet sheet = WaltzSheet();
  sheet.key = 7;
  sheet.density = 2;
  sheet.no_parallels = true;
  sheet.keeps_compass = true;
  sheet.moves_on = true;
  sheet.stresses_density = true;
  sheet.chords = {{0, 7, 0x884}, {48, -1, 0}};
  sheet.voices[1].keep = Keep::kRhythm;
  sheet.voices[1].kept = {{12, 24, 48}};
  sheet.voices[0].known_ahead = false;
  const auto read = ReadSheet(WriteSheet(sheet));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, sheet);
  EXPECT_EQ(WriteSheet(sheet).front(), 1);  // as data sets have it
  sheet.voices[1].refused = {{12, 48}, {24, 55}};
  const auto refusing = ReadSheet(WriteSheet(sheet));
  ASSERT_TRUE(refusing.ok()) << refusing.status();
  EXPECT_EQ(*refusing, sheet);
  sheet.voices[1].refused = {{24, 55}, {12, 48}};
  EXPECT_FALSE(CheckSheet(sheet).ok());
}

TEST(SheetTest, WhatNobodyWroteIsAnError) {
  Sheet refusing = WaltzSheet();
  refusing.voices[0].refused = {{48, 74}};
  const std::vector<Event> whole = WriteSheet(refusing);
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ReadSheet(std::span(whole).first(size)).ok()) << size;
  }
  for (size_t i = 0; i < whole.size(); ++i) {
    for (const Event number : {-1000000000, -1, 0, 1, 9, 1000000000}) {
      std::vector<Event> other = whole;
      other[i] = number;
      const auto read = ReadSheet(other);
      if (read.ok()) {
        EXPECT_TRUE(CheckSheet(*read).ok());
      }
    }
  }
}

TEST(SheetTest, GivenNotesMayNotSoundWhereAVoiceIsOpen) {
  Sheet sheet = WaltzSheet();
  sheet.voices[0].notes[1].end += 1;
  EXPECT_NE(CheckSheet(sheet).message().find("voice 1 of the sheet is open where a note is given"),
            std::string::npos);
  sheet = WaltzSheet();
  sheet.voices[0].notes.push_back({80, 84, 60});
  EXPECT_FALSE(CheckSheet(sheet).ok());
}

TEST(SheetTest, BarsAreCountedFromThePickup) {
  const Sheet sheet = WaltzSheet();
  EXPECT_EQ(PlaceOf(sheet, 0).place, 2 * kQuarter);
  EXPECT_EQ(PlaceOf(sheet, kQuarter).place, 0);
  EXPECT_EQ(PlaceOf(sheet, 5 * kQuarter).place, kQuarter);
  EXPECT_EQ(BarsLeft(sheet, 0), 2);
  EXPECT_EQ(BarsLeft(sheet, kQuarter), 1);
  EXPECT_EQ(BarsLeft(sheet, 4 * kQuarter - 1), 1);
  EXPECT_EQ(BarsLeft(sheet, 4 * kQuarter), 0);
}

TEST(SheetTest, MetersChangeAtTheirBarLines) {
  Sheet sheet = WaltzSheet();
  sheet.meters.push_back({4 * kQuarter, kQuarter, kQuarter});
  EXPECT_EQ(PlaceOf(sheet, 4 * kQuarter - 1).place, 3 * kQuarter - 1);
  EXPECT_EQ(PlaceOf(sheet, 5 * kQuarter).place, 0);
  EXPECT_EQ(BarsLeft(sheet, 0), 4);  // at quarters 1, 4, 5 and 6
}

TEST(SheetTest, BeatsOfMetersInThreesAreThree) {
  EXPECT_EQ(SheetMeterFor(3, 4), (SheetMeter{0, 36, 12}));
  EXPECT_EQ(SheetMeterFor(6, 8), (SheetMeter{0, 36, 18}));
  EXPECT_EQ(SheetMeterFor(2, 2), (SheetMeter{0, 48, 24}));
  EXPECT_EQ(SheetMeterFor(5, 8), (SheetMeter{0, 30, 6}));
}

TEST(SheetTest, GivenVoicesAreDecidedFirstThenFromTheOutsideIn) {
  Sheet sheet;
  sheet.length = 24;
  sheet.voices.resize(5);
  for (const int open : {0, 1, 3, 4}) sheet.voices[open].open = {{0, 24, 24}};
  std::vector<int> order;
  DecisionOrder(sheet, 0, order);
  EXPECT_EQ(order, (std::vector<int>{2, 0, 4, 1, 3}));
}

TEST(SheetTest, FixedMomentsAreThoseOfWhatIsGiven) {
  Sheet sheet = WaltzSheet();
  std::vector<int64_t> moments;
  for (int64_t t = 0; t < sheet.length; t = NextFixedMoment(sheet, t)) moments.push_back(t);
  EXPECT_EQ(moments, (std::vector<int64_t>{0, 12, 48}));
  sheet.voices[0].known_ahead = false;
  EXPECT_EQ(NextFixedMoment(sheet, 0), 48);
  sheet.voices[1].keep = Keep::kRhythm;
  sheet.voices[1].kept = WaltzLines()[1];
  EXPECT_EQ(NextFixedMoment(sheet, 12), 24);
  EXPECT_EQ(NextFixedMoment(sheet, 24), 36);
  EXPECT_TRUE(IsFixedMoment(sheet, 36));
  EXPECT_FALSE(IsFixedMoment(sheet, 37));
}

TEST(SheetTest, LinesAreEventsAndBack) {
  const Sheet sheet = WaltzSheet();
  const VoiceLines lines = WaltzLines();
  const std::vector<Event> events = EventsOf(sheet, lines);
  EXPECT_EQ(events, (std::vector<Event>{TimeShift(0),                 //
                                        67, kNoEvent, TimeShift(12),  //
                                        72, 48, TimeShift(12),  // the melody is given, and first
                                        kNoEvent, 55, TimeShift(12),        //
                                        kNoEvent, kNoteOff, TimeShift(12),  //
                                        74, 48, TimeShift(12),              // both are open
                                        72, kNoEvent, TimeShift(24)}));
  EXPECT_EQ(LinesOf(sheet, events), lines);
}

TEST(SheetTest, LongNotesAndRestsHaveMomentsInBetween) {
  Sheet sheet;
  sheet.length = 3 * kLongestShift;
  sheet.voices.resize(1);
  sheet.voices[0].open = {{0, sheet.length, sheet.length}};
  const VoiceLines lines = {{{0, 2 * kLongestShift + 5, 60}}};
  const std::vector<Event> events = EventsOf(sheet, lines);
  EXPECT_EQ(events, (std::vector<Event>{TimeShift(0), 60, TimeShift(kLongestShift), kNoEvent,
                                        TimeShift(kLongestShift), kNoEvent, TimeShift(5), kNoteOff,
                                        TimeShift(kLongestShift - 5)}));
  EXPECT_EQ(LinesOf(sheet, events), lines);
}

TEST(SheetTest, AVoiceIsOpenedBetweenItsNotes) {
  const std::vector<VoiceNote> line = {{0, 18, 60}, {18, 30, 62}, {30, 60, 64}, {66, 72, 65}};
  SheetVoice voice;
  voice.notes = line;
  ASSERT_TRUE(OpenVoice(voice, line, 12, 48));
  // The first note sounds into it and stays; the third begins in it, and what does may sound on.
  EXPECT_EQ(voice.open, (std::vector<OpenRange>{{18, 48, 66}}));
  EXPECT_EQ(voice.notes, (std::vector<VoiceNote>{line[0], line[3]}));
  EXPECT_FALSE(OpenVoice(voice, line, 50, 60));  // open already
  ASSERT_TRUE(OpenVoice(voice, line, 60, 70));
  EXPECT_EQ(voice.open, (std::vector<OpenRange>{{18, 48, 66}, {66, 70, 72}}));
  EXPECT_EQ(voice.notes, (std::vector<VoiceNote>{line[0]}));
}

TEST(SheetTest, DensityCountsNotesOfOpenVoices) {
  const Sheet sheet = WaltzSheet();
  // 2 notes of the melody and 3 of the bass in 2 + 7 quarters.
  EXPECT_EQ(DensityOf(sheet, WaltzLines()), 1);
  EXPECT_EQ(DensityOf(sheet, {{}, {}}), 0);
}

}  // namespace
}  // namespace magenta
