#include "magenta/kinds/melody_kind.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/music/quantize.h"

namespace magenta {
namespace {

/// A note in steps of an eighth of a second (4 a quarter at 120 quarters a minute).
struct StepNote {
  int pitch;
  int start;
  int end;
  int instrument = 0;
  bool is_drum = false;
};

QuantizedSequence OnGrid(const std::vector<StepNote>& notes) {
  NoteSequence sequence;
  sequence.add_tempos()->set_qpm(120);
  for (const StepNote& step : notes) {
    auto* note = sequence.add_notes();
    note->set_pitch(step.pitch);
    note->set_velocity(80);
    note->set_instrument(step.instrument);
    note->set_is_drum(step.is_drum);
    note->set_start_time(step.start / 8.0);
    note->set_end_time(step.end / 8.0);
    sequence.set_total_time(std::max(sequence.total_time(), note->end_time()));
  }
  auto* info = sequence.add_instrument_infos();
  info->set_instrument(1);
  info->set_name("Flute");
  return *Quantize(std::move(sequence), Grid());
}

std::string DumpEvents(const std::vector<Event>& events) {
  std::string dump;
  for (const Event event : events) {
    dump += event == kNoEvent ? " ." : event == kNoteOff ? " -" : fmt::format(" {}", event);
  }
  return dump;
}

/// "@0 t0: 60 . . | 2 chords: ..." or the error.
std::string DumpPrimer(const std::vector<StepNote>& notes, const PrimerRequest& request,
                       const MelodyKindOptions& options = {}) {
  const absl::StatusOr<Primer> primer = MakeMelodyKind(options)->ReadPrimer(OnGrid(notes), request);
  if (!primer.ok())
    return fmt::format("exit {}: {}", ExitStatus(primer.status()), ErrorMessage(primer.status()));
  std::string dump = fmt::format("@{} t{}:{}", primer->start_step, primer->transpose,
                                 DumpEvents(primer->events.events));
  for (const std::string& note : primer->notes) dump += " | " + note;
  return dump;
}

TEST(MelodyKindTest, ReadsPrimers) {
  const struct {
    const char* what;
    std::vector<StepNote> notes;
    int generate_start_step;
    const char* dump;
  } kRows[] = {
      {"one note that sounds to the section", {{60, 0, 4}}, 4, "@0 t0: 60 . . ."},
      {"trailing rests are kept", {{60, 0, 2}}, 6, "@0 t0: 60 . - . . ."},
      {"a note over the start of the section is left open", {{60, 0, 9}}, 4, "@0 t0: 60 . . ."},
      {"whole bars of silence before are left out", {{60, 34, 36}}, 36, "@32 t0: . . 60 ."},
      {"key", {{62, 0, 1}, {66, 1, 2}, {69, 2, 3}}, 3, "@0 t-2: 60 64 67"},
      {"out of range",
       {{20, 0, 1}, {100, 1, 2}},
       2,
       "@0 t8: 52 72 | 2 notes outside the model's range moved by octaves"},
      {"chords",
       {{60, 0, 2}, {64, 0, 2}, {67, 0, 2}, {65, 2, 4}, {62, 2, 4}},
       4,
       "@0 t0: 67 . 65 . | 2 chords: the highest note of each kept"},
      {"the higher of two instruments",
       {{60, 0, 4}, {72, 0, 4, 1}},
       4,
       "@0 t-12: 60 . . . | 2 parts with notes: 2 (Flute) is continued, whose notes lie "
       "highest; left out: 1"},
      {"drums", {{38, 0, 1, 2, true}, {60, 0, 4}}, 4, "@0 t0: 60 . . . | 1 drum note left out"},
      {"notes of the section itself",
       {{60, 0, 4}, {62, 4, 8}},
       4,
       "@0 t0: 60 . . . | 1 note left out: it begins in the section to be generated"},
      {"nothing", {}, 8, "@7 t0: . | the primer has no melody: it is taken as silence"},
      {"nothing, from the start",
       {},
       0,
       "@-1 t0: . | the primer has no melody: it is taken as silence"},
      {"only later notes",
       {{60, 8, 12}},
       8,
       "@7 t0: . | 1 note left out: it begins in the section to be generated | the primer has no "
       "melody: it is taken as silence"},
      {"too far away",
       {{60, 0, 4}},
       1 << 21,
       "exit 2: the section to be generated begins 2097152 steps after the primer, more than "
       "1048576"},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(DumpPrimer(row.notes, {0, row.generate_start_step, false}), row.dump) << row.what;
  }
}

TEST(MelodyKindTest, ReferenceWindowsRefuseWhatTheReferenceRefuses) {
  const struct {
    const char* what;
    std::vector<StepNote> notes;
    int generate_start_step;
    const char* dump;
  } kRows[] = {
      {"forced rest", {{60, 0, 4}}, 6, "@0 t0: 60 . . . - ."},
      {"nothing",
       {},
       0,
       "exit 2: the section to be generated begins at step 0: no step is left for a primer"},
      {"nothing", {}, 8, "@7 t0: . | the primer has no melody: it is taken as silence"},
      {"two instruments",
       {{60, 0, 4}, {72, 0, 4, 1}},
       4,
       "exit 2: the primer has 2 instruments with a melody: 1, 2 (Flute)"},
      {"late melody",
       {{60, 16, 20}},
       16,
       "exit 2: the primer's melody starts at step 16, the section to be generated at 16"},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(DumpPrimer(row.notes, {0, row.generate_start_step, true}), row.dump) << row.what;
  }
}

TEST(MelodyKindTest, WithoutAKeyPitchesStay) {
  const MelodyKindOptions any_key = {.min_note = 0, .max_note = 128, .transpose_to_key = {}};
  EXPECT_EQ(DumpPrimer({{62, 0, 1}, {1, 1, 2}}, {0, 2, false}, any_key), "@0 t0: 62 1");
}

TEST(MelodyKindTest, RendersWhereAndHowHighThePrimerStood) {
  const auto kind = MakeMelodyKind({});
  Primer primer =
      *kind->ReadPrimer(OnGrid({{62, 16, 17}, {66, 17, 18}, {69, 18, 19}}), {0, 19, false});
  EventSequence events = primer.events;
  for (const Event event : {kNoEvent, 72, kNoteOff, kNoEvent}) events.events.push_back(event);
  const NoteSequence rendered = kind->Render(events, primer, 60);
  ASSERT_EQ(rendered.notes_size(), 4);
  EXPECT_EQ(rendered.notes(0).pitch(), 62);
  EXPECT_EQ(rendered.notes(0).start_time(), 4.0);
  EXPECT_EQ(rendered.notes(2).pitch(), 69);
  EXPECT_EQ(rendered.notes(2).end_time(), 5.0);
  EXPECT_EQ(rendered.notes(3).pitch(), 74);
  EXPECT_EQ(rendered.notes(3).end_time(), 5.25);
  EXPECT_EQ(rendered.tempos(0).qpm(), 60);
}

TEST(MelodyKindTest, RendersAnEmptyPrimerFromZero) {
  const auto kind = MakeMelodyKind({});
  const Primer primer = *kind->ReadPrimer(OnGrid({}), {0, 0, false});
  EventSequence events = primer.events;
  events.events.push_back(60);
  const NoteSequence rendered = kind->Render(events, primer, 120);
  ASSERT_EQ(rendered.notes_size(), 1);
  EXPECT_EQ(rendered.notes(0).start_time(), 0.0);
  EXPECT_EQ(rendered.notes(0).end_time(), 0.125);
}

TEST(MelodyKindTest, APrimerIsInTheKeyThatIsGiven) {
  const std::vector<StepNote> notes = {{62, 0, 1}, {66, 1, 2}, {69, 2, 3}};
  PrimerRequest request;
  request.generate_start_step = 3;
  // Found: D major. Given: G major; then out of which range it lies is another matter, too.
  EXPECT_EQ(DumpPrimer(notes, request), "@0 t-2: 60 64 67");
  request.key = 7;
  EXPECT_EQ(DumpPrimer(notes, request), "@0 t5: 67 71 74");
  request.key = 2;
  EXPECT_EQ(DumpPrimer(notes, request), "@0 t-2: 60 64 67");
  // Where nothing is moved to a key, it means nothing.
  EXPECT_EQ(DumpPrimer(notes, request, {48, 84, std::nullopt}), "@0 t0: 62 66 69");
  EXPECT_TRUE(MakeMelodyKind({})->MovesToKey());
  EXPECT_FALSE(MakeMelodyKind({48, 84, std::nullopt})->MovesToKey());
}

TEST(MelodyKindTest, EventsAreReadAndTypedAsNotes) {
  const auto kind = MakeMelodyKind({});
  EXPECT_EQ(kind->EventText(61), "C#4");
  EXPECT_EQ(kind->EventText(kNoteOff), "off");
  EXPECT_EQ(kind->EventText(kNoEvent), "-");
  const std::string list = kind->ListText(std::vector<Event>{60, kNoEvent, kNoteOff});
  EXPECT_EQ(list, "[60, -2, -1]");
  EXPECT_EQ(kind->ParsePrimer(list, 120, Grid())->steps, 3);
}

TEST(MelodyKindTest, NoNoteLeavesMidisRange) {
  // A primer at the top is moved down, and what is drawn above it comes back too high.
  const std::vector<std::vector<StepNote>> rows = {
      {{120, 0, 1}, {122, 1, 2}, {124, 2, 3}, {127, 3, 4}}, {{2, 0, 1}, {0, 1, 2}, {3, 2, 3}}};
  for (const std::vector<StepNote>& notes : rows) {
    PrimerRequest request;
    request.generate_start_step = static_cast<int>(notes.size());
    const auto primer = MakeMelodyKind({})->ReadPrimer(OnGrid(notes), request);
    ASSERT_TRUE(primer.ok());
    EventSequence events = primer->events;
    for (const Event event : {48, 83, 59, 72}) events.events.push_back(event);
    const NoteSequence music = MakeMelodyKind({})->Render(events, *primer, 120);
    ASSERT_EQ(music.notes_size(), static_cast<int>(events.events.size()));
    for (int i = 0; i < music.notes_size(); ++i) {
      const int pitch = music.notes(i).pitch();
      EXPECT_TRUE(pitch >= 0 && pitch <= 127) << pitch;
      EXPECT_EQ((pitch - events.events[i] + primer->transpose) % 12, 0);
    }
  }
}

TEST(MelodyKindTest, ExtractsSquashedMelodiesAndSaysWhatWasDropped) {
  std::vector<StepNote> notes;
  for (int i = 0; i < 16; ++i) notes.push_back({74 + i % 5, i, i + 1});
  notes.push_back({50, 0, 4, 1});
  ExampleOptions options;
  options.Set("min_bars", 1);
  const Examples examples = MakeMelodyKind({})->ExtractExamples(OnGrid(notes), options);
  ASSERT_EQ(examples.sequences.size(), 1u);
  EXPECT_EQ(examples.sequences[0].events.size(), 16u);
  EXPECT_EQ(examples.sequences[0].events[0], 74 + examples.transpositions[0]);
  ASSERT_EQ(examples.tracks.size(), 2u);
  EXPECT_TRUE(examples.tracks[0].kept);
  EXPECT_EQ(examples.tracks[1].outcome, "too_short");
  EXPECT_EQ(examples.tracks[1].name, "Flute");
  EXPECT_EQ(examples.tracks[1].flag, "--min_bars=0");
  EXPECT_EQ(examples.counters.Of("melodies_discarded_too_short"), 1);
}

}  // namespace
}  // namespace magenta
