#include "magenta/kinds/chords/pianoroll_kind.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/music/polyphony/pianoroll.h"

namespace magenta {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kStepSeconds = 0.125;

struct Struck {
  int pitch;
  double start, end;  // steps
  int velocity = 80;
  int program = 0;
  bool is_drum = false;
};

QuantizedSequence SequenceOf(const std::vector<Struck>& notes) {
  NoteSequence sequence;
  sequence.add_tempos()->set_qpm(120);
  for (const Struck& note : notes) {
    auto& added = *sequence.add_notes();
    added.set_pitch(note.pitch);
    added.set_velocity(note.velocity);
    added.set_program(note.program);
    added.set_is_drum(note.is_drum);
    added.set_start_time(note.start * kStepSeconds);
    added.set_end_time(note.end * kStepSeconds);
    sequence.set_total_time(std::max(sequence.total_time(), added.end_time()));
  }
  return *Quantize(sequence, Grid());
}

std::string Dump(const MusicKind& kind, const std::vector<Event>& events) {
  std::string text;
  for (const Event event : events) text += (text.empty() ? "" : " ") + kind.EventText(event);
  return text;
}

/// "60 0-2, 64 1-2": pitches and steps.
std::string Dump(const NoteSequence& sequence) {
  std::string text;
  for (const auto& note : sequence.notes()) {
    text += fmt::format("{}{} {:g}-{:g}", text.empty() ? "" : ", ", note.pitch(),
                        note.start_time() / kStepSeconds, note.end_time() / kStepSeconds);
  }
  return text;
}

TEST(PianorollKind, HearsAllPartsButDrumsAndSaysWhatItMends) {
  const auto kind = MakePianorollKind();
  const auto input = SequenceOf({{60, 0, 2},
                                 {64, 0, 1, 80, 40},
                                 {36, 0, 1, 80, 0, true},
                                 {67, 1, 1},
                                 {20, 0, 1},
                                 {109, 1, 2},
                                 {70, 1, 2, 0}});
  const auto primer = kind->ReadPrimer(input, {.generate_start_step = 3});
  ASSERT_TRUE(primer.ok()) << primer.status();
  EXPECT_EQ(Dump(*kind, primer->events.events), "start C4 E4 | C4 G4 | |");
  EXPECT_EQ(kind->ListText(primer->events.events), "[[60, 64], [60, 67], []]");
  EXPECT_THAT(primer->events.control, IsEmpty());
  EXPECT_THAT(primer->notes, ElementsAre("1 drum note left out", "1 note of velocity 0 left out",
                                         "1 note of no length: heard for one step",
                                         "2 notes left out: the model's keys are A0 to C8"));
}

TEST(PianorollKind, SaysWhatIsStruckAgain) {
  const auto kind = MakePianorollKind();
  const auto primer = kind->ReadPrimer(SequenceOf({{60, 0, 4}, {60, 2, 3}, {64, 0, 1}, {64, 1, 2}}),
                                       {.generate_start_step = 4});
  EXPECT_THAT(
      primer->notes,
      ElementsAre("1 note on keys that sound already: a key sounds once, and is struck again"));
}

TEST(PianorollKind, ManyLongNotesAreBounded) {
  std::vector<Struck> notes;
  for (int i = 0; i < 3000; ++i) notes.push_back({21 + i % 88, 0, 3000});
  const auto kind = MakePianorollKind();
  const auto input = SequenceOf(notes);
  for (const bool reference_windows : {false, true}) {
    const auto primer =
        kind->ReadPrimer(input, {.generate_start_step = 2, .reference_windows = reference_windows});
    // The reference makes a roll of all that is there.
    EXPECT_EQ(primer.ok(), !reference_windows);
  }
  EXPECT_THAT(ErrorMessage(kind->ReadPrimer(input, {.generate_start_step = 3000}).status()),
              HasSubstr("events, more than"));
  ExampleOptions options;
  options.Set("max_steps", 0);
  EXPECT_EQ(kind->ExtractExamples(input, options).tracks.at(0).outcome, "over_limit");
}

TEST(PianorollKind, RepeatsAndOverlapsShowAGap) {
  const auto kind = MakePianorollKind();
  const auto primer = kind->ReadPrimer(SequenceOf({{60, 0, 2}, {60, 2, 5}, {60, 4, 6}}),
                                       {.generate_start_step = 6});
  EXPECT_EQ(Dump(*kind, primer->events.events), "start C4 | | C4 | | C4 | C4 |");
}

TEST(PianorollKind, BeginsAloneWhereNothingIsThere) {
  const auto kind = MakePianorollKind();
  for (const bool reference : {false, true}) {
    const auto none = kind->ReadPrimer(SequenceOf({}),
                                       {.generate_start_step = 0, .reference_windows = reference});
    ASSERT_TRUE(none.ok()) << none.status();
    EXPECT_EQ(Dump(*kind, none->events.events), "start");
    EXPECT_THAT(none->events.control, IsEmpty());
  }
}

TEST(PianorollKind, OfTheReferenceTheOrderIsSaid) {
  const auto kind = MakePianorollKind();
  PrimerRequest request = {.generate_start_step = 3, .reference_windows = true};
  auto primer = kind->ReadPrimer(SequenceOf({{60, 0, 2}, {36, 0, 1, 80, 0, true}}), request);
  EXPECT_EQ(Dump(*kind, primer->events.events), "start C2 C4 | C4 | |");
  EXPECT_THAT(primer->events.control, ElementsAre(3));
  primer = kind->ReadPrimer(SequenceOf({{60, 0, 2}, {64, 0, 1, 80, 40}}), request);
  EXPECT_EQ(Dump(*kind, primer->events.events), "start");
}

TEST(PianorollKind, RefusesSectionsBeforeOrFarBehindThePrimer) {
  const auto kind = MakePianorollKind();
  const auto input = SequenceOf({{60, 0, 2}});
  for (const PrimerRequest& request :
       {PrimerRequest{.search_start_step = 4, .generate_start_step = 3},
        PrimerRequest{.generate_start_step = 1 << 21}}) {
    EXPECT_EQ(ExitStatus(kind->ReadPrimer(input, request).status()), 2);
  }
}

TEST(PianorollKind, NotesLastAsLongAsStepsHoldThem) {
  const auto kind = MakePianorollKind();
  Primer primer;
  primer.grid = Grid();
  const auto of = [&](std::vector<Event> events) {
    return kind->Render({std::move(events), {}}, primer, 120);
  };
  const Event c = 60 - kLowestKey, e = 64 - kLowestKey;
  const NoteSequence some =
      of({kRollStart, c, kRollStepEnd, c, e, kRollStepEnd, kRollStepEnd, c, kRollStepEnd});
  EXPECT_EQ(Dump(some), "60 0-2, 64 1-2, 60 3-4");
  EXPECT_EQ(some.total_time(), 4 * kStepSeconds);
  // Silence at the end lasts a step less.
  EXPECT_EQ(of({kRollStart, c, kRollStepEnd, kRollStepEnd, kRollStepEnd}).total_time(),
            2 * kStepSeconds);
  EXPECT_EQ(Dump(of({kRollStart, c})), "60 0-1");
}

TEST(PianorollKind, PrimersAreTyped) {
  const auto kind = MakePianorollKind();
  EXPECT_EQ(kind->other_typing().flag, "primer_pianoroll");
  const auto roll = kind->ParseOtherPrimer("[(60, 64), (60,), (), (60, 200)]", 120, Grid());
  EXPECT_THAT(ErrorLine(roll.status()), HasSubstr("--primer_pianoroll: column 28: a MIDI pitch"));
  const auto good = kind->ParseOtherPrimer("[(60, 64), (60,), (), (60,), ()]", 120, Grid());
  ASSERT_TRUE(good.ok()) << good.status();
  EXPECT_EQ(Dump(good->sequence), "60 0-2, 64 0-1, 60 3-4");
  EXPECT_EQ(good->steps, 5);
  EXPECT_EQ(ExitStatus(kind->ParseOtherPrimer("[]", 120, Grid()).status()), 2);
  const auto chord = kind->ParsePrimer("C4 E4", 120, Grid());
  EXPECT_EQ(Dump(chord->sequence), "60 0-4, 64 0-4");
  EXPECT_EQ(Dump(kind->MakeDefaultPrimer(120, Grid()).sequence), "60 0-1");
}

}  // namespace
}  // namespace magenta
