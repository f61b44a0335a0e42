#include "magenta/codec/performance_codecs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "magenta/music/performance/conditions.h"
#include "magenta/music/performance/performance_event.h"

namespace magenta {
namespace {

using ::testing::ElementsAre;

TEST(PerformanceCodecs, TheDefaultIsTheLongestShift) {
  EXPECT_EQ(MakePerformanceCodec(false)->default_label(), 355);
  EXPECT_EQ(MakePerformanceCodec(true)->default_label(), 355);
  EXPECT_EQ(MakePerformanceCodec(false)->num_classes(), 356);
  EXPECT_FALSE(MakePerformanceCodec(false)->Accepts(kFirstVelocity));
}

TEST(PerformanceCodecs, CompactIsOneNumberInExamplesAlone) {
  const auto codec = MakeCompactPerformanceCodec();
  EXPECT_EQ(codec->example_width(), 1);
  EXPECT_EQ(codec->input_size(), 388);
}

TEST(PerformanceCodecs, WholeNotesAreSixLabels) {
  const auto codec = MakeWholeNoteCodec();
  const auto encoder = codec->NewEncoder();
  const Event note = PackNote({.shift = 100, .pitch = 64, .bin = 20, .duration = 90});
  std::vector<int> labels(6);
  encoder->Labels(note, labels);
  EXPECT_THAT(labels, ElementsAre(1, 23, 64, 19, 2, 9));
  EXPECT_EQ(encoder->Decode(labels), note);
  encoder->Push(note);
  SparseVector input;
  encoder->Input(input);
  EXPECT_THAT(input.index, ElementsAre(1, 13 + 23, 90 + 64, 218 + 19, 250 + 2, 275 + 9));
}

TEST(PerformanceCodecs, ConditionsAreReadByStep) {
  const auto codec =
      MakeConditionedPerformanceCodec({.optional = true, .density = true, .pitch_classes = true});
  EXPECT_EQ(codec->input_size(), 1 + 8 + 12 + 388);
  const std::vector<Conditions> all = {{.notes_per_second = 3, .pitch_classes = {1}},
                                       {.step = 50, .disabled = true}};
  const auto encoder = codec->NewEncoder(codec->MakeControl(WriteConditions(all)));
  SparseVector input;
  encoder->Push(60);
  encoder->Input(input);
  EXPECT_THAT(input.index, ElementsAre(1 + 2, 1 + 8, 21 + 60));
  encoder->Push(ShiftBy(49));
  encoder->Push(64);
  encoder->Input(input);
  EXPECT_THAT(input.index, ElementsAre(1 + 2, 1 + 8, 21 + 64));
  encoder->Push(ShiftBy(1));
  encoder->Input(input);
  EXPECT_THAT(input.index, ElementsAre(0, 21 + 256));
}

TEST(PerformanceCodecs, WithoutControlEventsSayTheirOwn) {
  const auto codec = MakeConditionedPerformanceCodec({.density = true});
  const EventSequence example = {{60, ShiftBy(100), 188}, {}};
  EXPECT_TRUE(codec->CheckControl(example).ok());
  EXPECT_FALSE(codec->CheckControl({example.events, {1, 2}}).ok());
  SparseVector density;
  codec->ControlOf(example)->Append(0, 0, density);
  EXPECT_THAT(density.index, ElementsAre(1));
}

}  // namespace
}  // namespace magenta
