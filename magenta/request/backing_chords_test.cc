#include "magenta/request/backing_chords.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <limits>

#include "magenta/base/status.h"
#include "magenta/kinds/lead_sheet_kind.h"
#include "magenta/request/continuation.h"

namespace magenta {
namespace {

using SourceInfo = NoteSequence::SourceInfo;

TEST(BackingChordsTest, SplitsAtBlanksCommasAndBarLines) {
  EXPECT_EQ(fmt::format("{}", fmt::join(SplitChords("C  G|Am7,F/A | N.C."), ";")),
            "C;G;Am7;F/A;N.C.");
  EXPECT_TRUE(SplitChords(" | ").empty());
}

std::string ChordsIn(const GenerateSequenceRequest& request,
                     const std::vector<std::string>& notes) {
  std::string dump;
  for (const auto& text : request.input_sequence().text_annotations()) {
    dump += fmt::format("{}@{} ", text.text(), text.time());
  }
  for (const std::string& note : notes) dump += "| " + note + " ";
  return dump;
}

/// Over sections of [start, end) seconds.
std::string Added(const std::vector<std::pair<double, double>>& sections, int steps_per_chord,
                  bool from_new) {
  GenerateSequenceRequest request;
  for (const auto& [start, end] : sections) {
    auto* section = request.mutable_generator_options()->add_generate_sections();
    section->set_start_time(start);
    section->set_end_time(end);
  }
  std::vector<std::string> notes;
  const absl::Status added =
      AddBackingChords({{"C", "Am"}, steps_per_chord, {}}, from_new, Grid(), request, notes);
  return added.ok() ? ChordsIn(request, notes) : ErrorLine(added);
}

TEST(BackingChordsTest, ReachFromTheFirstSectionToTheEndOfTheLast) {
  EXPECT_EQ(Added({{4, 5}, {2, 3}}, 8, true),
            "C@2 Am@3 C@4 | the chords begin where the new music begins | 2 chords are shorter "
            "than the music: repeated ");
  EXPECT_EQ(Added({{2, 4}}, 16, false), "C@0 Am@2 ");
}

// What is wrong with them is told by who reads sections.
TEST(BackingChordsTest, SectionsThatAreNoneGetNone) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = HUGE_VAL;
  for (const auto& [start, end] : {std::pair(nan, 2.0), {0, nan}, {3, 2}, {-1, -0.5}, {0, inf}}) {
    EXPECT_EQ(Added({{start, end}}, 8, true), "") << start << " " << end;
  }
  EXPECT_EQ(Added({{0, 1e9}}, 1, false),
            "8000000000 chords would stand in the music, each 1 step(s) long. At most 65536 can: "
            "let each last longer, or make less music.");
}

/// A bar of music, as a request without sections has it: the section that it gets, and the chords.
std::string Completed(GenerateArgs args, SourceInfo::EncodingType encoding) {
  static const auto kind = MakeLeadSheetKind({});
  GenerateSequenceRequest request;
  auto& input = *request.mutable_input_sequence();
  if (encoding != SourceInfo::UNKNOWN_ENCODING_TYPE) {
    input.mutable_source_info()->set_encoding_type(encoding);
  }
  auto* note = input.add_notes();
  note->set_end_time(2);
  note->set_pitch(60);
  input.set_total_time(2);
  std::vector<std::string> notes;
  const auto whole = CompleteRequest(*kind, args, Grid(), request, notes);
  if (!whole.ok()) return ErrorLine(whole.status());
  const auto& section = (*whole)->generator_options().generate_sections(0);
  return fmt::format("[{}, {}) {}", section.start_time(), section.end_time(),
                     ChordsIn(**whole, notes));
}

TEST(BackingChordsTest, LastABarOfTheMeter) {
  static const auto kind = MakeLeadSheetKind({});
  GenerateSequenceRequest request;
  auto* meter = request.mutable_input_sequence()->add_time_signatures();
  meter->set_numerator(3);
  meter->set_denominator(4);
  auto* note = request.mutable_input_sequence()->add_notes();
  note->set_end_time(0.5);
  note->set_pitch(60);
  GenerateArgs args;
  args.chords.symbols = {"C", "Am"};
  std::vector<std::string> notes;
  const auto whole = CompleteRequest(*kind, args, Grid(), request, notes);
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_EQ(ChordsIn(**whole, notes), "C@0 Am@1.5 ");
  EXPECT_EQ((*whole)->generator_options().generate_sections(0).end_time(), 3);
}

TEST(BackingChordsTest, SayHowFarARequestGoesWhereNothingElseDoes) {
  GenerateArgs args;
  args.chords.symbols = {"C", "Am"};
  EXPECT_EQ(Completed(args, SourceInfo::UNKNOWN_ENCODING_TYPE), "[2, 4) C@0 Am@2 ");
  EXPECT_EQ(Completed(args, SourceInfo::MIDI),
            "[2, 6) C@2 Am@4 | the chords begin where the new music begins ");
  args.chords.from_new = false;
  EXPECT_EQ(Completed(args, SourceInfo::MIDI), "[2, 4) C@0 Am@2 ");
  args.bars = 2;
  EXPECT_EQ(Completed(args, SourceInfo::MIDI),
            "[2, 6) C@0 Am@2 C@4 | 2 chords are shorter than the music: repeated ");
  args.bars.reset();
  args.chords.symbols = {"C"};
  EXPECT_EQ(Completed(args, SourceInfo::MIDI),
            "the input takes 16 steps, the chords 16, and no new step would be left. Give more "
            "chords, or bars: they repeat.");
}

}  // namespace
}  // namespace magenta
