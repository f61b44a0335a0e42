#include "magenta/music/edits/times.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/dump.h"

namespace magenta {
namespace {

std::string Dump(const absl::StatusOr<NoteSequence>& sequence) {
  return sequence.ok() ? DumpMusic(*sequence) : std::string(sequence.status().message());
}

NoteSequence OnSteps() {
  NoteSequence sequence = ParseMusic("60@0+1");
  sequence.mutable_quantization_info()->set_steps_per_quarter(4);
  return sequence;
}

TEST(Trimmed, KeepsNotesThatStartInsideAndEndsThem) {
  const NoteSequence music = ParseMusic("T90@0.5 60@0+1 62@1+2 64@2+4");
  EXPECT_EQ(Dump(Trimmed(music, 1, 3)), "T90@0.5 62@1+2 64@2+1");
  EXPECT_EQ(Trimmed(music, 1, 3)->total_time(), 3);
  EXPECT_EQ(Dump(Trimmed(music, 1, 2)), "T90@0.5 62@1+1");
  EXPECT_EQ(Dump(Trimmed(music, 3, 1)), "T90@0.5");
}

TEST(Shifted, MovesAllThatHasATime) {
  NoteSequence music = ParseMusic("M3/4@0 T90@1 K2@0 C64=127@2 B5@1 \"C@0 60@0+1");
  music.add_section_annotations()->set_time(1);
  music.mutable_subsequence_info()->set_start_time_offset(3);
  const auto shifted = Shifted(music, 1.5);
  EXPECT_EQ(Dump(shifted), "M3/4@1.5 T90@2.5 K2@1.5 C64=127@3.5 \"C@1.5 60@1.5+1");
  EXPECT_EQ(shifted->pitch_bends(0).time(), 2.5);
  EXPECT_EQ(shifted->section_annotations(0).time(), 2.5);
  EXPECT_EQ(shifted->total_time(), 2.5);
  EXPECT_FALSE(shifted->has_subsequence_info());
}

TEST(Stretched, MovesTimesAndTempos) {
  EXPECT_EQ(Dump(Stretched(ParseMusic("T90@1 60@0+1 62@2+1"), 2)), "T45@2 60@0+2 62@4+2");
  EXPECT_EQ(Dump(Stretched(ParseMusic("T90@1 60@0+1"), 1)), "T90@1 60@0+1");
}

TEST(Concatenated, PutsOneAfterAnother) {
  const NoteSequence one = ParseMusic("M3/4@0 T90@0 60@0+1");
  const NoteSequence other = ParseMusic("M3/4@0 T60@0 62@0.5+1");
  EXPECT_EQ(Dump(Concatenated({one, other, one}, {})),
            "M3/4@0 T90@0 T60@1 T90@2.5 60@0+1 62@1.5+1 60@2.5+1");
  EXPECT_EQ(Dump(Concatenated({one, other}, {4, 2})), "M3/4@0 T90@0 T60@4 60@0+1 62@4.5+1");
  EXPECT_EQ(Dump(Concatenated({}, {})), "");
}

TEST(WithoutRedundantData, KeepsChangesAndTheFirstOfEachName) {
  NoteSequence music = ParseMusic("T90@2 T90@0 T60@1 K2@0 K2@3");
  for (const char* name : {"A", "B", "A"}) music.mutable_sequence_metadata()->add_composers(name);
  const NoteSequence made = WithoutRedundantData(music);
  EXPECT_EQ(DumpMusic(made), "T90@0 T60@1 T90@2 K2@0");
  EXPECT_EQ(made.sequence_metadata().composers_size(), 2);
}

TEST(Times, AreRefusedWithAReason) {
  const absl::StatusOr<NoteSequence> refused[] = {
      Trimmed(OnSteps(), 0, 1), Shifted(OnSteps(), 1), Stretched(OnSteps(), 2),
      Concatenated({ParseMusic("60@0+1"), OnSteps()}, {}), Concatenated({OnSteps()}, {})};
  for (const auto& made : refused) {
    EXPECT_EQ(made.status().code(), absl::StatusCode::kFailedPrecondition) << made.status();
  }
  const NoteSequence music = ParseMusic("60@0+1");
  const absl::StatusOr<NoteSequence> wrong[] = {Shifted(music, 0),
                                                Shifted(music, -1),
                                                Shifted(music, NAN),
                                                Stretched(music, 0),
                                                Stretched(music, -1),
                                                Stretched(music, INFINITY),
                                                Concatenated({music}, {0.5}),
                                                Concatenated({music}, {1, 2})};
  for (const auto& made : wrong) {
    EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument) << made.status();
  }
}

}  // namespace
}  // namespace magenta
