#include "magenta/request/section.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "tests/dump.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;

struct Times {
  double start, end;
};

NoteSequence NotesAt(const std::vector<Times>& notes, double qpm = 120) {
  NoteSequence sequence;
  if (qpm != 0) sequence.add_tempos()->set_qpm(qpm);
  for (const Times& times : notes) {
    auto* note = sequence.add_notes();
    note->set_pitch(60);
    note->set_velocity(100);
    note->set_start_time(times.start);
    note->set_end_time(times.end);
    sequence.set_total_time(std::max(sequence.total_time(), times.end));
  }
  return sequence;
}

GeneratorOptions Sections(const std::vector<Times>& generate,
                          const std::vector<Times>& input = {}) {
  GeneratorOptions options;
  for (const Times& times : generate) {
    auto* section = options.add_generate_sections();
    section->set_start_time(times.start);
    section->set_end_time(times.end);
  }
  for (const Times& times : input) {
    auto* section = options.add_input_sections();
    section->set_start_time(times.start);
    section->set_end_time(times.end);
  }
  return options;
}

struct StepCase {
  double qpm;
  Times section;
  int64_t reference_start, reference_end;  // -1: an error
  int64_t start, end;
};

TEST(SectionTest, Steps) {
  for (const StepCase& c : {
           // A step is 0.125 s at 120 and at 0 (no tempo listed).
           StepCase{120, {1, 2}, 9, 16, 8, 16},
           StepCase{0, {1, 2}, 9, 16, 8, 16},
           StepCase{120, {0, 2}, 1, 16, 0, 16},
           StepCase{120, {0.49, 2.01}, 4, 16, 4, 17},
           StepCase{120, {0.4999999999, 1.9999999999}, 4, 15, 4, 16},
           StepCase{120, {0.51, 2}, 5, 16, 5, 16},
           StepCase{120, {1, 1.125}, -1, -1, 8, 9},
           StepCase{120, {1, 1.2}, -1, -1, 8, 10},
           StepCase{120, {1.01, 1.1}, -1, -1, 9, -1},
           // At 44 the 128th step falls short of 128 by rounding: the reference loses it.
           StepCase{44, {60.0 / 44 / 4 * 4, 60.0 / 44 / 4 * 128}, 5, 127, 4, 128},
       }) {
    const std::string what = fmt::format("{} {}..{}", c.qpm, c.section.start, c.section.end);
    const auto reference = PlanSection(NotesAt({}, c.qpm), Sections({c.section}), Grid(), true);
    ASSERT_EQ(reference.ok(), c.reference_end >= 0) << what << reference.status();
    if (reference.ok()) {
      EXPECT_EQ(reference->start_step, c.reference_start) << what;
      EXPECT_EQ(reference->end_step, c.reference_end) << what;
    }
    const auto ours = PlanSection(NotesAt({}, c.qpm), Sections({c.section}), Grid(), false);
    ASSERT_EQ(ours.ok(), c.end >= 0) << what << ours.status();
    if (!ours.ok()) continue;
    EXPECT_EQ(ours->start_step, c.start) << what;
    EXPECT_EQ(ours->end_step, c.end) << what;
    EXPECT_EQ(ours->qpm, c.qpm == 0 ? 120 : c.qpm) << what;
  }
}

TEST(SectionTest, InputSection) {
  const NoteSequence input = NotesAt({{0, 0.5}, {0.5, 1}, {1, 3}, {3, 4}});
  const GeneratorOptions options = Sections({{2, 4}}, {{0.5, 2}});
  for (bool reference : {true, false}) {
    const auto plan = PlanSection(input, options, Grid(), reference);
    ASSERT_TRUE(plan.ok()) << plan.status();
    // The reference loses what starts on the section's first step.
    EXPECT_EQ(plan->search_start_step, reference ? 5 : 4);
    const auto& notes = plan->input.proto().notes();
    ASSERT_EQ(notes.size(), 2);
    EXPECT_EQ(notes[0].start_time(), 0.5);
    EXPECT_EQ(notes[1].end_time(), 2);
  }
}

