// Requests to models that play over chords: which chord stands where, and what stays.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "magenta/base/status.h"
#include "magenta/generate/random_model.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/music/harmony/chord_code.h"

namespace magenta {
namespace {

using testing::RandomModel;

void AddNote(NoteSequence& sequence, double start, double end, int pitch) {
  auto* note = sequence.add_notes();
  note->set_start_time(start);
  note->set_end_time(end);
  note->set_pitch(pitch);
  note->set_velocity(80);
  sequence.set_total_time(std::max(sequence.total_time(), end));
}

void AddChord(NoteSequence& sequence, double time, const char* symbol) {
  auto* text = sequence.add_text_annotations();
  text->set_time(time);
  text->set_text(symbol);
  text->set_annotation_type(NoteSequence::TextAnnotation::CHORD_SYMBOL);
}

/// A bar at 120 quarters a minute, gone on from in [2, 4) seconds.
GenerateSequenceRequest Request() {
  GenerateSequenceRequest request;
  NoteSequence& input = *request.mutable_input_sequence();
  input.add_tempos()->set_qpm(120);
  AddNote(input, 0, 1, 60);
  AddNote(input, 1, 2, 64);
  auto& options = *request.mutable_generator_options();
  auto* section = options.add_generate_sections();
  section->set_start_time(2);
  section->set_end_time(4);
  (*options.mutable_args())["seed"].set_int_value(5);
  return request;
}

absl::StatusOr<GeneratedOutput> Generate(const GenerateSequenceRequest& request,
                                         const char* config = "chord_pitches_improv") {
  auto generation = SequenceGenerator(RandomModel(config)).GenerateMany(request, 1);
  if (!generation.ok()) return generation.status();
  return std::move(generation->outputs[0]);
}

std::string Symbols(const NoteSequence& sequence) {
  std::string dump;
  for (const auto& text : sequence.text_annotations()) {
    dump += fmt::format("{}@{} ", text.text(), text.time());
  }
  return dump;
}

TEST(ImprovGeneration, ChordsOfThePieceStayAndThoseToComeAreHeard) {
  GenerateSequenceRequest request = Request();
  AddChord(*request.mutable_input_sequence(), 0, "C");
  const auto over_c = Generate(request);
  AddChord(*request.mutable_input_sequence(), 2, "F#m7b5/E");
  const auto over_both = Generate(request);
  ASSERT_TRUE(over_c.ok() && over_both.ok());
  EXPECT_NE(over_c->events.events, over_both->events.events);
  EXPECT_EQ(Symbols(over_both->sequence), "C@0 F#m7b5/E@2 ");
  EXPECT_EQ(over_both->events.control.size(), 32u);
  EXPECT_EQ(UnpackChord(over_both->events.control[15]).root, 0);
  EXPECT_EQ(UnpackChord(over_both->events.control[16]).root, 6);
}

TEST(ImprovGeneration, AFillHearsTheChordsOfItsPlace) {
  GenerateSequenceRequest request = Request();
  AddNote(*request.mutable_input_sequence(), 4, 6, 67);
  AddChord(*request.mutable_input_sequence(), 0, "C");
  AddChord(*request.mutable_input_sequence(), 3, "Am");
  const auto filled = Generate(request);
  ASSERT_TRUE(filled.ok()) << filled.status();
  EXPECT_EQ(UnpackChord(filled->events.control[23]).root, 0);
  EXPECT_EQ(UnpackChord(filled->events.control[24]).root, 9);
  EXPECT_EQ(Symbols(filled->sequence), "C@0 Am@3 ");
  (*request.mutable_input_sequence()->mutable_text_annotations(1)).set_text("Eb7");
  EXPECT_NE(Generate(request)->events.events, filled->events.events);
}

TEST(ImprovGeneration, ChordsMoveWithTheTempo) {
  GenerateSequenceRequest request = Request();
  NoteSequence& input = *request.mutable_input_sequence();
  // From the second half of the bar on half as fast: what stood at 2 s stands at 3.
  auto* slower = input.add_tempos();
  slower->set_time(1);
  slower->set_qpm(60);
  input.mutable_notes(1)->set_end_time(3);
  input.set_total_time(3);
  auto* section = request.mutable_generator_options()->mutable_generate_sections(0);
  section->set_start_time(3);
  section->set_end_time(7);
  AddChord(input, 0, "C");
  AddChord(input, 5, "G");
  const auto output = Generate(request);
  ASSERT_TRUE(output.ok()) << output.status();
  ASSERT_EQ(output->events.control.size(), 32u);
  EXPECT_EQ(UnpackChord(output->events.control[23]).root, 0);
  EXPECT_EQ(UnpackChord(output->events.control[24]).root, 7);
  EXPECT_EQ(Symbols(output->sequence), "C@0 G@5 ");
}

TEST(ImprovGeneration, BeamsHearChordsToo) {
  GenerateSequenceRequest request = Request();
  AddChord(*request.mutable_input_sequence(), 2, "Dm");
  auto& args = *request.mutable_generator_options()->mutable_args();
  args["beam_size"].set_int_value(3);
  args["steps_per_iteration"].set_int_value(4);
  const auto over_dm = Generate(request);
  request.mutable_input_sequence()->mutable_text_annotations(0)->set_text("B");
  const auto over_b = Generate(request);
  ASSERT_TRUE(over_dm.ok() && over_b.ok());
  EXPECT_NE(over_dm->events.events, over_b->events.events);
}

TEST(ImprovGeneration, ChordsSoundWhereThatIsAsked) {
  GenerateSequenceRequest request = Request();
  AddChord(*request.mutable_input_sequence(), 0, "C");
  (*request.mutable_generator_options()->mutable_args())["render_chords"].set_int_value(1);
  const auto output = Generate(request);
  ASSERT_TRUE(output.ok()) << output.status();
  EXPECT_EQ(std::count_if(output->sequence.notes().begin(), output->sequence.notes().end(),
                          [](const auto& note) { return note.program() == 88; }),
            4);
  EXPECT_EQ(ErrorLine(Generate(request, "lookback_rnn").status()),
            "the argument render_chords is for models that play over chords, and lookback_rnn "
            "reads none. Leave it out, or choose chord_pitches_improv.");
}

}  // namespace
}  // namespace magenta
