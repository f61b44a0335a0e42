#include "magenta/kinds/drums_kind.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "tests/dump.h"

namespace magenta {
namespace {

// At 120 quarters a minute and four steps per quarter a step lasts this many seconds.
constexpr double kStep = 0.125;

QuantizedSequence OnDrumGrid(const std::string& music) {
  return *Quantize(ParseMusic(music, kStep), Grid());
}

/// "@0: 36+42 . 38 | what was said" (the pitches that Render plays), or the error.
std::string DumpDrums(const std::string& music, const PrimerRequest& request) {
  const auto kind = MakeDrumsKind(DrumKitTypes());
  const absl::StatusOr<Primer> primer = kind->ReadPrimer(OnDrumGrid(music), request);
  if (!primer.ok())
    return fmt::format("exit {}: {}", ExitStatus(primer.status()), ErrorMessage(primer.status()));
  std::vector<std::string> steps(primer->events.events.size(), ".");
  const NoteSequence played = kind->Render(primer->events, *primer, 120);
  for (const auto& note : played.notes()) {
    const auto step = static_cast<size_t>(note.start_time() / kStep) - primer->start_step;
    std::string& text = steps[step];
    text = (text == "." ? "" : text + "+") + std::to_string(note.pitch());
    EXPECT_TRUE(note.is_drum());
    EXPECT_EQ(note.instrument(), 9);
    EXPECT_EQ(note.velocity(), 100);
    EXPECT_EQ(note.end_time(), note.start_time() + kStep);
  }
  std::string dump = fmt::format("@{}:", primer->start_step);
  for (const std::string& step : steps) dump += " " + step;
  for (const std::string& note : primer->notes) dump += " | " + note;
  return dump;
}

TEST(DrumsKindTest, ReadsPrimersAndPlaysThemAsTheyWereStruck) {
  const struct {
    const char* what;
    const char* music;
    int generate_start_step;
    const char* dump;
  } kRows[] = {
      {"pitches stay, silence follows", "35@0+1/d 44@0+1/d 38@2+1/d", 4, "@0: 35+44 . 38 ."},
      {"a pitch of no type", "90@0+1/d 36@1+1/d", 2, "@0: 90 36"},
      {"a song", "36@0+1/d 60@0+4 64@0+4", 4,
       "@0: 36 . . . | 2 notes of other instruments left out: the drums are continued"},
      {"pads on any channel", "36@0+4 42@2+1", 4,
       "@0: 36 . 42 . | there are no drums: the notes are taken for drums; a file with drums "
       "would give some"},
      {"whole bars of silence before are left out", "36@18+1/d", 20, "@16: . . 36 ."},
      {"a hit that falls into the section", "36@0+1/d 38@4+1/d", 4, "@0: 36 . . ."},
      {"nothing", "", 8, "@7: . | there are no drums: it is taken as silence"},
      {"nothing, from the start", "", 0, "@-1: . | there are no drums: it is taken as silence"},
      {"only later ones", "36@8+1/d", 8, "@7: . | there are no drums: it is taken as silence"},
      {"too far away", "36@0+1/d", 1 << 21,
       "exit 2: the section to be generated begins 2097152 steps after the primer, more than "
       "1048576"},
      {"bars of three and a half steps", "M7/32@0 36@0+1/d", 8,
       "exit 3: a bar of 7/32 is 3.5 steps, no whole number"},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(DumpDrums(row.music, {0, row.generate_start_step, false}), row.dump) << row.what;
  }
  // The reference hears every note, and says nothing.
  EXPECT_EQ(DumpDrums("36@0+1/d 60@0+4", {0, 4, true}), "@0: 36+60 . . .");
  EXPECT_EQ(DumpDrums("36@20+1/d", {0, 4, true}).substr(0, 6), "exit 2");
}

TEST(DrumsKindTest, NewDrumsSoundWithTheirTypesPitches) {
  const auto kind = MakeDrumsKind(DrumKitTypes());
  const Primer primer = *kind->ReadPrimer(OnDrumGrid("35@0+1/d"), {0, 1, false});
  const auto renderer = kind->NewRenderer(primer, /*after_primer=*/true);
  std::vector<NoteChange> changes;
  for (const Event event : {1, 0, 5}) renderer->Add(event, changes);
  renderer->Finish(changes);
  std::string dump;
  for (const NoteChange& change : changes) {
    dump += fmt::format("{}{}@{} ", change.begins ? "+" : "-", change.pitch, change.step);
  }
  EXPECT_EQ(dump, "+36@0 -36@1 +36@2 +42@2 -36@3 -42@3 ");
  EXPECT_EQ(renderer->step(), 3);
}

TEST(DrumsKindTest, ExtractsMasksAndSaysWhatWasDropped) {
  ExampleOptions options;
  options.Set("min_bars", 1);
  const Examples examples = MakeDrumsKind(DrumKitTypes())
                                ->ExtractExamples(OnDrumGrid("M1/4@0 35@0+1/d 38@3+1/d 42@3+1/d "
                                                             "36@9+1/d 60@0+4"),
                                                  options);
  ASSERT_EQ(examples.sequences.size(), 1u);
  EXPECT_EQ(examples.sequences[0].events, (std::vector<Event>{1, 0, 0, 6}));
  ASSERT_EQ(examples.tracks.size(), 2u);
  EXPECT_TRUE(examples.tracks[0].kept);
  EXPECT_EQ(examples.tracks[1].outcome, "too_short");
  EXPECT_EQ(examples.counters.Of("drum_tracks_discarded_too_short"), 1);
}

TEST(DrumsKindTest, EventsAreReadAndTypedAsDrums) {
  const auto kind = MakeDrumsKind(DrumKitTypes());
  EXPECT_EQ(kind->EventText(0), "-");
  EXPECT_EQ(kind->EventText(1 | 4), "BD+CH");
  EXPECT_EQ(kind->EventText(-1), "-1");
  EXPECT_EQ(kind->EventText(1 << 9), "512");
  const std::string list = kind->ListText(std::vector<Event>{5, 0, 1});
  EXPECT_EQ(list, "[[36, 42], [], [36]]");
  const auto primer = kind->ParsePrimer(list, 120, Grid());
  ASSERT_TRUE(primer.ok()) << primer.status();
  EXPECT_EQ(primer->steps, 3);
  EXPECT_EQ(primer->sequence.notes_size(), 3);
}

TEST(DrumsKindTest, StartsFromABassDrum) {
  const DefaultPrimer primer =
      MakeDrumsKind(OneDrumType())->MakeDefaultPrimer(120, Grid::PerQuarter(2));
  EXPECT_EQ(primer.name, "one bass drum");
  ASSERT_EQ(primer.sequence.notes_size(), 1);
  EXPECT_EQ(primer.sequence.notes(0).pitch(), 36);
  EXPECT_EQ(primer.sequence.total_time(), 0.25);
}

}  // namespace
}  // namespace magenta
