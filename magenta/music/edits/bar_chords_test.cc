#include "magenta/music/edits/bar_chords.h"

#include <gtest/gtest.h>

#include <cmath>

#include "magenta/music/quantize.h"
#include "tests/dump.h"

namespace magenta {
namespace {

// Bars of 2 s in 4/4 at 120.
constexpr char kSong[] =
    "60@0+2 64@0+2 67@0+2 65@2+2 69@2+2 72@2+2 67@4+2 71@4+2 74@4+2 77@4+2 60@6+2 64@6+2 67@6+2";

NoteSequence Quantized(const std::string& music, int steps = 4) {
  return Quantize(ParseMusic(music), Grid::PerQuarter(steps)).value().Release();
}

std::string Chords(NoteSequence music, const BarChordOptions& options = {}) {
  const absl::Status status = InferBarChords(music, options);
  if (!status.ok()) return std::string(status.message());
  music.clear_notes();
  music.clear_tempos();
  music.clear_time_signatures();
  return DumpMusic(music);
}

TEST(InferBarChords, HearsWhatSounds) {
  EXPECT_EQ(Chords(Quantized(kSong)), "\"C@0 \"F@2 \"G7@4 \"C@6");
  BarChordOptions options;
  options.chords_per_bar = 1;
  options.add_key_signatures = true;
  EXPECT_EQ(Chords(Quantized(kSong), options), "K0@0 \"C@0 \"F@2 \"G7@4 \"C@6");
}

TEST(InferBarChords, TakesBeatsOfASequenceInSeconds) {
  NoteSequence music = ParseMusic(kSong);
  for (const double time : {4.0, 2.0, 6.0, 2.0, 100.0}) {
    auto& beat = *music.add_text_annotations();
    beat.set_annotation_type(NoteSequence::TextAnnotation::BEAT);
    beat.set_time(time);
  }
  EXPECT_TRUE(InferBarChords(music).ok());
  std::string chords;
  for (const auto& text : music.text_annotations()) chords += text.text() + " ";
  EXPECT_NE(chords.find("C F G7 C"), std::string::npos) << chords;
}

TEST(InferBarChords, SaysWhyNot) {
  const auto failure = [](NoteSequence music, std::optional<int> chords_per_bar = std::nullopt) {
    BarChordOptions options;
    options.chords_per_bar = chords_per_bar;
    return BarChordFailureOf(InferBarChords(music, options));
  };
  NoteSequence with_chords = Quantized("\"C@0 60@0+1");
  NoteSequence empty = Quantized("60@0+1");
  empty.set_total_time(0);
  NoteSequence endless = Quantized("60@0+1");
  endless.set_total_time(1e300);
  EXPECT_EQ(failure(with_chords), BarChordFailure::kHasChords);
  EXPECT_EQ(failure(ParseMusic(kSong)), BarChordFailure::kNotQuantized);
  EXPECT_EQ(failure(Quantized("M5/4@0 60@0+1")), BarChordFailure::kUncommonMeter);
  EXPECT_EQ(failure(Quantized(kSong), 3), BarChordFailure::kNonIntegerSteps);
  EXPECT_EQ(failure(Quantized(kSong), 1 << 30), BarChordFailure::kNonIntegerSteps);
  EXPECT_EQ(failure(empty), BarChordFailure::kEmpty);
  EXPECT_EQ(failure(endless), BarChordFailure::kTooLong);
}

TEST(InferBarChords, RefusesWhatIsNoProbability) {
  for (const double p : {0.0, 1.0, -1.0, double{NAN}}) {
    NoteSequence music = Quantized(kSong);
    BarChordOptions options;
    options.chord_change = p;
    EXPECT_EQ(InferBarChords(music, options).code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace magenta
