#include "magenta/music/quantize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <type_traits>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/music/extract_melodies.h"
#include "tests/dump.h"

namespace magenta {
namespace {

// Seconds where steps are asked for must not compile. Each line stands beside one that does.
using Extractor = decltype(ExtractMelodies);
static_assert(std::is_invocable_v<Extractor, QuantizedSequence, MelodyExtractionOptions>);
static_assert(!std::is_invocable_v<Extractor, NoteSequence, MelodyExtractionOptions>);
static_assert(
    !std::is_invocable_v<Extractor, absl::StatusOr<QuantizedSequence>, MelodyExtractionOptions>);
static_assert(std::is_copy_constructible_v<QuantizedSequence>);
static_assert(!std::is_constructible_v<QuantizedSequence, NoteSequence>);
static_assert(!std::is_default_constructible_v<QuantizedSequence>);
static_assert(std::is_invocable_v<decltype(Quantize), NoteSequence, Grid>);
static_assert(!std::is_invocable_v<decltype(Quantize), NoteSequence, int>);
static_assert(!std::is_invocable_v<decltype(Quantize), QuantizedSequence, Grid>);
template <typename Sequence>
concept HasMutableProto = requires(Sequence sequence) {
  sequence.proto().add_notes();
};
static_assert(!HasMutableProto<QuantizedSequence>);

// "pitch@start..end" in steps.
std::string DumpSteps(const absl::StatusOr<QuantizedSequence>& sequence) {
  if (!sequence.ok()) {
    const auto failure = QuantizeFailureOf(sequence.status());
    return failure.has_value() ? QuantizeFailureName(*failure) : "another error";
  }
  std::string text = std::to_string(sequence->total_steps());
  for (const auto& note : sequence->proto().notes()) {
    text += " " + std::to_string(note.pitch()) + "@" + std::to_string(note.quantized_start_step()) +
            ".." + std::to_string(note.quantized_end_step());
  }
  return text;
}

struct QuantizeRow {
  const char* music;  // seconds
  int steps_per_quarter;
  const char* dump;
};

TEST(Quantize, GivesStepsOrSaysWhyNot) {
  const QuantizeRow rows[] = {
      {"", 4, "0"},
      {"60@0+0.5 62@0.5+0.25", 4, "6 60@0..4 62@4..6"},
      // The nearest step, the later one half-way, starts and ends alike.
      {"60@0.0624+0.5", 4, "4 60@0..4"},
      {"60@0.0625+0.5", 4, "5 60@1..5"},
      // A note of no steps lasts one.
      {"60@0.5+0.01", 4, "5 60@4..5"},
      {"T60@0 60@1+1", 4, "8 60@4..8"},
      {"T60@0 60@1+1", 2, "4 60@2..4"},
      // Times above -1.5 steps still round up to 0.
      {"60@-0.18+0.5", 4, "3 60@0..3"},
      {"60@-0.2+0.5", 4, "negative_time"},
      {"C64=127@-0.2 60@0+1", 4, "negative_time"},
      // Changes.
      {"M3/4@0 M3/4@9 60@0+1", 4, "8 60@0..8"},
      {"M4/4@5 60@0+1", 4, "8 60@0..8"},
      {"M3/4@5 60@0+1", 4, "multiple_time_signatures"},
      {"M4/4@0 M3/4@5 60@0+1", 4, "multiple_time_signatures"},
      {"T120@5 60@0+1", 4, "8 60@0..8"},
      {"T90@5 60@0+1", 4, "multiple_tempos"},
      {"T90@0 T91@5 60@0+1", 4, "multiple_tempos"},
      // The order of complaints: meters changing, meters that are none, tempos.
      {"M3/5@0 M4/4@1 T90@0 T91@1 60@0+1", 4, "multiple_time_signatures"},
      {"M3/5@0 T90@0 T91@1 60@0+1", 4, "bad_time_signature"},
      {"M0/4@0 60@0+1", 4, "bad_time_signature"},
      {"M4/0@0 60@0+1", 4, "bad_time_signature"},
      {"M-4/4@0 60@0+1", 4, "bad_time_signature"},
      {"M4/-4@0 60@0+1", 4, "bad_time_signature"},
      {"M2147483647/1@0 60@0+1", 4, "bad_time_signature"},
      {"T0@0 60@0+1", 4, "bad_tempo"},
      {"T-90@0 60@0+1", 4, "bad_tempo"},
      {"Tnan@0 60@0+1", 4, "bad_tempo"},
      {"60@0+1e30", 4, "too_long"},
      {"60@nan+1", 4, "too_long"},
      {"60@inf+1", 4, "too_long"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(DumpSteps(Quantize(ParseMusic(row.music), Grid::PerQuarter(row.steps_per_quarter))),
              row.dump)
        << row.music;
  }
}

TEST(Quantize, LeavesOneMeterAndOneTempoAtTheBeginning) {
  const auto plain = Quantize(ParseMusic("60@0+1"), Grid());
  EXPECT_EQ(DumpMusic(plain->proto()), "M4/4@0 T120@0 60@0+1");
  const auto repeated = Quantize(ParseMusic("M3/4@0 M3/4@2 T90@0 T90@1 60@0+1"), Grid());
  EXPECT_EQ(DumpMusic(repeated->proto()), "M3/4@0 T90@0 60@0+1");
  EXPECT_EQ(repeated->steps_per_quarter(), 4);
  EXPECT_EQ(repeated->qpm(), 90.0);
}

TEST(Quantize, GivesStepsToControlsAndTexts) {
  const auto sequence = Quantize(ParseMusic("C64=127@0.5 \"Am@1 60@0+1"), Grid());
  EXPECT_EQ(sequence->proto().control_changes(0).quantized_step(), 4);
  EXPECT_EQ(sequence->proto().text_annotations(0).quantized_step(), 8);
}

TEST(Quantize, ATotalTimeBelowZeroIsNone) {
  NoteSequence sequence = ParseMusic("M4/4@0");
  for (const double total : {-10.0, -1e300}) {
    sequence.set_total_time(total);
    EXPECT_EQ(Quantize(sequence, Grid())->total_steps(), 0) << total;
  }
}

TEST(Quantize, AGridPerSecondAsksForNoMeterAndNoOneTempo) {
  NoteSequence music = ParseMusic("60@0.104+0.5 62@1.206+1 T120@0 T60@1 M3/4@0 M4/4@1");
  EXPECT_FALSE(Quantize(music, Grid::PerQuarter(4)).ok());
  const auto played = Quantize(music, Grid::PerSecond(100));
  ASSERT_TRUE(played.ok()) << ErrorLine(played.status());
  EXPECT_EQ(played->grid(), Grid::PerSecond(100));
  EXPECT_EQ(played->proto().notes(0).quantized_start_step(), 10);
  EXPECT_EQ(played->proto().notes(1).quantized_start_step(), 121);
  EXPECT_EQ(played->total_steps(), 221);
  EXPECT_EQ(played->proto().tempos_size(), 2);
}

TEST(Quantize, MovedInPitchOnTheSameSteps) {
  const auto moved = Quantize(ParseMusic("60@0+1 62@1+1"), Grid())->Transposed(3);
  EXPECT_EQ(moved.proto().notes(0).pitch(), 63);
  EXPECT_EQ(moved.proto().notes(1).quantized_start_step(), 8);
}

TEST(Quantize, CountsStepsOfABar) {
  const std::pair<const char*, double> rows[] = {
      {"M4/4@0", 16}, {"M3/4@0", 12}, {"M6/8@0", 12},
      {"M9/8@0", 18}, {"M2/2@0", 16}, {"M7/32@0", 3.5},
  };
  for (const auto& [meter, steps] : rows) {
    EXPECT_EQ(Quantize(ParseMusic(meter), Grid())->steps_per_bar(), steps) << meter;
  }
}

TEST(Quantize, SaysWhereAndWhatToDo) {
  const absl::Status status = Quantize(ParseMusic("T90@0 T91@5 60@0+1"), Grid()).status();
  EXPECT_EQ(ErrorMessage(status), "the tempo changes from 90 qpm at 0 s to 91 qpm at 5 s");
  EXPECT_NE(ErrorRemedy(status).find("Split"), std::string::npos);
  EXPECT_EQ(ExitStatus(status), 3);
  EXPECT_EQ(QuantizeFailureOf(status), QuantizeFailure::kMultipleTempos);
  EXPECT_EQ(QuantizeFailureOf(absl::OkStatus()), std::nullopt);
  EXPECT_EQ(QuantizeFailureOf(UsageError("other")), std::nullopt);
}

TEST(TakeQuantized, KeepsTheStepsThatAreThere) {
  NoteSequence music = ParseMusic("M3/4@0 60@0+1");
  EXPECT_EQ(TakeQuantized(music).status().code(), absl::StatusCode::kFailedPrecondition);
  music.mutable_quantization_info()->set_steps_per_quarter(4);
  music.mutable_notes(0)->set_quantized_start_step(7);
  music.mutable_notes(0)->set_quantized_end_step(9);
  const auto taken = TakeQuantized(music);
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_EQ(taken->proto().notes(0).quantized_start_step(), 7);
  EXPECT_EQ(taken->steps_per_bar(), 12);
  EXPECT_EQ(taken->qpm(), 120);
  EXPECT_EQ(taken->proto().total_quantized_steps(), 9);
  for (const auto& [step, failure] : {std::pair(int64_t{-1}, QuantizeFailure::kNegativeTime),
                                      {int64_t{7}, QuantizeFailure::kNegativeTime},
                                      {kMaxSteps + 1, QuantizeFailure::kTooLong}}) {
    music.mutable_notes(0)->set_quantized_end_step(step);
    const absl::Status status = TakeQuantized(music).status();
    EXPECT_EQ(QuantizeFailureOf(status), failure) << step;
    EXPECT_EQ(ErrorMessage(status), "note 0 lasts from step 7 to " + std::to_string(step));
  }
  music.mutable_notes(0)->set_quantized_end_step(9);
  music.mutable_time_signatures(0)->set_denominator(3);
  EXPECT_EQ(QuantizeFailureOf(TakeQuantized(music).status()), QuantizeFailure::kBadTimeSignature);
}

TEST(QuantizeToStep, CutsTowardsZeroAndHoldsAnyDouble) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(QuantizeToStep(1.0, 8.0), 8);
  EXPECT_EQ(QuantizeToStep(0.09, 8.0, 0.75), 0);
  EXPECT_EQ(QuantizeToStep(0.1, 8.0, 0.75), 1);
  EXPECT_EQ(QuantizeToStep(-0.125, 8.0), 0);
  EXPECT_EQ(QuantizeToStep(-0.1876, 8.0), -1);
  EXPECT_EQ(QuantizeToStep(kInfinity, 8.0), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(QuantizeToStep(-kInfinity, 8.0), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(QuantizeToStep(std::nan(""), 8.0), std::numeric_limits<int64_t>::max());
}

}  // namespace
}  // namespace magenta
