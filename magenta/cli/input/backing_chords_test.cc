#include "magenta/cli/input/backing_chords.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "magenta/base/status.h"

namespace magenta::cli {
namespace {

/// A primer of a bar at 120 quarters a minute, gone on from up to `end` seconds.
std::string Dump(const BackingChordFlags& chords, bool is_piece, double end) {
  PrimerMusic primer;
  primer.is_piece = is_piece;
  GenerateSequenceRequest request;
  request.mutable_input_sequence()->add_tempos()->set_qpm(120);
  auto* own = request.mutable_input_sequence()->add_text_annotations();
  own->set_text("own");
  own->set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
  auto* section = request.mutable_generator_options()->add_generate_sections();
  section->set_start_time(2);
  section->set_end_time(end);
  std::vector<std::string> notes;
  const absl::Status added = chords.AddTo(primer, Grid(), request, notes);
  if (!added.ok()) return ErrorLine(added);
  std::string dump;
  for (const auto& text : request.input_sequence().text_annotations()) {
    dump += fmt::format("{}@{} ", text.text(), text.time());
  }
  for (const std::string& note : notes) dump += "| " + note + " ";
  return dump;
}

TEST(BackingChordsTest, StandOverTheMusicAndRepeat) {
  BackingChordFlags chords;
  chords.text = "C Am";
  EXPECT_EQ(Dump(chords, false, 4), "C@0 Am@2 ");
  EXPECT_EQ(Dump(chords, false, 7),
            "C@0 Am@2 C@4 Am@6 | 2 chords are shorter than the music: repeated ");
  EXPECT_EQ(Dump(chords, true, 6), "own@0 C@2 Am@4 | the chords begin where the new music begins ");
  chords.from = "start";
  EXPECT_EQ(Dump(chords, true, 4), "C@0 Am@2 ");
  chords.steps_per_chord = 32;
  EXPECT_EQ(Dump(chords, false, 4), "C@0 | of 2 chords the last 1 begin too late ");
}

TEST(BackingChordsTest, SayHowFarItGoes) {
  BackingChordFlags chords;
  chords.text = "C Am";
  PrimerMusic primer;
  primer.steps = 8;
  ContinuationOptions length;
  ASSERT_TRUE(chords.SetLength(primer, Grid(), length).ok());
  EXPECT_EQ(length.num_steps, 32);
  primer.steps = 32;
  EXPECT_EQ(ErrorLine(chords.SetLength(primer, Grid(), length)),
            "the primer takes 32 steps, the chords 32, and no new step would be left. Give more "
            "chords, or --bars: they repeat.");
  primer.is_piece = true;
  ASSERT_TRUE(chords.SetLength(primer, Grid(), length).ok());
  EXPECT_EQ(length.new_steps, 32);
}

// A bar of the meter, unless said.
TEST(BackingChordsTest, LastABarEach) {
  BackingChordFlags chords;
  chords.text = "C Am F";
  PrimerMusic primer;
  auto* meter = primer.sequence.add_time_signatures();
  meter->set_numerator(3);
  meter->set_denominator(4);
  meter = primer.sequence.add_time_signatures();
  meter->set_time(3);  // two bars later
  meter->set_numerator(6);
  meter->set_denominator(4);
  primer.end = 6;
  primer.steps = 48;
  primer.is_piece = true;
  ContinuationOptions length;
  ASSERT_TRUE(chords.SetLength(primer, Grid(), length).ok());
  EXPECT_EQ(length.new_steps, 3 * 24);
  chords.from = "start";
  EXPECT_EQ(ErrorLine(chords.SetLength(primer, Grid(), length)),
            "the primer takes 48 steps, the chords 36, and no new step would be left. Give more "
            "chords, or --bars: they repeat.");
  chords.steps_per_chord = 17;
  ASSERT_TRUE(chords.SetLength(primer, Grid(), length).ok());
  EXPECT_EQ(length.num_steps, 51);
}

}  // namespace
}  // namespace magenta::cli
