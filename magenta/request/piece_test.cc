#include "magenta/request/piece.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "magenta/music/parts.h"
#include "tests/dump.h"

namespace magenta {
namespace {

struct Row {
  const char* what;
  const char* input;   // at 120: a step is 0.125 s
  const char* melody;  // as a model gives it, on the grid
  double start, end;   // of the section
  PieceOptions options;
  const char* piece;
};

std::string With(const Row& row) {
  const NoteSequence input = ParseMusic(row.input);
  GeneratorOptions options;
  auto* section = options.add_generate_sections();
  section->set_start_time(row.start);
  section->set_end_time(row.end);
  const auto plan = PlanSection(
      row.options.instrument.has_value() ? OnlyInstrument(input, *row.options.instrument) : input,
      options, Grid(), false);
  if (!plan.ok()) return std::string(plan.status().message());
  return DumpMusic(Piece(input, *plan, row.options).With(ParseMusic(row.melody)));
}

TEST(Piece, KeepsWhatItIs) {
  const PieceOptions first = {0, true, {}}, alone = {0, false, {}}, flute = {0, true, 73};
  const Row rows[] = {
      {"notes go on", "T120@0 60@0+1", "60@0+1 62@1+0.5", 1, 2, first, "T120@0 60@0+1 62@1+0.5"},
      {"meter, key and chords stay; what begins later is left out",
       "M6/8@0 T120@0 K7@0 C64=127@0 C64=0@1 \"G@0 \"D@1 60@0+1", "60@0+1 62@1+0.5", 1, 2, first,
       "M6/8@0 T120@0 K7@0 C64=127@0 C64=0@1 \"G@0 60@0+1 62@1+0.5"},
      {"loud as before", "T120@0 60@0+1/v40 62@1+1/v60", "60@0+1 62@1+1 64@2+1", 2, 3, first,
       "T120@0 60@0+1/v40 62@1+1/v60 64@2+1/v50"},
      {"a note is held on", "T120@0 60@0+1", "60@0+1.5 62@1.5+0.5", 1, 2, first,
       "T120@0 60@0+1.5 62@1.5+0.5"},
      {"played times stay", "T120@0 60@0.01+0.95", "60@0+1 62@1+0.5", 1, 2, first,
       "T120@0 60@0.01+0.95 62@1+0.5"},
      {"other parts stay", "T120@0 60@0+1 48@0+1/i1 36@0.5+0.5/i2/d", "60@0+1 62@1+1", 1, 2, first,
       "T120@0 60@0+1 48@0+1/i1 36@0.5+0.5/i2/d 62@1+1"},
      {"or not", "T120@0 60@0+1 48@0+1/i1 36@0.5+0.5/i2/d", "60@0+1 62@1+1", 1, 2, alone,
       "T120@0 60@0+1 62@1+1"},
      {"other parts stay up to the continuation of one", "T120@0 60@0+1 48@0+1.5/i1 50@1.5+4/i1",
       "60@0+1 62@1+1", 1, 2, first, "T120@0 60@0+1 48@0+1/i1 62@1+1"},
      {"what is not heard becomes a part", "T120@0 60@0+1 48@0+1 64@0+1", "64@0+1 62@1+1", 1, 2,
       first, "T120@0 60@0+1/i1 48@0+1/i1 64@0+1 62@1+1"},
      {"or is left out", "T120@0 60@0+1 48@0+1 64@0+1", "64@0+1 62@1+1", 1, 2, alone,
       "T120@0 64@0+1 62@1+1"},
      {"a short last bar is filled", "M1/4@0 M4/4@0.5 M3/4@4.5 T120@0 60@0+6", "60@0+6 62@6+1", 6,
       8, first, "M1/4@0 M4/4@0.5 T120@0 60@0+6 62@6+1"},
      {"a real meter stays", "M4/4@0 M3/4@4 T120@0 60@0+10", "60@0+10 62@10+1", 10, 12, first,
       "M4/4@0 M3/4@4 T120@0 60@0+10 62@10+1"},
      {"changes of tempo stay", "T120@0 T60@1 60@0+1 62@1+1", "60@0+2 62@2+1 64@3+1", 2, 3, first,
       "T120@0 T60@1 60@0+1 62@1+1 64@2+1"},
      {"a fill", "T120@0 60@0+1 64@2+1 48@0+3/i1", "60@0+1 62@1+1 64@2+1", 1, 2, first,
       "T120@0 60@0+1 64@2+1 48@0+3/i1 62@1+1"},
      {"nothing to go on from", "T120@0", "62@1+1", 1, 2, {}, "T120@0 62@1+1"},
      {"drums alone", "T120@0 36@0+1/d", "62@1+1", 1, 2, {}, "T120@0 36@0+1/d 62@1+1/i1"},
      {"no tempo is 120", "60@0+1", "60@0+1 62@1+1", 1, 2, first, "T120@0 60@0+1 62@1+1"},
      {"its sound", "T120@0 60@0+1", "60@0+1 62@1+1", 1, 2, flute, "T120@0 60@0+1 62@1+1"},
  };
  for (const Row& row : rows) EXPECT_EQ(With(row), row.piece) << row.what;
}

TEST(Piece, DrumsGoOnAsTheyWerePlayed) {
  const PieceOptions all = {{}, true, {}, true}, alone = {{}, false, {}, true},
                     kit = {1, true, {}, true};
  const Row rows[] = {
      {"a song's drums go on, and the others stay up to there",
       "T120@0 35@0+0.125/i3/d/v60 38@0.5+0.125/i3/d/v80 60@0+1.5 48@0+1/i1",
       "36@0+0.125/d/i9 38@0.5+0.125/d/i9 42@1+0.125/d/i9", 1.5, 2, all,
       "T120@0 35@0+0.125/i3/v60/d 38@0.5+0.125/i3/v80/d 60@0+1.5 48@0+1/i1"},
      {"new ones are as loud as the others", "T120@0 36@0+0.125/i3/d/v60 38@0.5+0.125/i3/d/v80",
       "36@0+0.125/d/i9 42@1+0.125/d/i9 36@1+0.125/d/i9", 1, 2, all,
       "T120@0 36@0+0.125/i3/v60/d 38@0.5+0.125/i3/v80/d 42@1+0.125/i3/v70/d 36@1+0.125/i3/v70/d"},
      {"the drums alone", "T120@0 36@0+0.125/i3/d 60@0+1", "36@0+0.125/d/i9 42@1+0.125/d/i9", 1, 2,
       alone, "T120@0 36@0+0.125/i3/d 42@1+0.125/i3/d"},
      {"one of two kits", "T120@0 36@0+0.125/i1/d 38@0+0.125/i2/d", "36@0+0.125/d 42@1+0.125/d", 1,
       2, kit, "T120@0 36@0+0.125/i1/d 38@0+0.125/i2/d 42@1+0.125/i1/d"},
      {"what is taken for drums becomes drums", "T120@0 36@0+0.125 38@0.5+0.125/i2",
       "36@0+0.125/d 38@0.5+0.125/d 42@1+0.125/d", 1, 2, all,
       "T120@0 36@0+0.125/i9/d 38@0.5+0.125/i9/d 42@1+0.125/i9/d"},
      {"a fill", "T120@0 36@0+0.125/i9/d 38@2+0.125/i9/d 36@2+0.125/i9/d",
       "36@0+0.125/d 42@1+0.125/d 36@2+0.125/d 38@2+0.125/d", 1, 2, all,
       "T120@0 36@0+0.125/i9/d 38@2+0.125/i9/d 36@2+0.125/i9/d 42@1+0.125/i9/d"},
      {"nothing to go on from", "T120@0", "42@1+0.125/d", 1, 2, all, "T120@0 42@1+0.125/i9/d"},
  };
  for (const Row& row : rows) EXPECT_EQ(With(row), row.piece) << row.what;
}

TEST(Piece, APedalHoldsNoNewNotes) {
  const auto pedals = [](const char* music) {
    const NoteSequence input = ParseMusic(music);
    GeneratorOptions options;
    options.add_generate_sections()->set_start_time(1);
    options.mutable_generate_sections(0)->set_end_time(2);
    const auto plan = PlanSection(input, options, Grid(), false);
    EXPECT_TRUE(plan.ok()) << plan.status();
    std::string text;
    const NoteSequence piece = Piece(input, *plan, {0, true, {}}).With(ParseMusic("62@1+1"));
    for (const auto& change : piece.control_changes()) {
      text +=
          fmt::format("{}={}@{} ", change.control_number(), change.control_value(), change.time());
    }
    return text;
  };
  EXPECT_EQ(pedals("T120@0 C64=127@0.5 60@0+1"), "64=127@0.5 64=0@1 ");
  EXPECT_EQ(pedals("T120@0 C64=127@0.5 C64=0@0.75 60@0+1"), "64=127@0.5 64=0@0.75 ");
  EXPECT_EQ(pedals("T120@0 C7=90@0.5 60@0+1"), "7=90@0.5 ");
  // A fill, where what is given after it may go on with the pedal.
  const NoteSequence input = ParseMusic("T120@0 C64=127@0.5 60@0+0.75 64@3+1");
  GeneratorOptions options;
  options.add_generate_sections()->set_start_time(1);
  options.mutable_generate_sections(0)->set_end_time(2);
  const auto plan = PlanSection(input, options, Grid::PerSecond(100), false);
  ASSERT_TRUE(plan.ok()) << plan.status();
  PieceOptions performance;
  performance.instrument = 0;
  performance.chords = performance.own_velocities = true;
  // It is heard up to the section, and drawn into it; a new note would not end.
  const NoteSequence piece =
      Piece(input, *plan, performance).With(ParseMusic("60@0+1.5 62@1.25+2.75 64@3+1"));
  EXPECT_EQ(piece.notes(0).end_time(), 0.75);
  EXPECT_EQ(piece.notes(2).end_time(), 2);
  ASSERT_EQ(piece.control_changes_size(), 3);
  EXPECT_EQ(piece.control_changes(1).control_value(), 0);
  EXPECT_EQ(piece.control_changes(1).time(), 1);
  EXPECT_EQ(piece.control_changes(2).control_value(), 127);
  EXPECT_EQ(piece.control_changes(2).time(), 2);
}

TEST(Piece, NamesAndProgramsStay) {
  NoteSequence input = ParseMusic("T120@0 C7=90@0 60@0+1 48@0+1 43@0+1/i4");
  for (auto& note : *input.mutable_notes()) note.set_program(note.instrument() == 4 ? 33 : 40);
  auto* name = input.add_instrument_infos();
  name->set_name("Violin");
  input.mutable_sequence_metadata()->set_title("Song");
  input.set_id("id");
  input.set_ticks_per_quarter(6);
  GeneratorOptions options;
  options.add_generate_sections()->set_start_time(1);
  options.mutable_generate_sections(0)->set_end_time(2);
  const auto plan = PlanSection(input, options, Grid(), false);
  ASSERT_TRUE(plan.ok());
  const NoteSequence melody = ParseMusic("60@0+1 62@1+1");
  const NoteSequence kept = Piece(input, *plan, {0, true, {}}).With(melody);
  EXPECT_EQ(kept.sequence_metadata().title(), "Song");
  EXPECT_EQ(kept.id(), "");
  EXPECT_EQ(kept.ticks_per_quarter(), 12);
  EXPECT_EQ(kept.total_time(), 2);
  ASSERT_EQ(kept.notes_size(), 4);
  EXPECT_EQ(kept.notes(3).program(), 40);
  ASSERT_EQ(kept.instrument_infos_size(), 2);
  EXPECT_EQ(kept.instrument_infos(1).instrument(), 5);
  EXPECT_EQ(kept.instrument_infos(1).name(), "Violin (accompaniment)");
  EXPECT_EQ(kept.notes(1).instrument(), 5);
  EXPECT_EQ(kept.control_changes_size(), 2);
  const NoteSequence flute = Piece(input, *plan, {0, true, 73}).With(melody);
  EXPECT_EQ(flute.notes(0).program(), 73);
  EXPECT_EQ(flute.notes(1).program(), 40);
  EXPECT_EQ(flute.notes(2).program(), 33);
  EXPECT_EQ(flute.notes(3).program(), 73);
}

}  // namespace
}  // namespace magenta