TEST(SectionTest, AnInputThatChangesItsTempoIsHeardAsAWhole) {
  NoteSequence input = NotesAt({{0, 1}, {1, 2.5}, {2, 3}});
  auto* tempo = input.add_tempos();
  tempo->set_time(2);
  tempo->set_qpm(60);
  EXPECT_FALSE(PlanSection(input, Sections({{3, 5}}), Grid(), true).ok());
  const auto plan = PlanSection(input, Sections({{3, 5}}), Grid(), false);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->qpm, 60);
  // 16 steps in 2 s at 120, then a second of 4.
  EXPECT_EQ(plan->start_step, 20);
  EXPECT_EQ(plan->end_step, 28);
  EXPECT_EQ(plan->OffGrid(5), 3);
  ASSERT_EQ(plan->notes.size(), 1u);
  EXPECT_THAT(plan->notes[0], HasSubstr("changes its tempo: all of it is heard"));
  EXPECT_EQ(plan->input.proto().notes_size(), 3);
}

TEST(SectionTest, BarsAreCountedFromTheInputsOwnBarLines) {
  const struct {
    const char* music;  // at 120: a step is 0.125 s
    Times section;
    const char* meter;
    int64_t bar_line;
    bool changes;
  } rows[] = {
      {"T120@0 60@0+6", {6, 8}, "4/4", 0, false},
      {"T120@0 M3/4@0 60@0+6", {6, 8}, "3/4", 0, false},
      {"T120@0 M6/8@0 60@0+6", {6, 8}, "6/8", 0, false},
      {"T120@0 M1/4@0 M4/4@0.5 M3/4@4.5 60@0+6", {6, 8}, "4/4", -12, false},
      {"T120@0 M1/8@0 M6/8@0.25 60@0+6", {6.25, 8}, "6/8", -10, false},
      {"T120@0 M4/4@0 M3/4@4 60@0+10", {10, 12}, "3/4", -4, true},
      {"T120@0 M4/4@0 M2/4@2 M4/4@4 60@0+6", {6, 8}, "4/4", 0, false},
      // What begins with the section is its meter.
      {"T120@0 M4/4@0 M3/4@8 60@0+8", {8, 12}, "3/4", -8, true},
      // A pickup before a fill.
      {"T120@0 M1/4@0 M4/4@0.5 60@0+0.5 60@2.5+4", {0.5, 2.5}, "4/4", -12, false},
  };
  for (const auto& row : rows) {
    const auto plan = PlanSection(ParseMusic(row.music), Sections({row.section}), Grid(), false);
    ASSERT_TRUE(plan.ok()) << row.music << plan.status();
    const auto& meter = plan->input.proto().time_signatures(0);
    EXPECT_EQ(fmt::format("{}/{}", meter.numerator(), meter.denominator()), row.meter) << row.music;
    EXPECT_EQ(plan->search_start_step, row.bar_line) << row.music;
    EXPECT_EQ(plan->notes.empty(), !row.changes) << row.music;
    EXPECT_EQ(plan->start_step, std::lround(row.section.start * 8)) << row.music;
  }
  NoteSequence odd = ParseMusic("T120@0 M4/4@0 60@0+6");
  odd.mutable_time_signatures(0)->set_denominator(3);
  EXPECT_THAT(std::string(PlanSection(odd, Sections({{6, 8}}), Grid(), false).status().message()),
              HasSubstr("4/3 is no meter"));
}

// A pickup of one or two triplet eighths: all is heard so much later that bar lines are on steps.
TEST(SectionTest, StepsAreCountedFromBarLinesBetweenThem) {
  const struct {
    const char* music;  // at 60: a second is a quarter
    Times section;
    int64_t bar_line, start;
    double lead;  // steps
  } rows[] = {
      {"T60@0 M3/32@0 M4/4@0.333333333 60@0+4.333333333",
       {4.333333333, 8.333333333},
       -14,
       18,
       2. / 3},
      {"T60@0 M3/16@0 M4/4@0.666666667 60@0+4.666666667",
       {4.666666667, 8.666666667},
       -13,
       19,
       1. / 3},
      {"T60@0 M1/4@0 M4/4@1 60@0+5", {5, 9}, -12, 20, 0},
  };
  for (const auto& row : rows) {
    const auto plan = PlanSection(ParseMusic(row.music), Sections({row.section}), Grid(), false);
    ASSERT_TRUE(plan.ok()) << row.music << plan.status();
    EXPECT_EQ(plan->search_start_step, row.bar_line) << row.music;
    EXPECT_EQ(plan->start_step, row.start) << row.music;
    ASSERT_EQ(plan->straight.has_value(), row.lead > 0) << row.music;
    if (row.lead > 0) {
      EXPECT_NEAR(plan->straight->Straighten(0), row.lead / 4, 1e-6) << row.music;
    }
    EXPECT_TRUE(plan->notes.empty()) << row.music;
  }
}

