#include "magenta/music/edits/subsequences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/dump.h"

namespace magenta {
namespace {

using testing::ElementsAre;

std::vector<std::string> Dumps(const absl::StatusOr<std::vector<NoteSequence>>& parts) {
  if (!parts.ok()) return {std::string(parts.status().message())};
  std::vector<std::string> dumps;
  for (const NoteSequence& part : *parts) dumps.push_back(DumpMusic(part));
  return dumps;
}

TEST(ExtractSubsequences, RepeatsStateWhereAPartBegins) {
  const NoteSequence music = ParseMusic(
      "M3/4@0 M4/4@2 T90@0 T60@1.5 K2@0 \"C@0 \"G@2 C64=127@0.5 C7=3@0 C66=1@2.5 B9@1 "
      "60@0+1.5 62@1+2 64@2+1 65@3+1");
  EXPECT_THAT(Dumps(ExtractSubsequences(music, {0, 1, 2, 4})),
              ElementsAre("M3/4@0 T90@0 K2@0 C64=127@0.5 \"C@0 60@0+1",
                          "M3/4@0 T90@0 T60@0.5 K2@0 C64=127@0 \"C@0 62@0+1",
                          "M4/4@0 T60@0 K2@0 C64=127@0 C66=1@0.5 \"G@0 64@0+1 65@1+1"));
  EXPECT_THAT(Dumps(ExtractSubsequences(music, {1, 1.5}, {7})),
              ElementsAre("M3/4@0 T90@0 K2@0 C7=3@0 \"C@0 62@0+0.5"));
}

TEST(ExtractSubsequences, KeepsWhatHasNoTimeAndSaysWhereItWas) {
  NoteSequence music = ParseMusic("60@0+1 62@1+2");
  music.set_id("id");
  music.add_instrument_infos()->set_name("Flute");
  music.add_section_annotations()->set_time(1);
  auto& beat = *music.add_text_annotations();
  beat.set_annotation_type(NoteSequence::TextAnnotation::BEAT);
  beat.set_time(1);
  music.add_text_annotations()->set_text("words");
  const auto parts = ExtractSubsequences(music, {0, 1, 2});
  ASSERT_TRUE(parts.ok()) << parts.status();
  EXPECT_EQ((*parts)[0].text_annotations_size(), 0);
  const NoteSequence& part = (*parts)[1];
  EXPECT_EQ(part.id(), "id");
  EXPECT_EQ(part.instrument_infos(0).name(), "Flute");
  EXPECT_EQ(part.section_annotations(0).time(), 1);
  ASSERT_EQ(part.text_annotations_size(), 1);
  EXPECT_EQ(part.text_annotations(0).time(), 0);
  EXPECT_EQ(part.subsequence_info().start_time_offset(), 1);
  EXPECT_EQ(part.subsequence_info().end_time_offset(), 1);
}

TEST(SplitAtTimes, CutsOnlyBetweenNotesWhereAsked) {
  const NoteSequence music = ParseMusic("60@0+1 62@1.5+1 64@3+1");
  EXPECT_THAT(Dumps(SplitAtTimes(music, {3, 2}, false)),
              ElementsAre("60@0+1 62@1.5+0.5", "", "64@0+1"));
  EXPECT_THAT(Dumps(SplitAtTimes(music, {3, 2}, true)), ElementsAre("60@0+1 62@1.5+1", "64@0+1"));
  EXPECT_THAT(Dumps(SplitEvery(music, 1.5, false)), ElementsAre("60@0+1", "62@0+1", "64@0+1"));
  EXPECT_THAT(Dumps(SplitEvery(music, 2, true)), ElementsAre("60@0+1 62@1.5+1 64@3+1"));
  EXPECT_THAT(Dumps(SplitEvery(NoteSequence(), 2, true)), ElementsAre());
}

TEST(SplitAtTimeChanges, CutsWhereMeterOrTempoChange) {
  const NoteSequence music = ParseMusic("M3/4@1 T120@0.5 T90@2 M3/4@2.5 60@0+4 62@1.5+0.5");
  EXPECT_THAT(Dumps(SplitAtTimeChanges(music, false)),
              ElementsAre("T120@0.5 60@0+1", "M3/4@0 T120@0 62@0.5+0.5", "M3/4@0 M3/4@0.5 T90@0"));
  EXPECT_EQ(Dumps(SplitAtTimeChanges(music, true)).size(), 1);
}

TEST(SplitOnSilence, CutsBeforeTheNoteAfterAGap) {
  const NoteSequence music = ParseMusic("60@0+1 62@2+1 64@5.5+1");
  EXPECT_THAT(Dumps(SplitOnSilence(music, 2)), ElementsAre("60@0+1 62@2+1", "64@0+1"));
  EXPECT_THAT(Dumps(SplitOnSilence(music, 0.5)), ElementsAre("60@0+1", "62@0+1", "64@0+1"));
  EXPECT_THAT(Dumps(SplitOnSilence(music, 3)), ElementsAre("60@0+1 62@2+1 64@5.5+1"));
}

TEST(Subsequences, AreRefusedWithAReason) {
  const NoteSequence music = ParseMusic("60@0+1");
  for (const std::vector<double>& times : std::vector<std::vector<double>>{
           {}, {0}, {0, -1}, {1, 2}, {0, NAN}, {NAN, 1}, {0, 0.5, 0.2}}) {
    EXPECT_EQ(ExtractSubsequences(music, times).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  for (const double hop : {0.0, -1.0, double{NAN}}) {
    EXPECT_EQ(SplitEvery(music, hop, false).status().code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_FALSE(SplitAtTimes(music, {NAN}, false).ok());
  EXPECT_FALSE(SplitOnSilence(music, NAN).ok());
  NoteSequence quantized = music;
  quantized.mutable_quantization_info()->set_steps_per_second(100);
  EXPECT_EQ(SplitEvery(quantized, 0.5, false).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

// What a file claims costs no memory: far ends, and state that many parts would repeat.
TEST(Subsequences, AreNoMoreThanAPieceMayBe) {
  NoteSequence music = ParseMusic("60@0+1");
  music.set_total_time(1e9);
  EXPECT_EQ(SplitEvery(music, 0.001, false).status().code(), absl::StatusCode::kResourceExhausted);
  NoteSequence pedals;
  pedals.set_total_time(20000);
  std::vector<double> times;
  for (int i = 0; i < 20000; ++i) {
    auto& change = *pedals.add_control_changes();
    change.set_control_number(64);
    change.set_instrument(i);
    times.push_back(i);
  }
  EXPECT_FALSE(ExtractSubsequences(pedals, times).ok());
}

// Times that are no number are left out.
TEST(Subsequences, TakeTimesThatAreNone) {
  NoteSequence music = ParseMusic("60@0+1 62@1+1");
  music.mutable_notes(0)->set_start_time(NAN);
  music.add_tempos()->set_time(NAN);
  EXPECT_THAT(Dumps(SplitEvery(music, 1, true)), ElementsAre("", "62@0+1"));
}

}  // namespace
}  // namespace magenta
