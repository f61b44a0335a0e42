#include "magenta/music/drums/drum_track.h"

#include <gtest/gtest.h>

#include "tests/dump.h"

namespace magenta {
namespace {

TEST(DrumTrack, HoldsEachHitOnceInOrder) {
  DrumTrack track;
  track.Strike(0, 42);
  track.Strike(0, 36);
  track.Strike(0, 42);
  track.Strike(3, 38);
  EXPECT_EQ(track.hits(), (std::vector<DrumHit>{{0, 36}, {0, 42}, {3, 38}}));
  EXPECT_EQ(track.size(), 4);
  EXPECT_EQ(track.Masks(DrumKitTypes()), (std::vector<Event>{0b101, 0, 0, 0b10}));
  EXPECT_EQ(track.Masks(OneDrumType()), (std::vector<Event>{1, 0, 0, 1}));
  track.SetLength(6);
  EXPECT_EQ(track.Masks(OneDrumType()), (std::vector<Event>{1, 0, 0, 1, 0, 0}));
  track.SetLength(2);
  EXPECT_EQ(track.hits(), (std::vector<DrumHit>{{0, 36}, {0, 42}}));
  EXPECT_EQ(track.end_step(), 2);
}

TEST(DrumTrack, NotesLastAStep) {
  const std::vector<Event> masks = {0b11, 0, 0b1000, 0};
  const DrumTrack track = DrumTrack::FromMasks(masks, DrumKitTypes(), 16, 4, 8);
  EXPECT_EQ(track.size(), 4);
  EXPECT_EQ(track.Masks(DrumKitTypes()), masks);
  const NoteSequence sequence = track.ToSequence(120, 90, 1);
  EXPECT_EQ(DumpMusic(sequence),
            "T120@0 36@2+0.125/i9/v90/d 38@2+0.125/i9/v90/d 46@2.25+0.125/i9/v90/d");
  EXPECT_EQ(sequence.total_time(), 2.375);
  EXPECT_EQ(sequence.ticks_per_quarter(), 220);
  EXPECT_EQ(DumpMusic(DrumTrack().ToSequence()), "T120@0");
}

}  // namespace
}  // namespace magenta