TEST(SectionTest, ALastNoteMayReachHalfAStepIntoTheSection) {
  EXPECT_TRUE(PlanSection(NotesAt({{0, 1.06}}), Sections({{1, 2}}), Grid(), false).ok());
  EXPECT_FALSE(PlanSection(NotesAt({{0, 1.07}}), Sections({{1, 2}}), Grid(), false).ok());
  EXPECT_FALSE(PlanSection(NotesAt({{0, 1.06}}), Sections({{1, 2}}), Grid(), true).ok());
}

struct ErrorCase {
  GeneratorOptions options;
  const char* message;
};

TEST(SectionTest, ErrorsNameTimes) {
  const NoteSequence input = NotesAt({{0, 2.5}});
  for (const ErrorCase& c : {
           ErrorCase{Sections({}), "no section to generate"},
           ErrorCase{Sections({{3, 4}}, {{0, 1}, {1, 2}}),
                     "2 input sections (0 s to 1 s, 1 s to 2"},
           ErrorCase{Sections({{3, 3}}), "the generate section is 3 s to 3 s"},
           ErrorCase{Sections({{-1, 3}}), "the generate section is -1 s to 3 s"},
           ErrorCase{Sections({{3, NAN}}), "the generate section is 3 s to nan s"},
           ErrorCase{Sections({{3, 4}}, {{2, 1}}), "the input section is 2 s to 1 s"},
           ErrorCase{Sections({{2, 4}}), "starts at 2 s, before the input's notes end at 2.5 s"},
           ErrorCase{Sections({{3, 1e12}}), "ends at 1000000000000 s, beyond 1048576 steps"},
       }) {
    for (bool reference : {true, false}) {
      const auto plan = PlanSection(input, c.options, Grid(), reference);
      ASSERT_FALSE(plan.ok()) << c.message;
      EXPECT_EQ(ExitStatus(plan.status()), 2);
      EXPECT_THAT(std::string(plan.status().message()), HasSubstr(c.message));
    }
  }
  for (double qpm : {-3.0, 1e9, double(NAN)}) {
    EXPECT_EQ(ExitStatus(PlanSection(NotesAt({}, qpm), Sections({{1, 2}}), Grid(), false).status()),
              2);
  }
}

TEST(SectionTest, NotesThatNobodyCouldPlayAreErrors) {
  const auto message = [](int pitch, int velocity, double start, double end) {
    NoteSequence input = NotesAt({{start, end}});
    input.mutable_notes(0)->set_pitch(pitch);
    input.mutable_notes(0)->set_velocity(velocity);
    const auto plan = PlanSection(input, Sections({{3, 4}}), Grid(), false);
    return plan.ok() ? "" : std::string(plan.status().message());
  };
  EXPECT_EQ(message(0, 0, 1, 1), "");
  EXPECT_EQ(message(127, 127, 0, 2), "");
  EXPECT_THAT(message(128, 100, 1, 2), HasSubstr("note at 1 s has pitch 128"));
  EXPECT_THAT(message(-1, 100, 1, 2), HasSubstr("pitch -1"));
  EXPECT_THAT(message(60, 300, 1, 2), HasSubstr("velocity 300"));
  EXPECT_THAT(message(60, 100, 2, 1), HasSubstr("at 2 s ends at 1 s"));
  // Requests hear of it as of any other argument; a file is bad input.
  NoteSequence backwards = NotesAt({{2, 1}});
  const absl::Status why = CheckPlayable(backwards);
  EXPECT_TRUE(absl::IsInvalidArgument(why));
  EXPECT_EQ(ExitStatus(OfMusicFile(why, "a.mid")), 3);
}

struct FillCase {
  std::vector<Times> notes, sections;
  std::vector<std::pair<int64_t, int64_t>> steps;  // {}: an error
  int64_t end_step;
  const char* message;
};

