#include "magenta/request/continuation.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <vector>

#include "magenta/base/status.h"
#include "magenta/kinds/drums_kind.h"
#include "magenta/kinds/melody_kind.h"
#include "magenta/kinds/performance_kind.h"
#include "magenta/kinds/polyphony_kind.h"
#include "tests/dump.h"

namespace magenta {
namespace {

struct Music {
  std::vector<std::pair<double, double>> tempos;  // time, qpm
  std::vector<std::pair<double, double>> notes;   // start, end
  bool drums = false;
};

NoteSequence Sequence(const Music& music) {
  NoteSequence sequence;
  for (const auto& [time, qpm] : music.tempos) {
    auto* tempo = sequence.add_tempos();
    tempo->set_time(time);
    tempo->set_qpm(qpm);
  }
  for (const auto& [start, end] : music.notes) {
    auto* note = sequence.add_notes();
    note->set_start_time(start);
    note->set_end_time(end);
    note->set_is_drum(music.drums);
  }
  return sequence;
}

const MusicKind& Melodies() {
  static const auto kind = MakeMelodyKind({});
  return *kind;
}

const MusicKind& Drums() {
  static const auto kind = MakeDrumsKind(DrumKitTypes());
  return *kind;
}

/// "its end -> the section", or the error.
std::string Dump(const Music& music, const ContinuationOptions& options) {
  const auto end = EndOfNotes(Sequence(music), Melodies(), options.grid);
  if (!end.ok()) return ErrorLine(end.status());
  const auto request = ContinuationOf(Sequence(music), *end, options);
  if (!request.ok()) return ErrorLine(request.status());
  const auto& section = request->generator_options().generate_sections(0);
  return fmt::format("{} s, {} steps, {} qpm -> {} {}", end->seconds, end->steps, end->qpm,
                     section.start_time(), section.end_time());
}

TEST(Continuation, StepsOfTheWholeThroughChangesOfTempo) {
  ContinuationOptions plain, windows, named, late;
  plain.num_steps = windows.num_steps = 16;
  windows.reference_windows = true;
  late.reference_windows = true;
  late.new_steps = 1;
  named.num_steps = 4;
  named.steps_name = "steps";
  named.music_name = "the file";
  const struct {
    Music music;
    const ContinuationOptions& options;
    const char* dump;
  } rows[] = {
      {{{}, {{0, 1}}}, plain, "1 s, 8 steps, 120 qpm -> 1 2"},
      {{{{0, 60}}, {{0, 1}, {0.5, 0.75}}}, plain, "1 s, 4 steps, 60 qpm -> 1 4"},
      {{{{0, 60}}, {{0, 1}}}, windows, "1 s, 4 steps, 60 qpm -> 1.25 4"},
      // A second at 60 are 4 steps, a second at 120 are 8: 4 are left, of an eighth of a second.
      {{{{0, 60}, {1, 120}}, {{0, 2}}}, plain, "2 s, 12 steps, 120 qpm -> 2 2.5"},
      {{{{1, 120}, {0, 60}}, {{0, 2}}}, plain, "2 s, 12 steps, 120 qpm -> 2 2.5"},
      // A tempo after the last note is not yet heard.
      {{{{0, 60}, {5, 240}}, {{0, 2}}}, plain, "2 s, 8 steps, 60 qpm -> 2 4"},
      {{{}, {{0, 1}}},
       named,
       "the file takes 8 steps, and steps=4 counts them too. Give steps=12 for as many new ones."},
      {{{}, {{0, 1}}},
       late,
       "the primer ends at 1 s, and no new step would be left after it. Ask for more: with "
       "reference_windows the new music begins a step late."},
      {{{}, {}}, plain, "holds no note to go on from."},
      {{{}, {{0, 1}}, true}, plain, "holds drums alone, no note to go on from."},
  };
  for (const auto& row : rows) EXPECT_EQ(Dump(row.music, row.options), row.dump);
}

TEST(Continuation, TheReferenceLeavesAStepAfterALineAlone) {
  EXPECT_EQ(ReferenceGapOf(Melodies()), 1);
  EXPECT_EQ(ReferenceGapOf(Drums()), 1);
  EXPECT_EQ(ReferenceGapOf(*MakePolyphonyKind()), 0);
  EXPECT_EQ(ReferenceGapOf(*MakePerformanceKind({})), 0);
}

/// The section of `options` after `music` (of dump.h), in seconds.
std::string SectionAfter(const char* music, const ContinuationOptions& options,
                         const char* part = "") {
  const NoteSequence sequence = ParseMusic(music);
  std::optional<Part> chosen;
  if (*part != '\0') chosen = *FindPart(PartsOf(sequence), part, "part");
  const auto end = EndOfNotes(sequence, Melodies(), Grid(), chosen);
  if (!end.ok()) return ErrorLine(end.status());
  const auto request = ContinuationOf(sequence, *end, options);
  if (!request.ok()) return ErrorLine(request.status());
  const auto& section = request->generator_options().generate_sections(0);
  return fmt::format("{:.6g} {:.6g}", section.start_time(), section.end_time());
}

TEST(Continuation, DrumsAreGoneOnFromByWhoPlaysThem) {
  const MusicKind& melody = Melodies();
  const MusicKind& drums = Drums();
  NoteSequence grid = ParseMusic("M4/4@0 T120@0 36@0+0.125/d");
  grid.set_total_time(2);
  EXPECT_EQ(ErrorLine(EndOfNotes(grid, melody, Grid()).status()),
            "holds drums alone, no note to go on from.");
  EXPECT_EQ(EndOfNotes(grid, drums, Grid())->seconds, 2);
  grid.mutable_source_info()->set_encoding_type(NoteSequence::SourceInfo::MIDI);
  EXPECT_EQ(EndOfNotes(grid, drums, Grid())->seconds, 0.125);
  EXPECT_EQ(ErrorLine(EndOfNotes(NoteSequence(), drums, Grid()).status()),
            "holds no note to go on from.");
}

TEST(Continuation, NewBarsAndSteps) {
  const auto bars = [](int count) {
    ContinuationOptions options;
    options.bars = count;
    return options;
  };
  const auto steps = [](int count) {
    ContinuationOptions options;
    options.new_steps = count;
    return options;
  };
  const struct {
    const char* what;
    const char* music;
    ContinuationOptions options;
    const char* part;
    const char* section;
  } rows[] = {
      {"whole bars", "T120@0 60@0+4", bars(8), "", "4 20"},
      {"no tempo, no meter", "60@0+4", bars(1), "", "4 6"},
      {"from within a bar", "T120@0 60@0+3.5", bars(2), "", "3.5 8"},
      {"a jig", "T120@0 M6/8@0 60@0+6", bars(8), "", "6 18"},
      {"a pickup's last bar is filled first", "T120@0 M1/4@0 M4/4@0.5 M3/4@4.5 60@0+6", bars(4), "",
       "6 14.5"},
      {"through changes of tempo", "T120@0 T60@2 60@0+6", bars(2), "", "6 14"},
      {"through a change of meter", "T120@0 M4/4@0 M3/4@4 60@0+10", bars(2), "", "10 13"},
      {"played a little short", "T120@0 60@0+3.97", bars(1), "", "4 6"},
      {"played a little long", "T120@0 60@0+4.03", bars(1), "", "4 6"},
      {"steps", "T120@0 60@0+4", steps(3), "", "4 4.375"},
      {"steps after a short note", "T120@0 60@0+3.97", steps(3), "", "4 4.375"},
      {"steps through changes", "T120@0 T60@2 60@0+6", steps(3), "", "6 6.75"},
      {"a part that ends with the others", "T120@0 60@0+4 48@0+5/i1", bars(1), "1", "5 8"},
      {"one that ends long before", "T120@0 60@0+4 48@0+8/i1", bars(1), "1", "4 6"},
      {"the longer one", "T120@0 60@0+4 48@0+8/i1", bars(1), "2", "8 10"},
      {"all of them", "T120@0 60@0+4 48@0+8/i1", bars(1), "", "8 10"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(SectionAfter(row.music, row.options, row.part), row.section) << row.what;
  }
}

/// What CompleteRequest makes of a request: its notes, its sections, what it says.
std::string Complete(const std::optional<std::string>& music,
                     const std::vector<std::pair<double, double>>& sections,
                     const std::map<std::string, int>& args) {
  GenerateSequenceRequest request;
  if (music.has_value()) *request.mutable_input_sequence() = ParseMusic(*music);
  for (const auto& [start, end] : sections) {
    auto* section = request.mutable_generator_options()->add_generate_sections();
    section->set_start_time(start);
    section->set_end_time(end);
  }
  for (const auto& [name, value] : args) {
    (*request.mutable_generator_options()->mutable_args())[name].set_int_value(value);
  }
  const auto parsed = ParseGenerateArgs(request.generator_options());
  if (!parsed.ok()) return ErrorLine(parsed.status());
  std::vector<std::string> notes;
  const auto whole = CompleteRequest(*MakeMelodyKind({}), *parsed, Grid(), request, notes);
  if (!whole.ok()) return ErrorLine(whole.status());
  if (!whole->has_value()) return "whole";
  std::string dump = DumpMusic((*whole)->input_sequence());
  for (const auto& section : (*whole)->generator_options().generate_sections()) {
    dump += fmt::format(" [{:g} {:g}]", section.start_time(), section.end_time());
  }
  for (const std::string& note : notes) dump += " " + note;
  return dump;
}

TEST(CompleteRequest, OneRuleForNoPrimerAndForLengths) {
  const char* kSaid = " no primer is given: starting from middle C";
  EXPECT_EQ(Complete("T120@0 60@0+1", {{1, 2}}, {}), "whole");
  EXPECT_EQ(Complete("", {{0, 2}}, {}), "whole");  // explicitly empty: silence
  EXPECT_EQ(Complete(std::nullopt, {{0, 2}}, {{"reference_windows", 1}}), "whole");
  EXPECT_EQ(Complete(std::nullopt, {{0, 2}}, {}),
            std::string("T120@0 60@0+0.125 [0.125 2]") + kSaid);
  // Refused as a whole, not mended here.
  EXPECT_EQ(Complete(std::nullopt, {{-1, 2}}, {}), std::string("T120@0 60@0+0.125 [-1 2]") + kSaid);
  EXPECT_EQ(Complete(std::nullopt, {{1, 2}}, {}),
            std::string("T120@0 60@0.875+0.125 [1 2]") + kSaid);
  EXPECT_EQ(Complete(std::nullopt, {{4, 5}, {1, 2}}, {}),
            std::string("T120@0 60@0.875+0.125 [4 5] [1 2]") + kSaid);
  EXPECT_EQ(Complete(std::nullopt, {}, {{"bars", 8}}),
            std::string("T120@0 60@0+0.125 [0.125 16]") + kSaid);
  EXPECT_EQ(Complete(std::nullopt, {}, {{"new_steps", 16}}),
            std::string("T120@0 60@0+0.125 [0.125 2]") + kSaid);
  EXPECT_EQ(Complete(std::nullopt, {}, {{"num_steps", 16}}),
            std::string("T120@0 60@0+0.125 [0.125 2]") + kSaid);
  EXPECT_EQ(Complete("T120@0 60@0+2", {}, {{"bars", 1}}), "T120@0 60@0+2 [2 4]");
  EXPECT_EQ(Complete("T120@0 60@0+2", {}, {{"new_steps", 8}}), "T120@0 60@0+2 [2 3]");
  EXPECT_EQ(Complete("T120@0 60@0+2", {}, {{"num_steps", 24}}), "T120@0 60@0+2 [2 3]");
  EXPECT_EQ(Complete("T120@0", {}, {{"bars", 1}}), "T120@0 [0 2]");
  EXPECT_EQ(Complete("T120@0 60@0+2 48@0+9/i1", {}, {{"bars", 1}, {"primer_part", 1}}),
            "T120@0 60@0+2 48@0+9/i1 [2 4]");
  EXPECT_EQ(Complete("T120@0 60@0+2", {}, {}),
            "the request has no section to generate. Give a generate section, or the argument "
            "bars, new_steps or num_steps.");
  EXPECT_EQ(Complete("T120@0 60@0+2", {{2, 3}}, {{"bars", 1}}),
            "the request has sections to generate, and an argument (num_steps, new_steps or bars) "
            "that says how long the new music is. Leave one of them out.");
  EXPECT_EQ(Complete("T120@0 60@0+2", {}, {{"num_steps", 16}}),
            "the input takes 16 steps, and num_steps=16 counts them too. Give num_steps=32 for as "
            "many new ones.");
  EXPECT_THAT(Complete("T120@0 60@0+2", {}, {{"bars", 1}, {"new_steps", 1}}),
              ::testing::HasSubstr("more than one of the arguments bars, new_steps and num_steps"));
  EXPECT_THAT(Complete("T120@0 60@0+2", {}, {{"bars", 1}, {"primer_part", 2}}),
              ::testing::HasSubstr("primer_part: there is no part 2. There are: 1."));
}

}  // namespace
}  // namespace magenta
