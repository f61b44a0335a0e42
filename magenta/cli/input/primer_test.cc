#include "magenta/cli/input/primer.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/models/model_spec.h"
#include "tests/conformance/toy_kind.h"

namespace magenta::cli {
namespace {

std::string Dump(const absl::StatusOr<PrimerMusic>& primer) {
  if (!primer.ok())
    return fmt::format("{}: {}", ExitStatus(primer.status()), ErrorLine(primer.status()));
  std::string text =
      fmt::format("{} steps, {} s, {} qpm:", primer->steps, primer->end, primer->qpm);
  for (const auto& note : primer->sequence.notes()) {
    text += fmt::format(" {}@{}-{}", note.pitch(), note.start_time(), note.end_time());
  }
  return text;
}

PrimerFlags TypedTune(const std::string& text) { return {.typed = {{"primer_melody", text}}}; }
PrimerFlags TypedDrums(const std::string& text) { return {.typed = {{"primer_drums", text}}}; }

const MusicKind& Melodies() { return *FindModel("lookback_rnn").value()->kind; }
const MusicKind& Drums() { return *FindModel("drum_kit").value()->kind; }

TEST(Primer, Drums) {
  const struct {
    const char* drums;
    const char* dump;
  } rows[] = {
      {"[(36, 42), (), (42,)]", "3 steps, 0.375 s, 120 qpm: 36@0-0.125 42@0-0.125 42@0.25-0.375"},
      {"[(36,), ()]", "2 steps, 0.25 s, 120 qpm: 36@0-0.125"},
      {"grid: 8; BD |x-x-----|", "16 steps, 2 s, 120 qpm: 36@0-0.25 36@0.5-0.75"},
      {"[(36,",
       "2: --primer_drums: column 6: a MIDI pitch, 0 to 127, is missing. Give a list "
       "of steps, --primer_drums=\"[(36, 42), (), (42,)]\", or a grid, \"grid: 8; CH |xxxxxxxx|; "
       "BD "
       "|x---x---|\"."},
      {"[()]", "2: --primer_drums holds no note to go on from. Strike at least one drum."},
  };
  for (const auto& row : rows) {
    const auto primer = ReadPrimerFlags(TypedDrums(row.drums), Drums(), Grid());
    EXPECT_EQ(Dump(primer), row.dump) << row.drums;
    EXPECT_EQ(primer.ok() && primer->is_piece, row.drums[0] == 'g') << row.drums;
  }
  EXPECT_EQ(Dump(ReadPrimerFlags({}, Drums(), Grid::PerQuarter(2))),
            "1 steps, 0.25 s, 120 qpm: 36@0-0.25");
  EXPECT_THAT(
      Dump(ReadPrimerFlags(TypedTune("[60]"), Drums(), Grid())),
      testing::StartsWith("2: --primer_melody is for other models: this one makes drum tracks. "
                          "Give --primer_drums=\"[(36, 42), (), (42,)]\", or a file: "
                          "--primer_midi; --primer_melody is for --config=basic_rnn,"));
  EXPECT_EQ(Dump(ReadPrimerFlags(TypedDrums("[(36,)]"), Melodies(), Grid())),
            "2: --primer_drums is for other models: this one makes melodies. Give "
            "--primer_melody=\"[60, -2, 62, -1]\", or a file: --primer_midi; --primer_drums is for "
            "--config=one_drum, drum_kit.");
}

TEST(Primer, OfSeveralParts) {
  const MusicKind& score = *FindModel("score").value()->kind;
  const Grid grid = Grid::PerQuarter(12);
  EXPECT_EQ(Dump(ReadPrimerFlags(TypedTune("C4:4 E4:2 ."), score, grid)),
            "21 steps, 0.875 s, 120 qpm: 60@0-0.5 64@0.5-0.75");
  // A piece of its own.
  const auto none = ReadPrimerFlags({.qpm = 90}, score, grid);
  EXPECT_EQ(Dump(none), "0 steps, 0 s, 90 qpm:");
  EXPECT_TRUE(none->is_default && none->notes.empty());
}

TEST(Primer, OfChordsAreTypedInTwoWays) {
  const MusicKind& chords = *FindModel("polyphony").value()->kind;
  PrimerFlags flags = TypedTune("C4 - E4");
  EXPECT_EQ(Dump(ReadPrimerFlags(flags, chords, Grid())),
            "3 steps, 0.375 s, 120 qpm: 60@0-0.25 64@0.25-0.375");
  flags.typed["primer_pitches"] = "[60, 64]";
  const auto both = ReadPrimerFlags(flags, chords, Grid());
  EXPECT_EQ(Dump(both), "4 steps, 0.5 s, 120 qpm: 60@0-0.5 64@0-0.5");
  EXPECT_EQ(both->notes.at(0), "--primer_pitches counts, --primer_melody does not");
  const auto none = ReadPrimerFlags({}, chords, Grid());
  EXPECT_EQ(Dump(none), "0 steps, 0 s, 120 qpm:");
  EXPECT_EQ(none->notes.at(0),
            "no primer is given: starting from silence (--primer_pitches=\"[60, 64, 67]\")");
  flags.typed.erase("primer_melody");
  EXPECT_THAT(Dump(ReadPrimerFlags(flags, Melodies(), Grid())),
              testing::StartsWith("2: --primer_pitches is for other models: this one makes "
                                  "melodies. Give --primer_melody=\"[60, -2, 62, -1]\", or a file: "
                                  "--primer_midi; --primer_pitches is for --config=polyphony,"));
}

TEST(Primer, AKindOfYoursIsTypedInItsOwnWay) {
  const toy::ToyKind toys;
  const Grid seconds = Grid::PerSecond(10);
  const auto typed = [&](const char* text) {
    PrimerFlags flags;
    flags.typed["primer_toy"] = text;
    return Dump(ReadPrimerFlags(flags, toys, seconds));
  };
  EXPECT_EQ(typed("a.c"), "2 steps, 0.2 s, 120 qpm: 60@0-0.1 62@0.1-0.2");
  EXPECT_EQ(typed("x"), "2: --primer_toy: 'x' is no letter from a to l, and no dot. Give a.c.");
  EXPECT_THAT(
      Dump(ReadPrimerFlags(TypedTune("[60]"), toys, seconds)),
      testing::StartsWith(
          "2: --primer_melody is for other models: this one makes toys. Give --primer_toy=\"a.c\", "
          "or a file: --primer_midi; --primer_melody is for --config=basic_rnn,"));
  const auto start = ReadPrimerFlags({}, toys, seconds);
  ASSERT_TRUE(start.ok());
  EXPECT_EQ(start->notes.at(0), "no primer is given: starting from C (--primer_toy=\"a\")");
  EXPECT_EQ(toys.EventText(4), "E4");
  EXPECT_EQ(toys.EventText(toy::kToyPitches), "-");
}

TEST(Primer, StepsPerSecondAreSteps) {
  const Grid seconds = Grid::PerSecond(10);
  EXPECT_EQ(Dump(ReadPrimerFlags(TypedTune("[60, -2, 62]"), Melodies(), seconds)),
            "3 steps, 0.30000000000000004 s, 120 qpm: 60@0-0.2 62@0.2-0.30000000000000004");
  EXPECT_EQ(Dump(ReadPrimerFlags({}, Melodies(), seconds)), "1 steps, 0.1 s, 120 qpm: 60@0-0.1");
  EXPECT_EQ(Dump(ReadPrimerFlags({}, Drums(), seconds)), "1 steps, 0.1 s, 120 qpm: 36@0-0.1");
  EXPECT_EQ(ExitStatus(ReadPrimerFlags(TypedDrums("[(36,)]"), Drums(), seconds).status()), 2);
}

TEST(Primer, Melodies) {
  const struct {
    const char* melody;
    const char* dump;
  } rows[] = {
      {"[60]", "1 steps, 0.125 s, 120 qpm: 60@0-0.125"},
      {" [ 60 , -2,62 ] ", "3 steps, 0.375 s, 120 qpm: 60@0-0.25 62@0.25-0.375"},
      {"60,-1,-2,-2", "4 steps, 0.5 s, 120 qpm: 60@0-0.125"},
      {"(60, 62,)", "2 steps, 0.25 s, 120 qpm: 60@0-0.125 62@0.125-0.25"},
      {"[]", "2: --primer_melody has no note. Give at least one pitch in 0..127."},
      {"[60 62]",
       "2: --primer_melody: a comma is missing after event 0. Write it as --primer_melody=\"[60, "
       "-2, 62, -1]\", or with names, \"C4 - D4 .\"."},
      {"[60, x]",
       "2: --primer_melody: event 1 is no whole number: x. Write it as --primer_melody=\"[60, -2, "
       "62, -1]\", or with names, \"C4 - D4 .\"."},
      {"[60.0]",
       "2: --primer_melody: event 0 is no whole number: 60.0. Write it as --primer_melody=\"[60, "
       "-2, 62, -1]\", or with names, \"C4 - D4 .\"."},
      {"[60, 62",
       "2: --primer_melody: its '[' is never closed. Write it as --primer_melody=\"[60, -2, 62, "
       "-1]\", or with names, \"C4 - D4 .\"."},
      {"[60, 200]",
       "2: --primer_melody: event 1 is 200, not in -2..127. -2 is no event, -1 a note off, 0..127 "
       "are MIDI pitches."},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Dump(ReadPrimerFlags(TypedTune(row.melody), Melodies(), Grid())), row.dump)
        << row.melody;
  }
  PrimerFlags both = TypedTune("[60]");
  both.midi = "missing.mid";
  both.qpm = 60;
  EXPECT_EQ(Dump(ReadPrimerFlags(both, Melodies(), Grid())), "1 steps, 0.25 s, 60 qpm: 60@0-0.25");
}

TEST(Primer, MiddleCIsSaid) {
  const auto primer = ReadPrimerFlags({}, Melodies(), Grid());
  ASSERT_TRUE(primer.ok());
  EXPECT_EQ(Dump(primer), "1 steps, 0.125 s, 120 qpm: 60@0-0.125");
  ASSERT_EQ(primer->notes.size(), 1u);
  EXPECT_NE(primer->notes.at(0).find("middle C"), std::string::npos);
}

TEST(Primer, TheDefaultCountsInWhatIsAskedFor) {
  const struct {
    std::optional<int> new_steps, bars;
    const char* melody;
    const char* section;  // seconds; a bar is 2
  } rows[] = {
      {std::nullopt, 2, "", "0.125 4"},
      {7, std::nullopt, "", "0.125 0.875"},
      {std::nullopt, 2, "[60]", "0.125 6"},
      {7, std::nullopt, "[60]", "0.125 1"},
      {1, std::nullopt, "",
       "the primer takes 1 step, and --new_steps=1 counts it too. Give "
       "--new_steps=2 for as many new ones."},
  };
  for (const auto& row : rows) {
    ContinuationOptions options;
    options.new_steps = row.new_steps;
    options.bars = row.bars;
    const auto primer = ReadPrimerFlags(TypedTune(row.melody), Melodies(), Grid());
    const auto request = MakeRequest(*primer, options);
    std::string section = ErrorLine(request.status());
    if (request.ok()) {
      const auto& asked = request->generator_options().generate_sections(0);
      section = fmt::format("{} {}", asked.start_time(), asked.end_time());
    }
    EXPECT_EQ(section, row.section) << row.melody;
  }
}

TEST(Primer, BarsAfterTheDefaultAreOfTheTempoAskedFor) {
  for (const char* model : {"performance", "polyphony", "lookback_rnn"}) {
    const ModelSpec& spec = *FindModel(model).value();
    for (const double qpm : {30, 60, 120, 240}) {
      ContinuationOptions options;
      options.bars = 2;
      options.grid = spec.grid;
      const auto primer = ReadPrimerFlags({"", qpm, "", {}}, *spec.kind, spec.grid);
      ASSERT_TRUE(primer.ok()) << primer.status();
      const auto request = MakeRequest(*primer, options);
      ASSERT_TRUE(request.ok()) << request.status();
      EXPECT_NEAR(request->generator_options().generate_sections(0).end_time(), 8 * 60 / qpm, 1e-9)
          << model << " at " << qpm;
    }
  }
}

/// `sequence` as a MIDI file that is gone afterwards.
absl::StatusOr<PrimerMusic> ReadBack(const NoteSequence& sequence, std::optional<double> qpm) {
  const auto path =
      std::filesystem::temp_directory_path() / fmt::format("magenta-primer-{}.mid", ::getpid());
  EXPECT_TRUE(WriteFile(path.string(), *WriteMidi(sequence)).ok());
  auto primer = ReadPrimerFlags({path.string(), qpm, "", {}}, Melodies(), Grid());
  std::filesystem::remove(path);
  return primer;
}

TEST(Primer, AFilesTempoWinsAndItsChangesCount) {
  NoteSequence sequence;
  sequence.add_tempos()->set_qpm(60);
  auto* note = sequence.add_notes();
  note->set_pitch(60);
  note->set_velocity(90);
  note->set_end_time(4);
  const auto one = ReadBack(sequence, 200);
  ASSERT_TRUE(one.ok());
  EXPECT_DOUBLE_EQ(one->steps, 16);
  EXPECT_DOUBLE_EQ(one->qpm, 60);
  ASSERT_EQ(one->notes.size(), 1u);
  EXPECT_NE(one->notes.at(0).find("--qpm=200"), std::string::npos);
  auto* faster = sequence.add_tempos();
  faster->set_time(2);
  faster->set_qpm(120);
  const auto two = ReadBack(sequence, std::nullopt);
  ASSERT_TRUE(two.ok());
  EXPECT_NEAR(two->steps, 8 + 16, 1e-6);
  EXPECT_DOUBLE_EQ(two->qpm, 120);
}

TEST(Primer, OfATFRecordThePieceThatIsChosen) {
  TemporaryFolder folder;
  const std::string path = folder.Path().value() + "/many.tfrecord";
  auto records = RecordWriter::Create(path);
  ASSERT_TRUE(records.ok());
  for (int i = 0; i < 5; ++i) {
    NoteSequence sequence;
    sequence.set_filename(fmt::format("tune {}", 'a' + i));
    auto* note = sequence.add_notes();
    note->set_pitch(60 + i);
    note->set_velocity(90);
    note->set_end_time(1);
    ASSERT_TRUE(records->Write(sequence.SerializeAsString()).ok());
  }
  ASSERT_TRUE(records->Commit().ok());
  const auto read = [&](const std::string& part) {
    PrimerFlags flags;
    flags.midi = path;
    flags.part = part;
    return ReadPrimerFlags(flags, Melodies(), Grid());
  };
  EXPECT_EQ(read("1")->sequence.notes(0).pitch(), 60);
  EXPECT_EQ(read("4")->sequence.notes(0).pitch(), 63);
  EXPECT_EQ(read("tune 98")->sequence.notes(0).pitch(), 61);
  EXPECT_EQ(ExitStatus(read("6").status()), 2);
  EXPECT_EQ(ExitStatus(read("").status()), 2);
}

TEST(Primer, OfPatternsTheOnlyOneThatCanBeReadIsChosenByItsTitleToo) {
  TemporaryFolder folder;
  const std::string path = folder.Path().value() + "/two.drums";
  ASSERT_TRUE(WriteFile(path,
                        "pattern: bad\ngrid: 8\nBD |xq--x---|\n\n"
                        "pattern: Ok\ngrid: 8\nBD |x---x---|\n")
                  .ok());
  const auto read = [&](const char* part) {
    return ReadPrimerFlags({path, std::nullopt, part, {}}, Drums(), Grid());
  };
  for (const char* part : {"", "ok", "Ok", "2"}) {
    const auto primer = read(part);
    ASSERT_TRUE(primer.ok()) << part << ": " << primer.status();
    EXPECT_EQ(primer->sequence.notes_size(), 2) << part;
    EXPECT_FALSE(primer->part.has_value()) << part;
  }
  EXPECT_EQ(ExitStatus(read("1").status()), 2);
  EXPECT_EQ(ExitStatus(read("bad").status()), 2);
  EXPECT_EQ(ExitStatus(read("o").status()), 2);
}

TEST(Primer, Requests) {
  const auto section = [](const char* melody, int num_steps, bool reference) {
    const auto primer = ReadPrimerFlags(TypedTune(melody), Melodies(), Grid());
    ContinuationOptions options;
    options.num_steps = num_steps;
    options.reference_windows = reference;
    const auto request = MakeRequest(*primer, options);
    if (!request.ok()) return ErrorLine(request.status());
    const auto& asked = request->generator_options().generate_sections(0);
    return fmt::format("{} {}", asked.start_time(), asked.end_time());
  };
  EXPECT_EQ(section("[60]", 128, false), "0.125 16");
  EXPECT_EQ(section("[60, -2, -1, -2]", 16, false), "0.5 2");
  EXPECT_EQ(section("[60, -2, -1, -2]", 16, true), "0.375 2");
  EXPECT_EQ(section("[60, 62]", 3, false), "0.25 0.375");
  EXPECT_EQ(
      section("[60, 62]", 2, false),
      "the primer takes 2 steps, and --num_steps=2 counts them too. Give --num_steps=4 for as "
      "many new ones.");
}

}  // namespace
}  // namespace magenta::cli
