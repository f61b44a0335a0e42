#include "magenta/music/score/moment_history.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace magenta {
namespace {

constexpr int kVoices = 3;
const std::vector<int> kFirst = {72, 60, 48};

/// A moment as it was given.
struct Given {
  std::array<Event, kVoices> symbols;
  std::array<int, kVoices> pitches;  // that sound then
  int ticks;
};

/// Music that returns often: drawn, and after half of it the same again but for some moments.
std::vector<Given> DrawPiece(uint32_t seed, int moments) {
  std::mt19937 draw(seed);
  std::vector<Given> piece;
  std::array<int, kVoices> sounding = {-1, -1, -1};
  for (int m = 0; m < moments; ++m) {
    Given given{};
    for (int v = 0; v < kVoices; ++v) {
      const uint32_t what = draw() % 8;
      given.symbols[v] = kNoEvent;
      if (what == 0 && sounding[v] >= 0) given.symbols[v] = kNoteOff;
      if (what >= 4) given.symbols[v] = 70 - 12 * v + static_cast<int>(draw() % 3);
    }
    given.ticks = 1 + static_cast<int>(draw() % 2);
    if (2 * m >= moments && draw() % 8 != 0) given = piece[m - moments / 2];
    for (int v = 0; v < kVoices; ++v) {
      if (given.symbols[v] != kNoEvent) sounding[v] = given.symbols[v];
    }
    given.pitches = sounding;
    piece.push_back(given);
  }
  return piece;
}

/// The history at the last moment of `piece`, of which voices before `decided` have their symbols.
MomentHistory HistoryOf(const std::vector<Given>& piece, int decided) {
  MomentHistory history(kFirst, 8);
  for (size_t m = 0; m < piece.size(); ++m) {
    const bool last = m + 1 == piece.size();
    for (int v = 0; v < (last ? decided : kVoices); ++v) history.Decide(v, piece[m].symbols[v]);
    if (!last) history.Advance(piece[m].ticks);
  }
  return history;
}

// How many moments before `a` equal those before `b`.
int RunBefore(const std::vector<Given>& piece, int a, int b) {
  int run = 0;
  while (a - run >= 1 && piece[a - run - 1].pitches == piece[b - run - 1].pitches &&
         piece[a - run - 1].ticks == piece[b - run - 1].ticks) {
    ++run;
  }
  return run;
}

TEST(MomentHistoryTest, ChordSupportIsTheLongestRunBeforeAnEarlierPlace) {
  int found = 0;
  for (uint32_t seed = 0; seed < 40; ++seed) {
    const auto piece = DrawPiece(seed, 30);
    const int now = static_cast<int>(piece.size()) - 1;
    for (int voice = 0; voice < kVoices; ++voice) {
      SymbolSupport expected{};
      for (int s = 1; s < now; ++s) {
        bool same = true;
        for (int u = 0; u < voice; ++u) same &= piece[s].symbols[u] == piece[now].symbols[u];
        int16_t& place = expected[SymbolPlace(piece[s].symbols[voice])];
        if (same) place = std::max<int16_t>(place, static_cast<int16_t>(RunBefore(piece, s, now)));
      }
      SymbolSupport support;
      HistoryOf(piece, voice).ChordSupport(voice, support);
      EXPECT_EQ(support, expected) << "seed " << seed << ", voice " << voice;
      for (const int run : expected) found += run > 1;
    }
  }
  EXPECT_GT(found, 20);
}

// One voice: `pitches` (-1: a rest), each two ticks long.
MomentHistory LineOf(std::vector<int> pitches) {
  MomentHistory history(std::vector<int>{60}, 8);
  for (const int pitch : pitches) {
    history.Decide(0, pitch);
    history.Advance(2);
  }
  return history;
}

// Two voices: a cadence, and the same a fourth higher.
TEST(MomentHistoryTest, MovedChordSupportFollowsASequence) {
  MomentHistory history(std::vector<int>{72, 48}, 8);
  const std::pair<int, int> cadence[] = {{64, 48}, {65, 50}, {67, 52}, {72, 45}};
  for (const int up : {0, 5}) {
    for (const auto& [high, low] : cadence) {
      if (up > 0 && high == 72) break;
      history.Decide(0, high + up);
      history.Decide(1, low + up);
      history.Advance(2);
    }
  }
  SymbolSupport support, plain;
  history.MovedChordSupport(0, support);
  EXPECT_EQ(support[SymbolPlace(77)], 3);
  history.ChordSupport(0, plain);
  EXPECT_EQ(plain, SymbolSupport{});  // nothing is the same where it stands
  history.Decide(0, 77);
  history.MovedChordSupport(1, support);
  EXPECT_EQ(support[SymbolPlace(50)], 3);
  EXPECT_EQ(std::count_if(support.begin(), support.end(), [](int run) { return run > 0; }), 1);
}

TEST(MomentHistoryTest, MovedChordSupportLeavesTheSameKeyToChordSupport) {
  MomentHistory history(std::vector<int>{72}, 8);
  for (const int pitch : {60, 62, 64, 60, 62}) {
    history.Decide(0, pitch);
    history.Advance(2);
  }
  SymbolSupport support;
  history.MovedChordSupport(0, support);
  EXPECT_EQ(support[SymbolPlace(64)], 1);  // 60 62, a step higher: one note long
  history.ChordSupport(0, support);
  EXPECT_EQ(support[SymbolPlace(64)], 2);
}

TEST(MomentHistoryTest, CountsPlacesOfTheBar) {
  std::vector<int16_t> counts(8);
  LineOf({60, 62, 64, 65, 67}).CountPlaces(counts);  // at 0, 2, 4, 6 and 8
  EXPECT_EQ(counts, (std::vector<int16_t>{2, 0, 1, 0, 1, 0, 1, 0}));
}

TEST(MomentHistoryTest, TimeSupportWantsTheChordThatSoundsNow) {
  for (uint32_t seed = 0; seed < 40; ++seed) {
    const auto piece = DrawPiece(seed, 30);
    const int now = static_cast<int>(piece.size()) - 1;
    std::vector<int16_t> expected(4), counts(4);
    for (int s = 0; s < now; ++s) {
      ++counts[piece[s].ticks];
      if (s == 0 || piece[s].pitches != piece[now].pitches) continue;
      const int run = RunBefore(piece, s, now) + 1;
      expected[piece[s].ticks] =
          std::max<int16_t>(expected[piece[s].ticks], static_cast<int16_t>(run));
    }
    std::vector<int16_t> support(4), heard(4);
    HistoryOf(piece, kVoices).TimeSupport(support, heard);
    EXPECT_EQ(support, expected) << seed;
    EXPECT_EQ(heard, counts) << seed;
  }
}

TEST(MomentHistoryTest, VoiceSupportFollowsTheMotifInAnotherKey) {
  SymbolSupport support;
  LineOf({60, 62, 64, 60, 67, 69}).VoiceSupport(0, support);
  EXPECT_EQ(support[SymbolPlace(71)], 2);  // 60 62 64: a step up after a step up
  EXPECT_EQ(support[SymbolPlace(65)], 2);  // 62 64 60: or then down a third
  EXPECT_EQ(support[SymbolPlace(76)], 1);  // 60 67: a fifth up, after another interval
  EXPECT_EQ(support[SymbolPlace(kNoEvent)], 0);
}

TEST(MomentHistoryTest, VoiceSupportHoldsANoteAsLongAsItsModel) {
  MomentHistory history(std::vector<int>{60}, 8);
  for (const auto& [pitch, ticks] : {std::pair{60, 4}, {62, 2}, {64, 4}}) {
    history.Decide(0, pitch);
    history.Advance(ticks);
  }
  history.Decide(0, 66);
  history.Advance(1);  // shorter than all before
  SymbolSupport support;
  history.VoiceSupport(0, support);
  EXPECT_GT(support[SymbolPlace(kNoEvent)], 0);
  EXPECT_EQ(std::count_if(support.begin(), support.end(), [](int run) { return run > 0; }), 1);
}

TEST(MomentHistoryTest, Counts) {
  const MomentHistory history = LineOf({60, 62, 60, 62, 60, 64, 60});
  PitchCounts all, after;
  history.CountPitches(0, all, after);
  EXPECT_EQ(all[60], 4);
  EXPECT_EQ(all[62], 2);
  EXPECT_EQ(after[62], 2);
  EXPECT_EQ(after[64], 1);
  EXPECT_EQ(after[60], 0);
}

TEST(MomentHistoryTest, CountsWhatSoundsTogether) {
  MomentHistory history(std::vector<int>{72, 48}, 8);
  for (const int low : {48, 50, 48}) {
    history.Decide(0, low == 50 ? 71 : 72);
    history.Decide(1, low);
    history.Advance(1);
  }
  history.Decide(0, 72);
  PitchCounts counts;
  history.CountTogether(0, 1, counts);
  EXPECT_EQ(counts[48], 2);
  EXPECT_EQ(counts[50], 0);
}

TEST(MomentHistoryTest, PitchClassesAreSharesOfSoundingTime) {
  MomentHistory history(std::vector<int>{60}, 4);
  history.Decide(0, 60);
  history.Advance(3);
  history.Decide(0, 67);
  history.Advance(1);
  EXPECT_FLOAT_EQ(history.PitchClasses(false)[0], 0.75f);
  EXPECT_FLOAT_EQ(history.PitchClasses(false)[7], 0.25f);
  const double faded = 3 * std::exp(-0.25);
  EXPECT_FLOAT_EQ(history.PitchClasses(true)[0], static_cast<float>(faded / (faded + 1)));
}

TEST(MomentHistoryTest, VoicesBeforeAMoment) {
  MomentHistory history(kFirst, 8);
  EXPECT_EQ(history.before(1).last, 60);
  EXPECT_EQ(history.before(1).sounding, -1);
  EXPECT_EQ(history.before(1).interval, MomentHistory::kNoInterval);
  for (const Event symbol : {72, 64, kNoEvent})
    history.Decide(symbol == 72 ? 0 : symbol == 64 ? 1 : 2, symbol);
  history.Advance(5);
  EXPECT_EQ(history.tick(), 5);
  EXPECT_EQ(history.elapsed(), 5);
  EXPECT_EQ(history.before(1).sounding, 64);
  EXPECT_EQ(history.before(1).interval, 4);
  EXPECT_EQ(history.before(1).age, 5);
  EXPECT_EQ(history.before(2).sounding, -1);
}

TEST(MomentHistoryTest, HowLongAVoiceStaysOnItsPitch) {
  MomentHistory history(std::vector<int>{60}, 8);
  const auto stay = [&](Event symbol, int ticks) {
    history.Decide(0, symbol);
    history.Advance(ticks);
    return history.before(0).stay;
  };
  EXPECT_EQ(stay(kNoEvent, 24), 0);  // nothing was sung
  EXPECT_EQ(stay(60, 12), 12);
  EXPECT_EQ(stay(60, 6), 18);
  EXPECT_EQ(stay(kNoteOff, 6), 24);
  EXPECT_EQ(stay(60, 12), 36);
  EXPECT_EQ(stay(62, 3), 3);
  EXPECT_EQ(stay(kNoteOff, 24), 0);
  EXPECT_EQ(stay(62, 12), 12);
}

// What is out of reach costs nothing and says nothing.
TEST(MomentHistoryTest, LooksBackSoFar) {
  MomentHistory history(std::vector<int>{60}, 8);
  for (int i = 0; i < 3 * MomentHistory::kReach; ++i) {
    history.Decide(0, i < 10 ? 40 + i : 60 + i % 2);
    history.Advance(1);
  }
  PitchCounts all, after;
  history.CountPitches(0, all, after);
  EXPECT_EQ(all[45], 0);
  EXPECT_EQ(all[60] + all[61], MomentHistory::kReach);
  SymbolSupport support;
  history.ChordSupport(0, support);
  EXPECT_GT(support[SymbolPlace(60)], MomentHistory::kReach - 10);
}

}  // namespace
}  // namespace magenta
