#include "magenta/kinds/polyphony_kind.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "magenta/base/status.h"
#include "magenta/music/polyphony/polyphony_events.h"

namespace magenta {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kStep = 0.125;

struct Played {
  int pitch;
  double start, end;  // steps
  int velocity = 80;
  int program = 0;
  bool is_drum = false;
  int instrument = 0;
};

QuantizedSequence SequenceOf(const std::vector<Played>& played) {
  NoteSequence sequence;
  sequence.add_tempos()->set_qpm(120);
  for (const Played& note : played) {
    auto& added = *sequence.add_notes();
    added.set_pitch(note.pitch);
    added.set_velocity(note.velocity);
    added.set_program(note.program);
    added.set_is_drum(note.is_drum);
    added.set_instrument(note.instrument);
    added.set_start_time(note.start * kStep);
    added.set_end_time(note.end * kStep);
    sequence.set_total_time(std::max(sequence.total_time(), added.end_time()));
  }
  return *Quantize(sequence, Grid());
}

std::string Dump(const MusicKind& kind, const std::vector<Event>& events) {
  std::string text;
  for (const Event event : events) text += (text.empty() ? "" : " ") + kind.EventText(event);
  return text;
}

TEST(PolyphonyKind, HearsAllPartsButDrumsAndSaysWhatItMends) {
  const auto kind = MakePolyphonyKind();
  const auto input = SequenceOf({{60, 0, 2},
                                 {64, 0, 1, 80, 40, false, 1},
                                 {36, 0, 1, 80, 0, true, 9},
                                 {67, 1, 1},
                                 {70, 1, 2, 0},
                                 {72, 5, 6}});
  const auto primer = kind->ReadPrimer(input, {.generate_start_step = 3});
  ASSERT_TRUE(primer.ok()) << primer.status();
  EXPECT_EQ(Dump(*kind, primer->events.events), "start E4 C4 | G4 C4_ | |");
  EXPECT_THAT(primer->notes,
              ElementsAre("1 drum note left out", "1 note of velocity 0 left out",
                          "1 note of no length: heard for one step", HasSubstr("1 note left out"),
                          "2 parts with notes: all are heard as one"));
  EXPECT_FALSE(primer->instrument.has_value());
  EXPECT_TRUE(primer->beneath.empty());
}

TEST(PolyphonyKind, SaysWhatEndsAnotherNote) {
  const auto kind = MakePolyphonyKind();
  const auto primer =
      kind->ReadPrimer(SequenceOf({{60, 0, 4}, {60, 1, 3}}), {.generate_start_step = 4});
  EXPECT_EQ(Dump(*kind, primer->events.events), "start C4 | C4_ C4 | C4_ C4_ | C4_ |");
  EXPECT_THAT(primer->notes,
              ElementsAre(HasSubstr("1 note within a longer one of the same pitch")));
  // Of notes that end as they began nothing is mended.
  for (const auto& notes : {std::vector<Played>{{60, 0, 2}, {60, 1, 3}},
                            {{60, 0, 4}, {60, 0, 2}},
                            {{60, 0, 4}, {64, 1, 2}},
                            {{60, 0, 4}, {60, 2, 4}}}) {
    EXPECT_THAT(kind->ReadPrimer(SequenceOf(notes), {.generate_start_step = 4})->notes,
                ElementsAre());
  }
}

TEST(PolyphonyKind, MayBeginAloneOverItsPrimer) {
  const auto kind = MakePolyphonyKind();
  const auto input = SequenceOf({{60, 0, 2}, {64, 1, 2}});
  PrimerRequest request = {.generate_start_step = 3, .condition_on_primer = false};
  auto primer = kind->ReadPrimer(input, request);
  EXPECT_EQ(Dump(*kind, primer->events.events), "start");
  EXPECT_EQ(primer->start_step, 3);
  EXPECT_TRUE(primer->beneath.empty());
  request.inject_primer = true;
  primer = kind->ReadPrimer(input, request);
  EXPECT_THAT(primer->beneath,
              ElementsAre(ElementsAre(NewNote(60)), ElementsAre(NewNote(64), ContinuedNote(60)),
                          ElementsAre()));
  // Once is enough, but for the reference.
  request.condition_on_primer = true;
  EXPECT_TRUE(kind->ReadPrimer(input, request)->beneath.empty());
  request.reference_windows = true;
  EXPECT_EQ(kind->ReadPrimer(input, request)->beneath.size(), 3u);
  EXPECT_EQ(kind->ReadPrimer(input, request)->round_events, 5);
  // Nothing at all, from the first step on.
  const auto none = kind->ReadPrimer(SequenceOf({}), {.generate_start_step = 0});
  EXPECT_EQ(Dump(*kind, none->events.events), "start");
}

TEST(PolyphonyKind, OfTheReferenceSeveralProgramsAreNoPrimer) {
  const auto kind = MakePolyphonyKind();
  const auto input = SequenceOf({{60, 0, 2}, {64, 0, 1, 80, 40}});
  const auto primer =
      kind->ReadPrimer(input, {.generate_start_step = 3, .reference_windows = true});
  EXPECT_EQ(Dump(*kind, primer->events.events), "start");
  EXPECT_EQ(primer->start_step, 3);
}

TEST(PolyphonyKind, RefusesSectionsBeforeOrFarBehindThePrimer) {
  const auto kind = MakePolyphonyKind();
  const auto input = SequenceOf({{60, 0, 2}});
  EXPECT_EQ(
      ExitStatus(
          kind->ReadPrimer(input, {.search_start_step = 4, .generate_start_step = 3}).status()),
      2);
  EXPECT_EQ(ExitStatus(kind->ReadPrimer(input, {.generate_start_step = 1 << 21}).status()), 2);
}

TEST(PolyphonyKind, ManyLongNotesAreBounded) {
  std::vector<Played> notes;
  for (int i = 0; i < 3000; ++i) notes.push_back({i % 128, 0, 3000});
  const auto kind = MakePolyphonyKind();
  const auto input = SequenceOf(notes);
  EXPECT_THAT(ErrorLine(kind->ReadPrimer(input, {.generate_start_step = 3000}).status()),
              HasSubstr("events, more than"));
  ExampleOptions options;
  options.Set("max_steps", 0);
  EXPECT_EQ(kind->ExtractExamples(input, options).tracks.at(0).outcome, "over_limit");
}

std::string NotesOf(const NoteSequence& sequence) {
  std::string text;
  for (const auto& note : sequence.notes()) {
    text += fmt::format("{}{}:{}-{}", text.empty() ? "" : " ", note.pitch(),
                        note.start_time() / kStep, note.end_time() / kStep);
  }
  return text;
}

TEST(PolyphonyKind, NotesEndWhereTheyAreNotContinued) {
  const auto kind = MakePolyphonyKind();
  const struct {
    std::vector<Event> events;
    const char* notes;
    double steps;
  } rows[] = {
      {{kPolyphonyStart, NewNote(60), NewNote(48), kStepEnd, ContinuedNote(48), NewNote(62),
        kStepEnd, kStepEnd, kPolyphonyEnd},
       "60:0-1 48:0-2 62:1-2",
       3},
      // Of one pitch the oldest ends first.
      {{NewNote(60), kStepEnd, NewNote(60), ContinuedNote(60), kStepEnd, ContinuedNote(60),
        kStepEnd},
       "60:0-2 60:1-3",
       3},
      // What has not begun can't go on; starts and ends mean nothing.
      {{ContinuedNote(60), kStepEnd, kPolyphonyEnd, kPolyphonyStart, NewNote(61), kStepEnd},
       "61:1-2",
       2},
      // A step that is not whole.
      {{NewNote(60), kStepEnd, ContinuedNote(60), NewNote(64)}, "60:0-2 64:1-2", 2},
      {{kStepEnd, kStepEnd}, "", 2},
  };
  for (const auto& row : rows) {
    const NoteSequence sequence = kind->Render({row.events, {}}, {}, 120);
    EXPECT_EQ(NotesOf(sequence), row.notes);
    EXPECT_EQ(sequence.total_time() / kStep, row.steps) << row.notes;
  }
}

TEST(PolyphonyKind, ExamplesAreWholePieces) {
  const auto kind = MakePolyphonyKind();
  const auto input = SequenceOf({{60, 0, 100}});
  const Examples examples = kind->ExtractExamples(input, {});
  ASSERT_EQ(examples.sequences.size(), 1u);
  EXPECT_EQ(examples.sequences[0].events.size(), 1u + 2 * 100 + 1);
  EXPECT_EQ(examples.counters.Of("polyphonic_track_lengths_in_bars:[1,10)"), 1);
  const Examples two = kind->ExtractExamples(SequenceOf({{60, 0, 100}, {64, 0, 9, 80, 5}}), {});
  EXPECT_TRUE(two.sequences.empty());
  EXPECT_EQ(two.tracks.at(0).flag, "--several_programs");
  ExampleOptions all;
  all.Set("several_programs", 1);
  EXPECT_EQ(
      kind->ExtractExamples(SequenceOf({{60, 0, 100}, {64, 0, 9, 80, 5}}), all).sequences.size(),
      1u);
}

}  // namespace
}  // namespace magenta