TEST(SectionTest, SectionsBetweenNotes) {
  for (const FillCase& c : {
           FillCase{{{0, 1}, {2, 3}}, {{1, 2}}, {{8, 16}}, 24, ""},
           FillCase{{{0, 1}, {2, 3}}, {{3, 4}, {1, 2}}, {{8, 16}, {24, 32}}, 32, ""},
           FillCase{{{1, 2}}, {{0, 1}}, {{0, 8}}, 16, ""},
           FillCase{{}, {{1, 2}, {2, 3}}, {{8, 16}, {16, 24}}, 24, ""},
           FillCase{{{2, 3}, {0, 1}}, {{1.01, 1.99}}, {{9, 16}}, 24, ""},
           // Cut to what the quantised notes leave: 0.99 to 1 s lasts a step, 1.95 s is step 16.
           FillCase{{{0.99, 1}, {1.95, 3}}, {{1, 1.95}}, {{9, 16}}, 24, ""},
           FillCase{{{0, 1}, {1.125, 2}}, {{1, 1.125}}, {{8, 9}}, 16, ""},
           FillCase{{{0, 1}, {2, 3}},
                    {{0.5, 2}},
                    {},
                    0,
                    "0.5 s to 2 s, holds a note of the input, from 0 s to 1 s"},
           FillCase{{{0, 1}, {2, 3}}, {{1, 2.5}}, {}, 0, "before the input's notes end at 3 s"},
           FillCase{
               {{0, 1}, {2, 3}, {4, 5}}, {{1, 4}}, {}, 0, "holds a note of the input, from 2 s"},
           FillCase{
               {{0, 1}, {4, 5}}, {{1, 3}, {2, 4}}, {}, 0, "1 s to 3 s and 2 s to 4 s, overlap"},
           FillCase{{{0, 1}, {1.05, 2}}, {{1, 1.05}}, {}, 0, "1 s to 1.05 s, holds no step"},
       }) {
    const auto plan = PlanSection(NotesAt(c.notes), Sections(c.sections), Grid(), false);
    ASSERT_EQ(plan.ok(), !c.steps.empty()) << c.message << plan.status();
    if (!plan.ok()) {
      EXPECT_THAT(std::string(plan.status().message()), HasSubstr(c.message));
      continue;
    }
    EXPECT_TRUE(plan->fills);
    EXPECT_EQ(plan->end_step, c.end_step);
    std::vector<std::pair<int64_t, int64_t>> steps;
    for (const StepRange& range : plan->sections) steps.push_back({range.start, range.end});
    EXPECT_EQ(steps, c.steps);
  }
}

TEST(SectionTest, TheReferenceOnlyExtends) {
  const NoteSequence input = NotesAt({{0, 1}, {2, 3}});
  for (const auto& sections : {Sections({{1, 2}}), Sections({{3, 4}, {5, 6}})}) {
    EXPECT_TRUE(PlanSection(input, sections, Grid(), false).ok());
    EXPECT_FALSE(PlanSection(input, sections, Grid(), true).ok());
  }
}

TEST(SectionTest, FillsCountBeatsWhereTheTempoChanges) {
  // 120 up to 2 s, then 60: quarters begin at 0, 0.5, 1, 1.5, 2, 3, 4, 5.
  NoteSequence input = NotesAt({{0, 1}, {4, 5}});
  auto* tempo = input.add_tempos();
  tempo->set_time(2);
  tempo->set_qpm(60);
  const auto plan = PlanSection(input, Sections({{1, 4}, {5, 7}}), Grid(), false);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_TRUE(plan->fills);
  EXPECT_EQ(plan->qpm, 120);
  ASSERT_EQ(plan->sections.size(), 2u);
  EXPECT_EQ(plan->sections[0].start, 8);
  EXPECT_EQ(plan->sections[0].end, 24);
  EXPECT_EQ(plan->sections[1].start, 28);
  EXPECT_EQ(plan->sections[1].end, 36);
  EXPECT_EQ(plan->OffGrid(plan->OnGrid(5.5)), 5.5);
  EXPECT_EQ(PlanSection(input, Sections({{1, 4}}, {{0.5, 8}}), Grid(), false)->search_start_step,
            4);
  // Errors still name the request's times; tempos that nobody can play are no crash.
  EXPECT_THAT(
      std::string(
          PlanSection(input, Sections({{1, 4.5}, {5, 6}}), Grid(), false).status().message()),
      HasSubstr("holds a note of the input, from 4 s"));
  tempo->set_qpm(1e-300);
  for (const auto& sections :
       {Sections({{1, 4}, {5, 7}}), Sections({{2, 4}}), Sections({{3, 4}})}) {
    PlanSection(input, sections, Grid(), false).status().IgnoreError();
  }
}

TEST(SectionTest, AnEndThatIsTheStartButForRoundingIsNoError) {
  const NoteSequence input = NotesAt({{0, 0.30000000000000004}}, 100);
  EXPECT_TRUE(PlanSection(input, Sections({{0.3, 2}}), Grid(), false).ok());
  EXPECT_FALSE(PlanSection(input, Sections({{0.3, 2}}), Grid(), true).ok());
}

}  // namespace
}  // namespace magenta
