#include "magenta/music/edits/transpose.h"

#include <gtest/gtest.h>

#include <climits>

#include "tests/dump.h"

namespace magenta {
namespace {

TEST(TransposeSequence, MovesNotesChordsAndKeys) {
  const NoteSequence music = ParseMusic("K2@0 K11@1 \"C@0 \"Am7/G@1 60@0+1 120@1+3 36@0+1/d");
  const auto up = TransposeSequence(music, 9);
  ASSERT_TRUE(up.ok()) << up.status();
  EXPECT_EQ(DumpMusic(up->sequence), "K11@0 K8@1 \"A@0 \"Gbm7/E@1 69@0+1 36@0+1/d");
  EXPECT_EQ(up->deleted_notes, 1);
  EXPECT_EQ(up->sequence.total_time(), 1);
  const auto down = TransposeSequence(music, -13, {40, 127, false});
  ASSERT_TRUE(down.ok()) << down.status();
  EXPECT_EQ(DumpMusic(down->sequence), "K1@0 K10@1 47@0+1 107@1+3 36@0+1/d");
}

TEST(TransposeSequence, LeavesOutThePitchName) {
  NoteSequence music = ParseMusic("60@0+1");
  music.mutable_notes(0)->set_pitch_name(NoteSequence::C);
  EXPECT_EQ(TransposeSequence(music, 1)->sequence.notes(0).pitch_name(),
            NoteSequence::UNKNOWN_PITCH_NAME);
}

TEST(TransposeSequence, TakesAnyNumberAndNamesABadChord) {
  EXPECT_EQ(TransposeSequence(ParseMusic("K3@0 60@0+1"), INT_MAX)->deleted_notes, 1);
  EXPECT_EQ(TransposeSequence(ParseMusic("K3@0 60@0+1"), INT_MIN)->deleted_notes, 1);
  const auto bad = TransposeSequence(ParseMusic("\"Hello@0 60@0+1"), 1);
  EXPECT_EQ(bad.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(bad.status().message().find("Hello"), std::string::npos) << bad.status();
}

}  // namespace
}  // namespace magenta
