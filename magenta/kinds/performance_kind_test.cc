#include "magenta/kinds/performance_kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "magenta/base/error_message.h"
#include "magenta/music/performance/performance_event.h"
#include "tests/dump.h"

namespace magenta {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Grid kGrid = Grid::PerSecond(kPerformanceStepsPerSecond);

QuantizedSequence Steps(const std::string& music) { return *Quantize(ParseMusic(music), kGrid); }

/// start, end (steps), pitch and velocity of each note.
std::vector<std::array<int, 4>> Rendered(const MusicKind& kind, const std::vector<Event>& events,
                                         std::optional<int64_t> end = std::nullopt) {
  Primer primer;
  primer.grid = kGrid;
  primer.end_step = end;
  std::vector<std::array<int, 4>> notes;
  const NoteSequence rendered = kind.Render({events, {}}, primer, 120);
  for (const auto& note : rendered.notes()) {
    notes.push_back({static_cast<int>(std::lround(note.start_time() * 100)),
                     static_cast<int>(std::lround(note.end_time() * 100)), note.pitch(),
                     note.velocity()});
  }
  return notes;
}

using NoteIs = std::array<int, 4>;

TEST(PerformanceKind, RendersNotes) {
  const auto kind = MakePerformanceKind({});
  // An end without a beginning is nothing; a note without a length is none.
  EXPECT_THAT(Rendered(*kind, {190, 370, 60, ShiftBy(10), 60, ShiftBy(10), 188, 64, 192, ShiftBy(5),
                               188, ShiftBy(5)}),
              ElementsAre(NoteIs{0, 20, 60, 57}, NoteIs{10, 25, 60, 57}));
  // What nothing ends, ends after five seconds; the end that comes then is spent on it.
  std::vector<Event> events = {60, ShiftBy(50), 60};
  events.insert(events.end(), 6, ShiftBy(100));
  events.insert(events.end(), {188, ShiftBy(10)});
  EXPECT_THAT(Rendered(*kind, events),
              ElementsAre(NoteIs{0, 500, 60, 100}, NoteIs{50, 550, 60, 100}));
}

TEST(PerformanceKind, RendersWholeNotesUpToTheEnd) {
  const auto kind = MakePerformanceKind({.form = PerformanceForm::kWholeNotes});
  const std::vector<Event> events = {PackNote({0, 60, 5, 30}), PackNote({10, 64, 5, 90}),
                                     PackNote({40, 67, 5, 10})};
  EXPECT_THAT(Rendered(*kind, events),
              ElementsAre(NoteIs{0, 30, 60, 17}, NoteIs{10, 100, 64, 17}, NoteIs{50, 60, 67, 17}));
  EXPECT_THAT(Rendered(*kind, events, 50),
              ElementsAre(NoteIs{0, 30, 60, 17}, NoteIs{10, 50, 64, 17}));
}

TEST(PerformanceKind, ReadsPrimers) {
  const auto kind = MakePerformanceKind({});
  PrimerRequest request = {.generate_start_step = 120, .section_end_step = 400};
  const auto primer = kind->ReadPrimer(Steps("60@0+0.5/v5 64@0.5+0.5/v5"), request);
  ASSERT_TRUE(primer.ok()) << primer.status();
  EXPECT_THAT(primer->events.events,
              ElementsAre(357, 60, ShiftBy(50), 188, 64, ShiftBy(50), 192, ShiftBy(20)));
  EXPECT_EQ(primer->instrument, 0);
}

TEST(PerformanceKind, SilenceIsASecondBefore) {
  const auto kind = MakePerformanceKind({});
  PrimerRequest request = {.generate_start_step = 0, .section_end_step = 40};
  const auto primer = kind->ReadPrimer(Steps(""), request);
  ASSERT_TRUE(primer.ok()) << primer.status();
  EXPECT_THAT(primer->events.events, ElementsAre(ShiftBy(100)));
  EXPECT_EQ(primer->start_step, -100);
  EXPECT_THAT(primer->notes, ElementsAre());  // nobody gave any
  request.reference_windows = true;
  const auto reference = kind->ReadPrimer(Steps(""), request);
  EXPECT_THAT(reference->events.events, ElementsAre(ShiftBy(40)));
  EXPECT_EQ(reference->start_step, 0);
}

TEST(PerformanceKind, OfSeveralProgramsTheFullestInstrumentGoesOn) {
  NoteSequence music = ParseMusic("60@0+1 62@1+1 64@1+1");
  for (int i : {1, 2}) {
    music.mutable_notes(i)->set_program(40);
    music.mutable_notes(i)->set_instrument(3);
  }
  const auto kind = MakePerformanceKind({.form = PerformanceForm::kEvents});
  const auto primer = kind->ReadPrimer(*Quantize(music, kGrid), {.generate_start_step = 200});
  ASSERT_TRUE(primer.ok()) << primer.status();
  EXPECT_EQ(primer->instrument, 3);
  EXPECT_EQ(primer->program, 40);
  EXPECT_THAT(primer->events.events, ElementsAre(ShiftBy(100), 62, 64, ShiftBy(100), 190, 192));
  EXPECT_THAT(primer->notes, ElementsAre(HasSubstr("several programs")));
}

TEST(PerformanceKind, OfOneInstrumentTheFullestProgramGoesOn) {
  NoteSequence music = ParseMusic("60@0+1 62@1+1 64@1+1");
  for (int i : {1, 2}) music.mutable_notes(i)->set_program(40);
  const auto kind = MakePerformanceKind({.form = PerformanceForm::kEvents});
  const auto primer = kind->ReadPrimer(*Quantize(music, kGrid), {.generate_start_step = 200});
  ASSERT_TRUE(primer.ok()) << primer.status();
  EXPECT_EQ(primer->program, 40);
  EXPECT_THAT(primer->events.events, ElementsAre(ShiftBy(100), 62, 64, ShiftBy(100), 190, 192));
  EXPECT_THAT(primer->notes,
              ElementsAre(HasSubstr("several programs on instrument 0: 40, which has the most")));
}

TEST(PerformanceKind, DrumsAreNeverHeard) {
  // All on one program; the second is a drum, then all are.
  NoteSequence music = ParseMusic("60@0+1 36@0+1 64@1+1");
  music.mutable_notes(1)->set_is_drum(true);
  music.mutable_notes(1)->set_instrument(9);
  for (const PerformanceForm form :
       {PerformanceForm::kEvents, PerformanceForm::kLoudEvents, PerformanceForm::kWholeNotes}) {
    const auto kind = MakePerformanceKind({.form = form});
    const auto alone = kind->ReadPrimer(Steps("60@0+1 64@1+1"), {.generate_start_step = 200});
    const auto beside = kind->ReadPrimer(*Quantize(music, kGrid), {.generate_start_step = 200});
    ASSERT_TRUE(beside.ok()) << beside.status();
    EXPECT_EQ(beside->events.events, alone->events.events);
    EXPECT_FALSE(beside->is_drum);
    EXPECT_THAT(beside->notes, ElementsAre("1 drum note left out"));
  }
  // More drums than notes, on a program of their own.
  music.mutable_notes(0)->set_program(40);
  music.mutable_notes(2)->set_is_drum(true);
  music.mutable_notes(2)->set_instrument(9);
  const auto kind = MakePerformanceKind({.form = PerformanceForm::kEvents});
  const auto fewer = kind->ReadPrimer(*Quantize(music, kGrid), {.generate_start_step = 200});
  EXPECT_THAT(fewer->events.events, ElementsAre(60, ShiftBy(100), 188, ShiftBy(100)));
  EXPECT_EQ(fewer->program, 40);
  music.mutable_notes()->DeleteSubrange(0, 1);
  const auto none = kind->ReadPrimer(*Quantize(music, kGrid), {.generate_start_step = 200});
  EXPECT_THAT(none->events.events, ElementsAre(ShiftBy(100)));
  EXPECT_THAT(none->notes, ElementsAre("2 drum notes left out"));
  EXPECT_FALSE(none->is_drum);
}

TEST(PerformanceKind, SaysWhatItMends) {
  const struct {
    const char* music;
    const char* said;
    std::vector<Event> events;
  } rows[] = {
      {"60@0+1/v0 64@0+1/v5", "1 note of velocity 0 left out", {64, ShiftBy(100), 192}},
      {"60@0+1/v5 64@0+1/v0", "1 note of velocity 0 left out", {60, ShiftBy(100), 188}},
      {"60@0+0 64@0+1",
       "1 note of no length: heard for one step",
       {60, 64, ShiftBy(1), 188, ShiftBy(99), 192}},
      {"60@0+1 64@1+1 65@1.5+1",
       "2 notes left out: they begin in the section to be generated",
       {60, ShiftBy(100), 188}},
      {"60@0+1 60@0.2+0.3",
       "1 note within a longer one of the same pitch: heard so that what begins first ends first",
       {60, ShiftBy(20), 60, ShiftBy(30), 188, ShiftBy(50), 188}},
  };
  const auto kind = MakePerformanceKind({.form = PerformanceForm::kEvents});
  for (const auto& row : rows) {
    const auto primer = kind->ReadPrimer(Steps(row.music), {.generate_start_step = 100});
    ASSERT_TRUE(primer.ok()) << primer.status();
    EXPECT_THAT(primer->notes, ElementsAre(row.said)) << row.music;
    EXPECT_EQ(primer->events.events, row.events) << row.music;
  }
  // One after another is as it was played.
  const auto primer = kind->ReadPrimer(Steps("60@0+0.5 60@0.2+0.6"), {.generate_start_step = 100});
  EXPECT_THAT(primer->notes, ElementsAre());
  const auto whole = MakePerformanceKind({.form = PerformanceForm::kWholeNotes});
  const std::tuple<const char*, int64_t, const char*> mended[] = {
      {"60@0+1 62@12+1", 1200, "1 note before a silence of over 10 seconds: not heard"},
      {"60@12+1", 1200, ""},
      {"60@2+11", 0, "1 note longer than 10 seconds: heard so long"}};
  for (const auto& [music, start, said] : mended) {
    PrimerRequest request = {.generate_start_step = 1400};
    const auto heard = whole->ReadPrimer(Steps(music), request);
    ASSERT_TRUE(heard.ok()) << heard.status();
    EXPECT_EQ(heard->start_step, start) << music;
    EXPECT_EQ(heard->events.events.size(), 1u) << music;
    EXPECT_EQ(heard->notes.empty() ? "" : heard->notes[0], said);
    request.reference_windows = true;
    EXPECT_THAT(ErrorMessage(whole->ReadPrimer(Steps(music), request).status()),
                HasSubstr("more than 1000"));
  }
}

TEST(PerformanceKind, OptionalConditionsGiveEachExampleTwice) {
  const auto kind = MakePerformanceKind({.optional_conditions = true});
  ExampleOptions options;
  options.Set("min_events", 0);
  const Examples examples = kind->ExtractExamples(Steps("60@0+1"), options);
  ASSERT_EQ(examples.sequences.size(), 2u);
  EXPECT_TRUE(examples.sequences[0].control.empty());
  EXPECT_FALSE(examples.sequences[1].control.empty());
}

}  // namespace
}  // namespace magenta
