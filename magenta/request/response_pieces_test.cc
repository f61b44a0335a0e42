#include "magenta/request/response_pieces.h"

#include <gtest/gtest.h>

#include "google/protobuf/util/message_differencer.h"

namespace magenta {
namespace {

void AddNote(NoteSequence& sequence, int pitch, double start, double end) {
  auto* note = sequence.add_notes();
  note->set_pitch(pitch);
  note->set_start_time(start);
  note->set_end_time(end);
  sequence.set_total_time(end);
}

TEST(ResponsePieces, MergeToTheWhole) {
  NoteSequence music;
  music.set_ticks_per_quarter(220);
  music.add_tempos()->set_qpm(90);
  ResponsePieces pieces;
  AddNote(music, 60, 0, 1);
  EXPECT_FALSE(pieces.Next(music, false).has_value()) << "it may go on";

  AddNote(music, 62, 1, 2);
  music.add_text_annotations()->set_text("C");
  auto piece = pieces.Next(music, false);
  ASSERT_TRUE(piece.has_value());
  EXPECT_EQ(piece->notes_size(), 1);
  EXPECT_EQ(piece->tempos_size(), 1) << "the first piece has all that is no note";
  NoteSequence merged = *piece;
  EXPECT_FALSE(pieces.Next(music, false).has_value()) << "nothing is told twice";

  AddNote(music, 64, 2, 3);
  piece = pieces.Next(music, false);
  ASSERT_TRUE(piece.has_value());
  EXPECT_EQ(piece->tempos_size(), 0);
  EXPECT_EQ(piece->text_annotations_size(), 0);
  merged.MergeFrom(*piece);

  piece = pieces.Next(music, true);
  ASSERT_TRUE(piece.has_value());
  merged.MergeFrom(*piece);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(merged, music))
      << merged.ShortDebugString();
}

TEST(ResponsePieces, LooksAreRareInLongMusic) {
  ResponsePieces pieces;
  int looks = 0;
  for (int step = 1; step <= 10000; ++step) looks += pieces.IsTimeToLook(step) ? 1 : 0;
  EXPECT_GT(looks, 128);
  EXPECT_LT(looks, 500);
}

TEST(ResponsePieces, AnEmptyWholeIsAPiece) {
  ResponsePieces pieces;
  EXPECT_TRUE(pieces.Next({}, true).has_value());
}

}  // namespace
}  // namespace magenta
