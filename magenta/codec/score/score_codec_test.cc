#include "magenta/codec/score/score_codec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "magenta/codec/score/score_rows.h"

namespace magenta {
namespace {

ScoreCodecOptions TwoVoices() {
  ScoreCodecOptions options;
  options.kinds = {0, 1};
  options.first_pitches = {69, 50};
  options.longest_shift = 8;
  return options;
}

/// Two voices that are struck each tick, from high to low.
ScoreCodecOptions Chords() {
  ScoreCodecOptions options = TwoVoices();
  options.longest_shift = 0;
  options.ranked = true;
  return options;
}

std::vector<Event> DrawPiece(uint32_t seed, const ScoreCodecOptions& options) {
  std::mt19937 draw(seed);
  std::vector<Event> events = {TimeShift(0)};
  for (int m = 0; m < 40; ++m) {
    const int high = 60 + static_cast<int>(draw() % 9);
    if (options.longest_shift == 0) {
      const bool low_too = draw() % 4 != 0;
      events.insert(events.end(),
                    {high, low_too ? high - 1 - static_cast<int>(draw() % 12) : kNoteOff});
      continue;
    }
    const bool low_goes_on = m > 0 && draw() % 2 == 0;
    events.insert(events.end(), {high, low_goes_on ? kNoEvent : 48 + static_cast<int>(draw() % 5),
                                 TimeShift(1 + static_cast<int>(draw() % 8))});
  }
  return events;
}

struct Banned {
  int first = 0, end = 0;
  std::vector<int> classes;
  bool Has(int c) const {
    return c < first || c >= end || std::find(classes.begin(), classes.end(), c) != classes.end();
  }
};

Banned BansOf(const SparseVector& input, const RelativeSizes& sizes) {
  Banned banned = {0, sizes.classes, {}};
  for (size_t e = 0; e < input.index.size(); ++e) {
    const int i = input.index[e];
    if (i >= sizes.ban_begin()) {
      banned.classes.push_back(i - sizes.ban_begin());
    } else if (i >= sizes.range_begin()) {
      banned.first = i - sizes.range_begin();
      banned.end = static_cast<int>(input.value[e]);
    }
  }
  return banned;
}

TEST(ScoreCodecTest, LabelsDecodeAndAreNeverBanned) {
  for (const ScoreCodecOptions& options : {TwoVoices(), Chords()}) {
    const auto codec = MakeScoreCodec(options);
    EXPECT_EQ(codec->input_size(), codec->sizes().input_size());
    for (uint32_t seed = 0; seed < 20; ++seed) {
      const auto encoder = codec->NewEncoder();
      const std::vector<Event> events = DrawPiece(seed, options);
      SparseVector input;
      for (size_t i = 0; i + 1 < events.size(); ++i) {
        encoder->Push(events[i]);
        encoder->Input(input);
        const int label = encoder->Label(events[i + 1]);
        EXPECT_EQ(encoder->DecodeOne(label), events[i + 1]);
        EXPECT_FALSE(BansOf(input, codec->sizes()).Has(label)) << "event " << i + 1;
        EXPECT_TRUE(std::is_sorted(input.index.begin(), input.index.end(), std::less_equal<>()));
        EXPECT_GE(input.index.front(), 0);
        EXPECT_LT(input.index.back(), codec->input_size());
      }
    }
  }
}

// State rows come once a moment: with the first voice's decision.
TEST(ScoreCodecTest, MemoryAdvancesOnceAMoment) {
  const ScoreCodecOptions options = TwoVoices();
  const auto codec = MakeScoreCodec(options);
  const auto encoder = codec->NewEncoder();
  SparseVector input;
  const std::vector<Event> events = DrawPiece(1, options);
  for (size_t i = 0; i + 1 < events.size(); ++i) {
    encoder->Push(events[i]);
    encoder->Input(input);
    EXPECT_EQ(input.index.front() < codec->sizes().state_rows, i % 3 == 0) << i;
  }
}

struct BanRow {
  const char* what;
  ScoreCodecOptions options;
  std::vector<Event> pushed;
  std::vector<Event> banned, allowed;
};

TEST(ScoreCodecTest, Bans) {
  ScoreCodecOptions no_repeats = TwoVoices();
  no_repeats.repeats = false;
  const BanRow rows[] = {
      {"silence does not end",
       TwoVoices(),
       {TimeShift(0)},
       {kNoteOff, TimeShift(1)},
       {kNoEvent, 60}},
      {"a moment is where something changes",
       TwoVoices(),
       {TimeShift(0), 60, 50, TimeShift(2), kNoEvent},
       {kNoEvent},
       {50, kNoteOff}},
      {"but music may begin with silence",
       TwoVoices(),
       {TimeShift(0), kNoEvent},
       {},
       {kNoEvent, 50}},
      {"else voices may go on", TwoVoices(), {TimeShift(0), 60}, {}, {kNoEvent, 50}},
      {"time is told after the last voice",
       TwoVoices(),
       {TimeShift(0), 60, 50},
       {kNoEvent, 60},
       {TimeShift(1), TimeShift(8)}},
      {"after the longest time nothing need change",
       TwoVoices(),
       {TimeShift(0), 60, 50, TimeShift(8), kNoEvent},
       {},
       {kNoEvent}},
      {"repeats are allowed",
       TwoVoices(),
       {TimeShift(0), 60, 50, TimeShift(2)},
       {},
       {60, kNoteOff}},
      {"or not", no_repeats, {TimeShift(0), 60, 50, TimeShift(2)}, {60}, {61, kNoEvent}},
      {"what is struck does not go on", Chords(), {TimeShift(0)}, {kNoEvent}, {60, kNoteOff}},
      {"from high to low", Chords(), {TimeShift(0), 60}, {60, 61}, {59, kNoteOff}},
      {"nothing below silence", Chords(), {TimeShift(0), kNoteOff}, {59}, {kNoteOff}},
  };
  for (const BanRow& row : rows) {
    const auto codec = MakeScoreCodec(row.options);
    const auto encoder = codec->NewEncoder();
    for (const Event event : row.pushed) encoder->Push(event);
    SparseVector input;
    encoder->Input(input);
    const Banned banned = BansOf(input, codec->sizes());
    for (const Event event : row.banned)
      EXPECT_TRUE(banned.Has(encoder->Label(event))) << row.what << " " << event;
    for (const Event event : row.allowed)
      EXPECT_FALSE(banned.Has(encoder->Label(event))) << row.what << " " << event;
  }
}

// Relations are the same a fourth higher, but for the pitches themselves.
TEST(ScoreCodecTest, ShiftsMoveWithTheMusic) {
  const ScoreCodecOptions options = TwoVoices();
  const auto codec = MakeScoreCodec(options);
  const RelativeSizes& sizes = codec->sizes();
  const auto shifts = [&](int up) {
    const auto encoder = codec->NewEncoder();
    for (const Event event : {TimeShift(0), 60 + up, 50 + up, TimeShift(2), 64 + up})
      encoder->Push(event);
    SparseVector input;
    encoder->Input(input);
    std::vector<int> found;
    for (const int i : input.index) {
      if (i >= sizes.shift_begin() && i < sizes.mark_begin())
        found.push_back(i - sizes.shift_begin() - up);
    }
    return found;
  };
  EXPECT_EQ(shifts(0), shifts(5));
  EXPECT_EQ(shifts(0).size(), 2u);
}

// 64 was decided over a voice that sounds 50, which is asked next.
TEST(ScoreCodecTest, TellsTheIntervalsOfPitchesAndOfWhatSoundsOn) {
  ScoreCodecOptions options = TwoVoices();
  options.intervals = true;
  const auto codec = MakeScoreCodec(options);
  const ScoreRows rows(options);
  ASSERT_EQ(codec->sizes(), rows.sizes);
  const auto encoder = codec->NewEncoder();
  for (const Event event : {TimeShift(0), 60, 50, TimeShift(2), 64}) encoder->Push(event);
  SparseVector input;
  encoder->Input(input);
  const auto has = [&](int value, Event event) {
    const int entry = rows.sizes.ValueAt(value, encoder->Label(event));
    return std::find(input.index.begin(), input.index.end(), entry) != input.index.end();
  };
  for (const RowTable& over : {rows.over_lowest, rows.over_decided}) {
    for (int pitch = 36; pitch < 36 + options.pitches; ++pitch) {
      for (int interval = 0; interval < 12; ++interval)
        EXPECT_EQ(has(over[interval], pitch), (pitch - 64 + 36) % 12 == interval) << pitch;
    }
  }
  for (const RowTable& over : {rows.held_over_lowest, rows.held_over_decided}) {
    for (int interval = 0; interval < 12; ++interval)
      EXPECT_EQ(has(over[interval], kNoEvent), interval == 10) << interval;  // 50 under 64
  }
}

TEST(ScoreCodecTest, WhatIsFurtherApartCountsOctavesNearer) {
  EXPECT_EQ(IntervalPlace(0), 24);
  EXPECT_EQ(IntervalPlace(24), 48);
  EXPECT_EQ(IntervalPlace(25), IntervalPlace(13));
  EXPECT_EQ(IntervalPlace(-40), IntervalPlace(-16));
}

TEST(ScoreCodecTest, ClonesGoTheirOwnWay) {
  const ScoreCodecOptions options = TwoVoices();
  const auto codec = MakeScoreCodec(options);
  const auto encoder = codec->NewEncoder();
  const std::vector<Event> events = DrawPiece(3, options);
  for (size_t i = 0; i < 60; ++i) encoder->Push(events[i]);
  SparseVector before, after;
  encoder->Input(before);
  const auto other = encoder->Clone();
  for (size_t i = 60; i < 90; ++i) other->Push(events[i]);
  encoder->Input(after);
  EXPECT_EQ(before, after);
  other->Input(after);
  EXPECT_NE(before, after);
}

// A data set may hold any events that the codec accepts, in any order.
TEST(ScoreCodecTest, WhatIsOutOfTurnIsTakenForTheLeast) {
  for (const ScoreCodecOptions& options : {TwoVoices(), Chords()}) {
    const auto codec = MakeScoreCodec(options);
    std::mt19937 draw(5);
    const auto encoder = codec->NewEncoder();
    SparseVector input;
    for (int i = 0; i < 2000; ++i) {
      const uint32_t what = draw() % 4;
      Event event = what == 0   ? kNoEvent
                    : what == 1 ? kNoteOff
                                : 36 + static_cast<int>(draw() % 46);
      if (what == 3) event = TimeShift(static_cast<int>(draw() % (options.longest_shift + 1)));
      ASSERT_TRUE(codec->Accepts(event));
      if (i > 0) {
        encoder->Input(input);
        EXPECT_LT(encoder->Label(event), codec->num_classes());
        EXPECT_GE(encoder->Label(event), 0);
      }
      encoder->Push(event);
    }
  }
  const auto codec = MakeScoreCodec(TwoVoices());
  const auto odd = codec->NewEncoder(), plain = codec->NewEncoder();
  for (const Event event : {TimeShift(0), 60, TimeShift(3), 62}) odd->Push(event);
  for (const Event event : {TimeShift(0), 60, kNoEvent, TimeShift(1)}) plain->Push(event);
  SparseVector a, b;
  odd->Input(a);
  plain->Input(b);
  EXPECT_EQ(a, b);
}

TEST(ScoreCodecTest, Accepts) {
  const auto codec = MakeScoreCodec(TwoVoices());
  for (const Event event : {kNoEvent, kNoteOff, 36, 81, TimeShift(0), TimeShift(8)})
    EXPECT_TRUE(codec->Accepts(event)) << event;
  for (const Event event : {-3, 35, 82, 127, 128, TimeShift(9)})
    EXPECT_FALSE(codec->Accepts(event)) << event;
}

}  // namespace
}  // namespace magenta
