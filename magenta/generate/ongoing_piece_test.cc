#include "magenta/generate/ongoing_piece.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

#include "magenta/generate/random_model.h"

namespace magenta {
namespace {

using Known = OngoingPiece::Known;

constexpr int64_t kBar = 4 * kTicksPerQuarter;

OngoingPiece NewPiece() {
  static const auto& model = *new std::shared_ptr<const Model>(testing::RandomModel("score"));
  return OngoingPiece(model, {VoiceRole::kMelody, VoiceRole::kBass}, {}, std::nullopt, /*seed=*/3);
}

/// A quarter in both voices at each beat, and a bass that goes on over some.
Known AtBeat(int64_t beat) {
  const Event melody = static_cast<Event>(60 + beat * 5 % 12);
  const Event bass = beat % 3 == 1 ? kNoEvent : static_cast<Event>(40 + beat % 7);
  return {melody, bass};
}

std::string Dump(const OngoingPiece::Moment& moment) {
  std::string dump = fmt::format("@{}", moment.tick);
  for (const Event symbol : moment.symbols) dump += fmt::format(" {}", symbol);
  return dump;
}

/// What may follow, eight moments.
std::string Future(OngoingPiece& piece) {
  OngoingPiece::Head head = piece.Fork();
  std::string dump;
  for (int i = 0; i < 8; ++i) {
    auto moment = piece.DrawNext(head, 1);
    moment.tick -= piece.tick();
    dump += Dump(moment) + "\n";
  }
  return dump;
}

TEST(OngoingPiece, AMomentThatIsDecidedAnewTakesTheOldOnesPlace) {
  OngoingPiece once = NewPiece(), anew = NewPiece();
  for (OngoingPiece* piece : {&once, &anew}) {
    piece->Begin({});
    for (int64_t beat = 0; beat < 8; ++beat) piece->Decide(beat * kTicksPerQuarter, AtBeat(beat));
  }
  anew.Decide(7 * kTicksPerQuarter, {72, 41});
  anew.Decide(7 * kTicksPerQuarter, AtBeat(7));
  EXPECT_EQ(Future(once), Future(anew));
}

TEST(OngoingPiece, WhatIsKnownStandsAndTheRestIsDrawn) {
  OngoingPiece piece = NewPiece();
  piece.Begin({});
  const auto& moment = piece.Decide(0, {64, std::nullopt});
  EXPECT_EQ(moment.symbols[0], 64);
  EXPECT_EQ(&moment, &piece.last());
  EXPECT_EQ(piece.tick(), 0);
  OngoingPiece::Head head = piece.Fork();
  for (int64_t least : {1, 30, 48}) {
    const int64_t before = head.tick;
    EXPECT_GE(piece.DrawNext(head, least).tick, before + least);
  }
  EXPECT_EQ(piece.tick(), 0);
}

// It goes on while it is made shorter, moment by moment; then it is the piece that began later.
TEST(OngoingPiece, AShortenedPieceIsOneThatBeganLater) {
  constexpr int64_t kKept = 4 * kBar, kMost = 6 * kBar;
  OngoingPiece piece = NewPiece();
  piece.Begin({});
  int64_t beat = 0, calls = 0, moved = 0;
  for (int64_t longest = 0; moved == 0 && beat < 400; ++beat) {
    piece.Decide(beat * kTicksPerQuarter, AtBeat(beat));
    longest = std::max(longest, piece.tick());
    // For each moment that is played eight are heard, and then the last one.
    for (int i = 0; i < 8 && moved == 0; ++i) {
      const auto shorter = piece.Shorten(kMost, kKept);
      EXPECT_EQ(shorter.has_value(), longest > kMost);
      if (!shorter.has_value()) break;
      ++calls;
      moved = *shorter;
    }
  }
  ASSERT_GT(moved, 0);
  EXPECT_GT(calls, kKept / kTicksPerQuarter);
  const int64_t first = moved / kTicksPerQuarter;
  EXPECT_EQ(piece.tick(), (beat - 1 - first) * kTicksPerQuarter);

  OngoingPiece later = NewPiece();
  SheetMeter meter;
  meter.bar_line = -(moved % kBar);
  later.Begin(meter);
  for (int64_t i = first; i < beat; ++i) {
    Known known = AtBeat(i);
    // It begins with what sounds then.
    if (i == first && known[1] == kNoEvent) known[1] = AtBeat(i - 1)[1];
    later.Decide((i - first) * kTicksPerQuarter, known);
  }
  EXPECT_EQ(Future(piece), Future(later));
  EXPECT_FALSE(piece.Shorten(kMost, kKept).has_value());
}

TEST(OngoingPiece, BeginsAnew) {
  OngoingPiece piece = NewPiece();
  EXPECT_FALSE(piece.begun());
  piece.Begin({});
  piece.Decide(0, AtBeat(0));
  piece.Clear();
  EXPECT_FALSE(piece.begun());
  piece.Begin({});
  EXPECT_EQ(piece.tick(), -1);
  piece.Decide(0, AtBeat(1));
  EXPECT_EQ(piece.tick(), 0);
}

}  // namespace
}  // namespace magenta
